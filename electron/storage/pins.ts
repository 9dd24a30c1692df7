import type { PinStore, StoredHeld, StoredPin } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";

/** The pins of every server; each change is committed before `save` returns. */
export function openPins(connection: Connection): PinStore {
  const servers = connection.prepare<[], { server: string }>(
    "SELECT server FROM pinned_server ORDER BY server",
  );
  const known = connection.prepare<[string], { server: string }>(
    "SELECT server FROM pinned_server WHERE server = ?",
  );
  const pins = connection.prepare<[string], StoredPin>(
    "SELECT kind, key, hash, text, pinned_at AS pinnedAt FROM pin WHERE server = ? ORDER BY rowid",
  );
  const held = connection.prepare<[string], StoredHeld>(
    "SELECT kind, key, hash, text, since FROM pin_held WHERE server = ? ORDER BY rowid",
  );
  const addServer = connection.prepare("INSERT OR IGNORE INTO pinned_server (server) VALUES (?)");
  const put = connection.prepare(
    `INSERT INTO pin (server, kind, key, hash, text, pinned_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET hash = excluded.hash, text = excluded.text, pinned_at = excluded.pinned_at`,
  );
  const drop = connection.prepare("DELETE FROM pin WHERE server = ? AND kind = ? AND key = ?");
  const clearHeld = connection.prepare("DELETE FROM pin_held WHERE server = ?");
  const hold = connection.prepare(
    "INSERT INTO pin_held (server, kind, key, hash, text, since) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const clearPins = connection.prepare("DELETE FROM pin WHERE server = ?");
  const removeServer = connection.prepare("DELETE FROM pinned_server WHERE server = ?");
  return {
    servers: () => servers.all().map(({ server }) => server),
    load: (server) =>
      known.get(server) === undefined ? undefined : { pins: pins.all(server), held: held.all(server) },
    save: connection.transaction((server: string, change: Parameters<PinStore["save"]>[1]) => {
      addServer.run(server);
      for (const { kind, key } of change.drop) drop.run(server, kind, key);
      for (const { kind, key, hash, text, pinnedAt } of change.put)
        put.run(server, kind, key, hash, text, Math.round(pinnedAt));
      clearHeld.run(server);
      for (const { kind, key, hash, text, since } of change.held)
        hold.run(server, kind, key, hash, text, Math.round(since));
    }),
    remove: connection.transaction((server: string) => {
      clearHeld.run(server);
      clearPins.run(server);
      removeServer.run(server);
    }),
  };
}
