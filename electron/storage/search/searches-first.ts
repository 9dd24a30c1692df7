/** Work behind the searches' backs waits for them. */
export interface SearchesFirst {
  /** Runs a search. */
  search<T>(run: () => Promise<T>): Promise<T>;
  /** Resolves when no search is under way, or after `longest` milliseconds: other work is never held up for good. */
  clear(): Promise<void>;
}

/** `longest` is in milliseconds. */
export function createSearchesFirst(longest: number): SearchesFirst {
  let running = 0;
  const waiting = new Set<() => void>();
  return {
    async search(run) {
      running++;
      try {
        return await run();
      } finally {
        running--;
        if (running === 0) for (const go of waiting) go();
      }
    },
    clear() {
      if (running === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, longest);
        waiting.add(go);
      });
    },
  };
}
