export interface BackoffPolicy {
  /** Delay before the first retry, in milliseconds. */
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Share of the delay that is random: 0.2 spreads it over ±20 %. */
  readonly jitter: number;
}

/** Delay in whole milliseconds before retry number `attempt` (from 0); `random` in [0, 1) supplies the jitter. */
export function backoffDelay(attempt: number, random: number, policy: BackoffPolicy): number {
  const base = Math.min(policy.maxMs, policy.firstMs * policy.factor ** attempt);
  return Math.round(base * (1 + policy.jitter * (2 * random - 1)));
}
