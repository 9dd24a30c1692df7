/** Calls a second above which calls come first, and background work is rationed. */
const busyRate = 300;
/** Milliseconds of work in one go: while calls come thick, and otherwise. */
const busyBudget = 8;
const calmBudget = 100;
/** Milliseconds from a notice to the work, and between two goes while there is more: about 2 % of a core when busy. */
const delay = 200;
const busyPause = 400;
const calmPause = 5;

/** Work behind the calls' backs that never takes much of the machine from them. */
export interface Background {
  /** There may be something to do. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Runs `work` until it says that nothing is left. `newest` tells by its growth how thick calls come. `failed` is told
 * what `work` throws, once in a row; it is tried again at the next `wake`.
 */
export function createBackground(options: {
  readonly newest: () => number;
  readonly work: (milliseconds: number, busy: boolean) => boolean | Promise<boolean>;
  readonly failed: (error: unknown) => void;
}): Background {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let again = false;
  let failing = false;
  let seen = { at: performance.now(), newest: options.newest() };

  const isBusy = (): boolean => {
    const now = { at: performance.now(), newest: options.newest() };
    const rate = (now.newest - seen.newest) / Math.max(0.05, (now.at - seen.at) / 1_000);
    if (now.at - seen.at > 100) seen = now;
    return rate > busyRate;
  };
  const schedule = (milliseconds: number): void => {
    if (!stopped) timer = setTimeout(go, milliseconds);
  };
  const go = (): void => {
    timer = undefined;
    running = (async () => {
      let more = false;
      let busy = false;
      try {
        again = false;
        busy = isBusy();
        more = await options.work(busy ? busyBudget : calmBudget, busy);
        failing = false;
      } catch (error) {
        if (!stopped && !failing) options.failed(error);
        failing = true;
      }
      running = undefined;
      if (more || again) schedule(busy ? busyPause : more ? calmPause : delay);
    })();
  };

  return {
    wake() {
      again = true;
      if (timer === undefined && running === undefined) schedule(delay);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
