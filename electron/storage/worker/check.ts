import type { StorageCheck } from "../../hub/ports/storage.ts";
import type { Connection } from "../database.ts";

/** A larger database is not looked through: that would hold searches up for long. */
const MAX_BYTES = 4 * 1024 * 1024 * 1024;

/** Looks the database through, page by page (SQLite's quick_check), and tells its size. */
export function checkDatabase(connection: Connection): StorageCheck {
  const pages = Number(connection.pragma("page_count", { simple: true }));
  const bytes = pages * Number(connection.pragma("page_size", { simple: true }));
  if (bytes > MAX_BYTES) return { problem: null, bytes, whole: false };
  const verdict = String(connection.pragma("quick_check(1)", { simple: true }));
  return { problem: verdict === "ok" ? null : verdict, bytes, whole: true };
}
