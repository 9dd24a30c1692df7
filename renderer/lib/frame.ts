/** Collects items and hands them over together at the next frame, so that a flood costs one update a frame. */
export interface Batcher<T> {
  add(items: readonly T[]): void;
  /** Forgets what waits; nothing is handed over afterwards. */
  dispose(): void;
}

/** Runs a callback at the next frame; returns its canceller. */
export type Schedule = (run: () => void) => () => void;

/** The page's frames; a hidden page has none, so a timer stands in. */
const nextFrame: Schedule = (run) => {
  if (document.hidden) {
    const timer = setTimeout(run, 100);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
};

/** Creates a batcher that keeps at most `limit` waiting items (the newest); `handle` gets them in order of arrival. */
export function createBatcher<T>(
  handle: (items: T[]) => void,
  schedule: Schedule = nextFrame,
  limit = 50_000,
): Batcher<T> {
  let waiting: T[] = [];
  let cancel: (() => void) | undefined;
  return {
    add(items) {
      for (const item of items) waiting.push(item);
      if (waiting.length > limit) waiting = waiting.slice(-limit);
      cancel ??= schedule(() => {
        cancel = undefined;
        const batch = waiting;
        waiting = [];
        handle(batch);
      });
    },
    dispose() {
      cancel?.();
      cancel = () => undefined;
      waiting = [];
    },
  };
}
