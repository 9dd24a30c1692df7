import { encodeJson } from "../../core/jsonrpc/json.ts";
import { within } from "../within.ts";
import type { ServerRun } from "./server-run.ts";

/** How long a server may take to show that it lives, in milliseconds. */
export const PROBE_MS = 10_000;

/**
 * Asks a server for a sign of life, after the machine has slept: a ping where the era has it, else server/discover, which
 * every stateless server answers. Whatever it sends is one. A server that sends nothing in time is ended, and is then
 * started again as after a crash.
 */
export async function probe(run: ServerRun): Promise<void> {
  const { connection, heard } = run;
  if (connection === undefined) return;
  const method = connection.era.kind === "stateless" ? "server/discover" : "ping";
  const answered = await within(
    PROBE_MS,
    connection.exchange(method, encodeJson({})).then(
      () => true,
      () => true,
    ),
  );
  if (answered === true || run.heard > heard) return;
  run.condemn(
    "unresponsive",
    `The server did not answer ${method} within ${PROBE_MS / 1_000} s after the machine had slept, and was therefore ended.`,
  );
}
