import type { AuditEntry } from "../../shared/model/audit.ts";
import type { AuditLog } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";

type Row = Omit<AuditEntry, "at"> & { readonly at: number };

const entryOf = (row: Row): AuditEntry => ({ ...row, at: new Date(row.at).toISOString() });

/** Administrative acts, each committed before `record` returns. */
export function openAudit(connection: Connection): AuditLog {
  const insert = connection.prepare(
    "INSERT INTO audit (at, role, pid, executable, act, detail) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const columns = "id, at, role, pid, executable, act, detail";
  const page = connection.prepare<[number, number], Row>(
    `SELECT ${columns} FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`,
  );
  const found = connection.prepare<[number, string, string, number], Row>(
    `SELECT ${columns} FROM audit
     WHERE id < ? AND (act LIKE ? ESCAPE '\\' OR detail LIKE ? ESCAPE '\\') ORDER BY id DESC LIMIT ?`,
  );
  return {
    record: ({ at, role, pid, executable, act, detail }) => {
      const time = Math.round(at);
      const { lastInsertRowid } = insert.run(time, role, pid, executable, act, detail);
      return entryOf({ id: Number(lastInsertRowid), at: time, role, pid, executable, act, detail });
    },
    list({ search = "", limit, before = Number.MAX_SAFE_INTEGER }) {
      const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
      const rows =
        search === "" ? page.all(before, limit + 1) : found.all(before, pattern, pattern, limit + 1);
      return { entries: rows.slice(0, limit).map(entryOf), more: rows.length > limit };
    },
  };
}
