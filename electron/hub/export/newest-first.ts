/** Where a call stands in a history: its number there, if its line tells it, and when it began (milliseconds). */
export interface Place {
  readonly id: number | undefined;
  readonly startedAt: number;
}

/** The number that a line of a JSONL export gives its call; undefined where it does not begin with one. */
export function idOfLine(line: string): number | undefined {
  const [, digits] = /^\ufeff?\s*\{\s*"id"\s*:\s*(\d{1,15})\s*[,}]/.exec(line) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Whether calls of which the first and the last are these come newest first. Their numbers say so where they have them:
 * of calls that ran at once the one that began first may have ended last.
 */
export const isNewestFirst = (first: Place, last: Place): boolean =>
  first.id !== undefined && last.id !== undefined && first.id !== last.id
    ? first.id > last.id
    : first.startedAt >= last.startedAt;
