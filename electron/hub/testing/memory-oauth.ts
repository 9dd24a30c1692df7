import type { OAuthKind, OAuthRecord, OAuthStore } from "../ports/pairing.ts";

/** The authorization server's records in memory, for tests; `records` shows what would be on disk. */
export function createMemoryOAuth(): OAuthStore & { readonly records: Map<string, OAuthRecord> } {
  const records = new Map<string, OAuthRecord>();
  const bindings = new Map<string, string>();
  const keyOf = (kind: OAuthKind, hash: Buffer): string => `${kind} ${hash.toString("hex")}`;
  const drop = (isGone: (record: OAuthRecord) => boolean): Buffer[] => {
    const gone = [...records].filter(([, record]) => isGone(record));
    for (const [key] of gone) records.delete(key);
    return gone.map(([, { idHash }]) => idHash);
  };
  return {
    records,
    put: (record) => void records.set(keyOf(record.kind, record.idHash), record),
    get: (kind, hash) => records.get(keyOf(kind, hash)),
    remove: (kind, hash) => void records.delete(keyOf(kind, hash)),
    removeOfGrant: (kind, grant) =>
      drop((record) => record.kind === kind && record.grantHash?.equals(grant) === true),
    removeOfClient(client, registrationsUntil) {
      for (const [key, record] of records)
        if (record.kind === "client" && record.client === client)
          records.set(key, { ...record, client: null, expiresAt: registrationsUntil });
      drop((record) => record.client === client);
      for (const [key, bound] of bindings) if (bound === client) bindings.delete(key);
    },
    sweep(now, mostUnapproved) {
      drop(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
      const unapproved = [...records.values()]
        .filter(({ kind, client }) => kind === "client" && client === null)
        .sort((a, b) => b.createdAt - a.createdAt);
      for (const { kind, idHash } of unapproved.slice(mostUnapproved)) records.delete(keyOf(kind, idHash));
    },
    identityOf: (issuer, oauthClient) => bindings.get(`${issuer} ${oauthClient}`),
    bind(issuer, oauthClient, hash, client) {
      bindings.set(`${issuer} ${oauthClient}`, client);
      const record = records.get(keyOf("client", hash));
      if (record !== undefined) records.set(keyOf("client", hash), { ...record, client, expiresAt: null });
    },
  };
}
