import type { OAuthRecord, OAuthStore } from "../hub/ports/pairing.ts";
import type { Connection } from "./database.ts";

/** The authorization server's records; statements are prepared at the first use, which most hubs never see. */
export function openOAuth(connection: Connection): OAuthStore {
  let prepared: ReturnType<typeof prepare> | undefined;
  const statements = (): ReturnType<typeof prepare> => {
    prepared ??= prepare(connection);
    return prepared;
  };
  return {
    put({ kind, idHash, issuer, grantHash, client, payload, createdAt, expiresAt }) {
      statements().put.run(kind, idHash, issuer, grantHash, client, payload, createdAt, expiresAt);
    },
    get: (kind, idHash) => statements().get.get(kind, idHash),
    remove(kind, idHash) {
      statements().remove.run(kind, idHash);
    },
    removeOfGrant: (kind, grantHash) =>
      statements()
        .removeOfGrant.all(kind, grantHash)
        .map(({ idHash }) => idHash),
    removeOfClient(client, registrationsUntil) {
      connection.transaction(() => {
        statements().unapprove.run(registrationsUntil, client);
        statements().removeOfClient.run(client);
        statements().unbind.run(client);
      })();
    },
    sweep(now, mostUnapproved) {
      connection.transaction(() => {
        statements().removeExpired.run(now);
        statements().removeOldestUnapproved.run(mostUnapproved);
      })();
    },
    identityOf: (issuer, oauthClient) => statements().identityOf.get(issuer, oauthClient)?.client,
    bind(issuer, oauthClient, registrationHash, client) {
      connection.transaction(() => {
        statements().bind.run(issuer, oauthClient, client);
        statements().approve.run(client, registrationHash);
      })();
    },
  };
}

function prepare(connection: Connection) {
  const columns = `kind, id_hash AS idHash, issuer, grant_hash AS grantHash, client, payload,
                   created_at AS createdAt, expires_at AS expiresAt`;
  return {
    put: connection.prepare("INSERT OR REPLACE INTO oauth_record VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    get: connection.prepare<[string, Buffer], OAuthRecord>(
      `SELECT ${columns} FROM oauth_record WHERE kind = ? AND id_hash = ?`,
    ),
    remove: connection.prepare("DELETE FROM oauth_record WHERE kind = ? AND id_hash = ?"),
    removeOfGrant: connection.prepare<[string, Buffer], { idHash: Buffer }>(
      "DELETE FROM oauth_record WHERE kind = ? AND grant_hash = ? RETURNING id_hash AS idHash",
    ),
    unapprove: connection.prepare(
      "UPDATE oauth_record SET client = NULL, expires_at = ? WHERE kind = 'client' AND client = ?",
    ),
    removeOfClient: connection.prepare("DELETE FROM oauth_record WHERE client = ?"),
    unbind: connection.prepare("DELETE FROM oauth_binding WHERE client = ?"),
    removeExpired: connection.prepare("DELETE FROM oauth_record WHERE expires_at <= ?"),
    removeOldestUnapproved: connection.prepare(
      `DELETE FROM oauth_record WHERE kind = 'client' AND id_hash IN
         (SELECT id_hash FROM oauth_record WHERE kind = 'client' AND client IS NULL
          ORDER BY created_at DESC LIMIT -1 OFFSET ?)`,
    ),
    identityOf: connection.prepare<[string, string], { client: string }>(
      "SELECT client FROM oauth_binding WHERE issuer = ? AND oauth_client = ?",
    ),
    bind: connection.prepare("INSERT OR REPLACE INTO oauth_binding VALUES (?, ?, ?)"),
    approve: connection.prepare(
      "UPDATE oauth_record SET client = ?, expires_at = NULL WHERE kind = 'client' AND id_hash = ?",
    ),
  };
}
