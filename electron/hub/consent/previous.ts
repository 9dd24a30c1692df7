import type { Call } from "../pipeline/call.ts";
import type { CallLog } from "../ports/storage.ts";
import { recordedArguments } from "./asked-call.ts";

/** Bytes of recorded params that are read to tell what is new. */
const READ_BYTES = 256 * 1024;

/** The arguments of the last call of the same tool that went well, as raw JSON; null when there is none to compare. */
export async function previousArguments(log: CallLog, call: Call): Promise<string | null> {
  const server = call.route?.server;
  const tool = call.ownKey;
  if (server === undefined || tool === undefined) return null;
  const { calls } = await log.list({ server, tool, status: "ok" }, 1, undefined);
  const [last] = calls;
  if (last === undefined || last.method !== call.method) return null;
  const request = (await log.get(last.id, READ_BYTES))?.request;
  if (request === undefined || request === null || request.truncated) return null;
  return recordedArguments(call.method, request.text);
}
