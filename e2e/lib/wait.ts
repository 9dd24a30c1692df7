/** How long to wait, and the words for the error when it was in vain. */
export interface WaitOptions {
  /** Milliseconds; generous, because it only bounds a failure. */
  readonly deadlineMs: number;
  /** What was waited for, as it stands in "waited 3000 ms for …". */
  readonly what: string;
}

/** Polls until the condition gives something true, and gives that. Throws when the deadline has passed. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { deadlineMs, what }: WaitOptions,
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | undefined | null>;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
