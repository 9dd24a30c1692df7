import type { CatalogParts, CatalogStore } from "../hub/ports/storage.ts";
import type { Around } from "./damage.ts";
import type { Connection } from "./database.ts";

/**
 * The last known catalogue of each server; one that `around` cannot read is not known. `clock` gives milliseconds since the
 * epoch.
 */
export function openCatalogs(connection: Connection, clock: () => number, around: Around): CatalogStore {
  const select = connection.prepare<[string, string], { part: string; bytes: Buffer }>(
    "SELECT part, bytes FROM catalog WHERE server = ? AND key = ?",
  );
  const insert = connection.prepare(
    "INSERT INTO catalog (server, part, key, bytes, saved_at) VALUES (?, ?, ?, ?, ?)",
  );
  const remove = connection.prepare("DELETE FROM catalog WHERE server = ?");
  const replace = connection.transaction((server: string, key: string, parts: CatalogParts) => {
    remove.run(server);
    for (const [part, bytes] of parts) insert.run(server, part, key, bytes, Math.round(clock()));
  });
  return {
    load: (server, key) => {
      const rows = around(
        () => select.all(server, key),
        () => [],
      );
      return rows.length === 0 ? undefined : new Map(rows.map(({ part, bytes }) => [part, bytes]));
    },
    save: replace,
    remove: (server) => {
      remove.run(server);
    },
  };
}
