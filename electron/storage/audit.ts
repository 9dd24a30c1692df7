import type { AuditLog } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";

/** Administrative acts, each committed before `record` returns. */
export function openAudit(connection: Connection): AuditLog {
  const insert = connection.prepare(
    "INSERT INTO audit (at, role, pid, executable, act, detail) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    record: ({ at, role, pid, executable, act, detail }) => {
      insert.run(Math.round(at), role, pid, executable, act, detail);
    },
  };
}
