/** The shortest time between two writes for the same id, in milliseconds. */
const interval = 60_000;

/** "Last seen" times that change at every call and are worth a write once a minute. */
export interface LazyTimes {
  note(id: string, at: number): void;
  /** The latest time of an id in this process, written or not. */
  latest(id: string): number | undefined;
  forget(id: string): void;
  /** Writes every time that has not been written yet. */
  writeAll(): void;
}

/** `write` puts one time into the database, or queues it. */
export function createLazyTimes(write: (id: string, at: number) => void): LazyTimes {
  const times = new Map<string, { at: number; written: number }>();
  return {
    note(id, at) {
      const time = times.get(id);
      if (time === undefined) {
        times.set(id, { at, written: at });
        write(id, at);
        return;
      }
      time.at = Math.max(time.at, at);
      if (time.at - time.written < interval) return;
      time.written = time.at;
      write(id, time.at);
    },
    latest: (id) => times.get(id)?.at,
    forget: (id) => times.delete(id),
    writeAll() {
      for (const [id, time] of times) {
        if (time.at === time.written) continue;
        time.written = time.at;
        write(id, time.at);
      }
    },
  };
}
