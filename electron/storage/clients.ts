import type { ClientStore, StoredClient } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { createLazyTimes } from "./lazy-times.ts";

/** The identities of clients; `writeTimes` queues what `seen` has kept back. */
export function openClients(
  connection: Connection,
  group: GroupCommit,
): ClientStore & { writeTimes(): void } {
  const select = connection.prepare<[], StoredClient>(
    `SELECT id, name, profile, token_hash AS tokenHash, created_at AS createdAt, last_seen_at AS lastSeenAt,
            revoked_at AS revokedAt FROM client ORDER BY created_at, id`,
  );
  const insert = connection.prepare("INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?)");
  const revoke = connection.prepare("UPDATE client SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
  const touch = connection.prepare(
    "UPDATE client SET last_seen_at = max(ifnull(last_seen_at, 0), ?) WHERE id = ?",
  );
  const times = createLazyTimes((id, at) => group.write(() => touch.run(Math.round(at), id)));
  return {
    all: () =>
      select.all().map((client) => {
        const seen = times.latest(client.id);
        return seen === undefined
          ? client
          : { ...client, lastSeenAt: Math.max(seen, client.lastSeenAt ?? 0) };
      }),
    add: ({ id, name, profile, tokenHash, createdAt, lastSeenAt, revokedAt }) => {
      insert.run(id, name, profile, tokenHash, createdAt, lastSeenAt, revokedAt);
    },
    revoke: (id, at) => {
      revoke.run(at, id);
    },
    seen: times.note,
    writeTimes: times.writeAll,
  };
}
