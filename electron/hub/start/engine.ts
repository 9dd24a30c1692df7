import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Milliseconds after the start at which what it has left is collected: the first calls are over or have not come. */
const startIsOver = 2_000;

let preferred = true;

/**
 * Has V8 prefer speed, or memory, in this process and its workers. Left to itself it lets the space for new objects grow
 * to some 50 MB, and the one for old ones by several MB before it collects, in any process that runs for long: that is
 * worth it only while calls come thick. Called before the hub's code is loaded, it keeps those spaces from ever growing.
 * (Without its middle compiler, Maglev, V8 would keep some 10 MB less, but calls then take half as long again, also once
 * it is back.)
 */
export function preferSpeed(speed: boolean): void {
  preferred = speed;
  setFlagsFromString(`--semi-space-growth-factor=${speed ? 2 : 1}`);
  setFlagsFromString(speed ? "--no-optimize-for-size" : "--optimize-for-size");
}

/** Collects, once, what a start has made: some 10 MB would stay until long after. Returns the disposer. */
export function collectAfterStart(milliseconds = startIsOver): () => void {
  const timer = setTimeout(() => {
    if (preferred) return;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    setFlagsFromString("--no-expose-gc");
    collect();
  }, milliseconds).unref();
  return () => clearTimeout(timer);
}
