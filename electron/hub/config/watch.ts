import { type BigIntStats, stat, statSync } from "node:fs";

/** How often the file is looked at, in milliseconds. */
const LOOK_EVERY = 250;
/** How long after a change it is told of: editors write in several steps. */
const SETTLE = 50;

/**
 * Tells when a file has changed, appeared or gone since this call; returns the disposer.
 *
 * One stat at intervals: it sees every way of saving (rename over, delete and create, through links, on network
 * drives). A watch on the folder would wake the hub at each commit to the database beside the file (6 µs a call),
 * and `fs.watchFile` takes its first look later than its caller and misses what happens until then.
 */
export function watchForChanges(file: string, changed: () => void): () => void {
  let last = signature(statSync(file, { bigint: true, throwIfNoEntry: false }));
  let timer: NodeJS.Timeout;
  let closed = false;
  const after = (milliseconds: number, run: () => void): void => {
    timer = setTimeout(run, milliseconds).unref();
  };
  const look = (): void =>
    stat(file, { bigint: true }, (_error, found) => {
      if (closed) return;
      const now = signature(found);
      if (now === last) return after(LOOK_EVERY, look);
      last = now;
      after(SETTLE, () => {
        changed();
        if (!closed) look();
      });
    });
  after(LOOK_EVERY, look);
  return () => {
    closed = true;
    clearTimeout(timer);
  };
}

const signature = (found: BigIntStats | undefined): string =>
  found === undefined ? "none" : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
