/** How long a call may take, in milliseconds; 0 is no limit. */
export interface CallLimit {
  /** Since it was handed over, was sent, or last made progress, whichever was last. */
  readonly limitMs: number;
  /** Since it was sent, whatever progress it makes. */
  readonly ceilingMs: number;
}

/** What has happened to a call so far, in milliseconds of one clock. */
export interface Course {
  /** When it was given to its server's queue. */
  readonly handedOver: number;
  /** Undefined while its server is not ready. */
  readonly sent: number | undefined;
  /** When its server last told of progress. */
  readonly progress: number | undefined;
}

/** When a call has taken too long, and by which bound; undefined when it never has. */
export function dueAt(
  { limitMs, ceilingMs }: CallLimit,
  { handedOver, sent, progress }: Course,
): { readonly at: number; readonly by: "limit" | "ceiling" } | undefined {
  const last = Math.max(handedOver, sent ?? handedOver, progress ?? handedOver);
  const limit = limitMs > 0 ? last + limitMs : Number.POSITIVE_INFINITY;
  const ceiling = ceilingMs > 0 && sent !== undefined ? sent + ceilingMs : Number.POSITIVE_INFINITY;
  const at = Math.min(limit, ceiling);
  return at === Number.POSITIVE_INFINITY ? undefined : { at, by: ceiling < limit ? "ceiling" : "limit" };
}
