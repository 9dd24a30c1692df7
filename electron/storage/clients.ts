import { labelsSchema } from "../../shared/model/client.ts";
import type { TokenAudience } from "../hub/ports/pairing.ts";
import type { ClientStore, StoredClient, StoredToken } from "../hub/ports/storage.ts";
import { type Around, rowsAround } from "./damage.ts";
import type { Connection } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { createLazyTimes } from "./lazy-times.ts";

type Row = Omit<StoredClient, "labels"> & { readonly labels: string };

type TokenRow = Omit<StoredToken, "audience"> & { readonly audience: string | null };

/**
 * The identities of clients and their tokens, as far as `around` can read them: whose cannot be read is not known.
 * `writeTimes` queues what `seen` has kept back.
 */
export function openClients(
  connection: Connection,
  group: GroupCommit,
  around: Around,
): ClientStore & { writeTimes(): void } {
  const columns = `id, name, claimed_name AS claimedName, via, profile, labels, created_at AS createdAt,
            last_seen_at AS lastSeenAt, revoked_at AS revokedAt`;
  const select = connection.prepare<[], Row>(`SELECT ${columns} FROM client ORDER BY created_at, id`);
  const rowids = connection.prepare<[], number>("SELECT rowid FROM client ORDER BY id").pluck();
  const selectOne = connection.prepare<[number], Row>(`SELECT ${columns} FROM client WHERE rowid = ?`);
  const tokenColumns = "hash, client_id AS clientId, expires_at AS expiresAt, audience";
  const selectTokens = connection.prepare<[number], TokenRow>(
    `SELECT ${tokenColumns} FROM client_token WHERE expires_at IS NULL OR expires_at > ?`,
  );
  const hashes = connection.prepare<[], Buffer>("SELECT hash FROM client_token ORDER BY client_id").pluck();
  const selectToken = connection.prepare<[Buffer, number], TokenRow>(
    `SELECT ${tokenColumns} FROM client_token WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?)`,
  );
  const insert = connection.prepare("INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const update = connection.prepare(
    "UPDATE client SET name = ?, claimed_name = ?, profile = ?, labels = ? WHERE id = ?",
  );
  const revoke = connection.prepare("UPDATE client SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
  const insertToken = connection.prepare("INSERT INTO client_token VALUES (?, ?, ?, ?)");
  const removeToken = connection.prepare("DELETE FROM client_token WHERE hash = ?");
  const removeTokens = connection.prepare("DELETE FROM client_token WHERE client_id = ?");
  const removeExpired = connection.prepare("DELETE FROM client_token WHERE expires_at <= ?");
  const touch = connection.prepare(
    "UPDATE client SET last_seen_at = max(ifnull(last_seen_at, 0), ?) WHERE id = ?",
  );
  const times = createLazyTimes((id, at) => group.write(() => touch.run(Math.round(at), id)));
  const end = connection.transaction((id: string, at: number) => {
    revoke.run(at, id);
    removeTokens.run(id);
  });
  return {
    all: () =>
      rowsAround(around, {
        all: () => select.all(),
        keys: () => rowids.all(),
        one: (rowid) => selectOne.get(rowid),
      }).map((row) => {
        const seen = times.latest(row.id);
        const client = { ...row, labels: labelsSchema.catch({}).parse(JSON.parse(row.labels)) };
        return seen === undefined
          ? client
          : { ...client, lastSeenAt: Math.max(seen, client.lastSeenAt ?? 0) };
      }),
    tokens(now) {
      // Behind the start, which a full disk or a file that cannot be written does not hinder.
      const at = Math.round(now);
      group.write(() => removeExpired.run(at));
      return rowsAround(around, {
        all: () => selectTokens.all(at),
        keys: () => hashes.all(),
        one: (hash) => selectToken.get(hash, at),
      }).map(({ audience, ...token }) => ({
        ...token,
        audience: audience === null ? null : (JSON.parse(audience) as TokenAudience),
      }));
    },
    add: ({ id, name, claimedName, via, profile, labels, createdAt, lastSeenAt, revokedAt }) => {
      const text = JSON.stringify(labels);
      insert.run(id, name, claimedName, via, profile, text, createdAt, lastSeenAt, revokedAt);
    },
    update: ({ id, name, claimedName, profile, labels }) => {
      update.run(name, claimedName, profile, JSON.stringify(labels), id);
    },
    revoke: (id, at) => {
      end(id, Math.round(at));
    },
    addToken: ({ hash, clientId, expiresAt, audience }) => {
      const until = expiresAt === null ? null : Math.round(expiresAt);
      insertToken.run(hash, clientId, until, audience === null ? null : JSON.stringify(audience));
    },
    removeToken: (hash) => {
      removeToken.run(hash);
    },
    removeTokens: (clientId) => {
      removeTokens.run(clientId);
    },
    seen: times.note,
    writeTimes: times.writeAll,
  };
}
