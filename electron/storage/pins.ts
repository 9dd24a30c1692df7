import type { PinStore, StoredHeld, StoredPin } from "../hub/ports/storage.ts";
import { type Around, rowsAround } from "./damage.ts";
import type { Connection } from "./database.ts";

/**
 * The pins of every server; each change is committed before `save` returns. What `around` cannot read was not accepted:
 * nothing passes because it is lost.
 */
export function openPins(connection: Connection, around: Around): PinStore {
  const servers = connection.prepare<[], { server: string }>(
    "SELECT server FROM pinned_server ORDER BY server",
  );
  const known = connection.prepare<[string], { server: string }>(
    "SELECT server FROM pinned_server WHERE server = ?",
  );
  const pins = prepareRows<StoredPin>("pin", "kind, key, hash, text, pinned_at AS pinnedAt");
  const held = prepareRows<StoredHeld>("pin_held", "kind, key, hash, text, since");
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
    servers: () =>
      around(
        () => servers.all().map(({ server }) => server),
        () => [],
      ),
    load(server) {
      // Where it cannot be known whether anything was accepted, a first catalogue must not pass whole.
      const isKnown = around(
        () => known.get(server) !== undefined,
        () => true,
      );
      return isKnown ? { pins: pins(server), held: held(server) } : undefined;
    },
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

  function prepareRows<R>(table: "pin" | "pin_held", columns: string): (server: string) => R[] {
    const all = connection.prepare<[string], R>(
      `SELECT ${columns} FROM ${table} WHERE server = ? ORDER BY rowid`,
    );
    const rowids = connection
      .prepare<[string], number>(`SELECT rowid FROM ${table} WHERE server = ? ORDER BY kind, key`)
      .pluck();
    const one = connection.prepare<[number], R>(`SELECT ${columns} FROM ${table} WHERE rowid = ?`);
    return (server) =>
      rowsAround(around, {
        all: () => all.all(server),
        keys: () => rowids.all(server),
        one: (rowid) => one.get(rowid),
      });
  }
}
