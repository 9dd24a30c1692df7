import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { EndKind } from "../../core/supervisor/lifecycle.ts";
import type { TransportEnd } from "../ports/upstream.ts";

/** What the supervisor makes of a transport's end; a crash unless it stands here. */
const KINDS = new Map<string, EndKind>([
  ["command_not_found", "permanent"],
  ["spawn_failed", "permanent"],
  ["not_startable", "permanent"],
  ["redirected", "permanent"],
  ["endpoint_refused", "permanent"],
  ["forbidden", "permanent"],
  ["needs_auth", "needs-auth"],
  ["unreachable", "outage"],
  ["session_lost", "renewal"],
]);

/** How the supervisor is to take an end: by its code. */
export const endKind = (end: TransportEnd): EndKind => KINDS.get(end.code) ?? "crash";

/** Why a server could not be started, with what to do about it. */
export function wordsOf(error: unknown): string {
  const advice = error instanceof GatehouseError ? error.advice : undefined;
  return advice === undefined ? sentenceOf(error) : `${sentenceOf(error)}. ${advice}`;
}

/** The end of a server that never got as far as a transport. */
export const notStartable = (message: string): TransportEnd => ({
  code: "not_startable",
  message,
  exitCode: null,
  signal: null,
  stderrTail: [],
});
