/** The revisions of the session era that the hub speaks, newest first (MCP, Lifecycle: version negotiation). */
export const SESSION_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

/** The revision that the hub asks servers for and offers to clients that ask for an unknown one. */
export const LATEST_SESSION_REVISION = SESSION_REVISIONS[0];

/** Whether the hub speaks this revision. */
export function isSessionRevision(revision: string): boolean {
  return (SESSION_REVISIONS as readonly string[]).includes(revision);
}

/** What to answer to a client that asks for `requested`: the same where the hub speaks it, else the latest. */
export function negotiateRevision(requested: string): string {
  return isSessionRevision(requested) ? requested : LATEST_SESSION_REVISION;
}
