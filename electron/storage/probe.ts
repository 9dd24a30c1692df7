import type { CallRow } from "../hub/ports/storage.ts";
import type { CallWriter } from "./call-writer.ts";
import type { Connection } from "./database.ts";

/** Large enough that a disk which takes it takes ordinary calls. */
const payload = Buffer.alloc(64 * 1024, "probe ");

const row: CallRow = {
  startedAt: 0,
  clientId: null,
  client: null,
  session: null,
  server: null,
  tool: null,
  method: "tools/call",
  profile: null,
  project: null,
  rule: null,
  status: "ok",
  durationUs: 0,
  queueUs: 0,
  consentUs: 0,
  upstreamUs: 0,
  hubUs: 0,
  request: payload,
  result: null,
  error: null,
};

/** Writes a call and takes it away again, so that a commit shows whether calls can be recorded. Inside a transaction. */
export function prepareProbe(connection: Connection, writeCall: CallWriter): () => void {
  const remove = connection.prepare("DELETE FROM call WHERE id = ?");
  return () => {
    remove.run(writeCall(row, undefined));
  };
}
