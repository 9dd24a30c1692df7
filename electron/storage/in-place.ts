import { statSync } from "node:fs";

/** What was done to a file of the database, and what can be done about it. */
export interface Displaced {
  readonly sentence: string;
  readonly advice: string;
}

/** Milliseconds between looks. */
const interval = 2_000;

/**
 * Looks now and then whether the files of an open database still lie where they were opened: elsewhere they are written
 * on without an error, and gone when the process ends. `found` is called with what is wrong, and with undefined when they
 * are there again. Returns the disposer.
 */
export function watchInPlace(file: string, found: (displaced: Displaced | undefined) => void): () => void {
  const files = [file, `${file}-wal`, `${file}-shm`].map((path) => ({ path, opened: numberOf(path) }));
  let told: string | undefined;
  const timer = setInterval(() => {
    const gone = files.find(({ path, opened }) => opened !== undefined && numberOf(path) !== opened);
    if (gone?.path === told) return;
    told = gone?.path;
    found(told === undefined ? undefined : displaced(file, told));
  }, interval).unref();
  return () => clearInterval(timer);
}

/** What tells a file from another at its place; undefined: there is none, or it cannot be told. */
function numberOf(path: string): bigint | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}

const displaced = (file: string, path: string): Displaced => ({
  sentence: `${path} was removed, or another file was put in its place, while Gatehouse has it open`,
  advice:
    path === file
      ? "Put it back, or save the history, which is still whole, with `gatehouse backup FILE` before Gatehouse ends; then stop Gatehouse and put that file in its place."
      : "Stop Gatehouse in order, so that what it holds is taken into the database, and start it again.",
});
