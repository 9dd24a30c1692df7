import type { CatalogStore } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";

/** The last known catalogue of each server. `clock` gives milliseconds since the epoch. */
export function openCatalogs(connection: Connection, clock: () => number): CatalogStore {
  const select = connection.prepare<[string, string], { tools: Buffer; initialize: Buffer }>(
    "SELECT tools, initialize FROM catalog WHERE server = ? AND key = ?",
  );
  const upsert = connection.prepare("INSERT OR REPLACE INTO catalog VALUES (?, ?, ?, ?, ?)");
  const remove = connection.prepare("DELETE FROM catalog WHERE server = ?");
  return {
    load: (server, key) => select.get(server, key),
    save: (server, key, { tools, initialize }) => {
      upsert.run(server, key, tools, initialize, Math.round(clock()));
    },
    remove: (server) => {
      remove.run(server);
    },
  };
}
