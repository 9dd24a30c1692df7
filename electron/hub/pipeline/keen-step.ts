import type { Step } from "./call.ts";

/** How long the loop is kept awake after a lone call has come, been sent or gone, in milliseconds. */
const AWAKE_MS = 0.25;

/**
 * Keeps the event loop awake for a moment while one call alone is on its way, and just after it. A loop that goes to
 * sleep between the three legs of a call has to be woken by the kernel each time, which costs a lone caller more than
 * all of the hub's own work (a fifth of the median on two virtual cores). Bounded, and off as soon as a second call is
 * under way: then there is work to do anyway, and busy waiting would only take processor time from it.
 * `waiting` is how many of them only wait for a person, and so are no work.
 */
export function keenStep(waiting: () => number = none): Step {
  let underWay = 0;
  let until = 0;
  let awake = false;
  const loop = (): void => {
    awake = underWay - waiting() <= 1 && performance.now() < until;
    if (awake) setImmediate(loop);
  };
  const stayAwake = (): void => {
    until = performance.now() + AWAKE_MS;
    if (awake) return;
    awake = true;
    setImmediate(loop);
  };
  const left = (): void => {
    underWay -= 1;
    if (underWay - waiting() === 0) stayAwake();
  };
  return (_call, next) => {
    underWay += 1;
    if (underWay - waiting() === 1) stayAwake();
    const outcome = next();
    if (outcome instanceof Promise) outcome.then(left, left);
    else left();
    return outcome;
  };
}

const none = (): number => 0;
