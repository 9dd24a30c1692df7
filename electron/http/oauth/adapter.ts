import { createHash } from "node:crypto";
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { OAuthKind, OAuthRecord, PairingEndpoint } from "../../hub/ports/pairing.ts";
import { audienceOf } from "./resources.ts";

/** What outlives the process, by the library's names; everything else lives in memory for minutes. */
const KINDS: Readonly<Record<string, OAuthKind>> = {
  Client: "client",
  Grant: "grant",
  RefreshToken: "refresh",
  AccessToken: "access",
};

/** How long a registration is kept that nobody has approved, in milliseconds: clients register long before a login. */
const UNAPPROVED_LIFE = 7 * 24 * 60 * 60_000;
/** Most of those. */
export const MOST_UNAPPROVED = 500;
/** How long a refresh token that was used is remembered, so that its second use is noticed. */
const CONSUMED_LIFE = 7 * 24 * 60 * 60_000;

/** SHA-256 of an id: all that is stored of it. */
export const hashOf = (id: string): Buffer => createHash("sha256").update(id).digest();

/**
 * The library's storage for one issuer; another issuer's records are not found by it. While a login begins
 * (`isAuthorizing`), a client with a metadata document is not found: what it says now counts, not what was approved.
 */
export function createAdapters(
  pairing: PairingEndpoint,
  issuer: string,
  now: () => number,
  isAuthorizing: () => boolean,
): (name: string) => Adapter {
  return (name) => {
    const kind = KINDS[name];
    // The browser's session is nothing that a person logs in to: each pairing is asked for anew.
    if (name === "Session") return forgetful;
    return kind === undefined ? inMemory(now) : new StoredAdapter(kind, pairing, issuer, now, isAuthorizing);
  };
}

class StoredAdapter implements Adapter {
  readonly #kind: OAuthKind;
  readonly #pairing: PairingEndpoint;
  readonly #issuer: string;
  readonly #now: () => number;
  readonly #isAuthorizing: () => boolean;

  constructor(
    kind: OAuthKind,
    pairing: PairingEndpoint,
    issuer: string,
    now: () => number,
    isAuthorizing: () => boolean,
  ) {
    this.#kind = kind;
    this.#pairing = pairing;
    this.#issuer = issuer;
    this.#now = now;
    this.#isAuthorizing = isAuthorizing;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    // For a token the jti is the token itself. What is undefined is left out.
    const { jti: _secret, ...rest } = payload;
    const now = this.#now();
    const expiresAt =
      this.#kind === "client"
        ? now + UNAPPROVED_LIFE
        : expiresIn === undefined
          ? null
          : now + expiresIn * 1_000;
    const idHash = hashOf(id);
    const client = this.#kind === "client" ? null : (payload.accountId ?? null);
    this.#pairing.store.put({
      kind: this.#kind,
      idHash,
      issuer: this.#issuer,
      grantHash: payload.grantId === undefined ? null : hashOf(payload.grantId),
      client,
      payload: JSON.stringify(rest),
      createdAt: now,
      expiresAt,
    });
    if (this.#kind !== "access" || client === null || expiresAt === null) return;
    const audience = typeof payload.aud === "string" ? audienceOf(payload.aud, this.#issuer) : undefined;
    if (audience !== undefined) this.#pairing.tokenIssued({ hash: idHash, client, audience, expiresAt });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.#kind === "client" && /^https:/i.test(id) && this.#isAuthorizing()) return undefined;
    const record = this.#get(id);
    if (record === undefined) return undefined;
    const payload = JSON.parse(record.payload) as AdapterPayload;
    return this.#kind === "client" ? payload : { ...payload, jti: id };
  }

  async consume(id: string): Promise<void> {
    const record = this.#get(id);
    if (record === undefined) return;
    const now = this.#now();
    const payload = { ...(JSON.parse(record.payload) as object), consumed: Math.floor(now / 1_000) };
    this.#pairing.store.put({
      ...record,
      payload: JSON.stringify(payload),
      expiresAt: Math.min(record.expiresAt ?? Number.POSITIVE_INFINITY, now + CONSUMED_LIFE),
    });
  }

  async destroy(id: string): Promise<void> {
    this.#pairing.store.remove(this.#kind, hashOf(id));
    if (this.#kind === "access") this.#pairing.tokenRevoked(hashOf(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const hash of this.#pairing.store.removeOfGrant(this.#kind, hashOf(grantId)))
      if (this.#kind === "access") this.#pairing.tokenRevoked(hash);
  }

  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #get(id: string): OAuthRecord | undefined {
    const record = this.#pairing.store.get(this.#kind, hashOf(id));
    return record?.issuer === this.#issuer ? record : undefined;
  }
}

const none = (): Promise<undefined> => Promise.resolve(undefined);
const forgetful: Adapter = {
  upsert: none,
  find: none,
  findByUid: none,
  findByUserCode: none,
  consume: none,
  destroy: none,
  revokeByGrantId: none,
};

/** Most entries of one model: beyond it the oldest goes, and its login has to begin anew. */
const MOST_IN_MEMORY = 1_000;

/** Codes and interactions: of this process, for minutes. */
function inMemory(now: () => number): Adapter {
  const entries = new Map<string, { payload: AdapterPayload; expiresAt: number }>();
  const sweep = (): void => {
    for (const [id, { expiresAt }] of entries) if (expiresAt <= now()) entries.delete(id);
    for (const id of entries.keys()) {
      if (entries.size <= MOST_IN_MEMORY) return;
      entries.delete(id);
    }
  };
  return {
    ...forgetful,
    async upsert(id, payload, expiresIn) {
      entries.set(id, { payload, expiresAt: now() + (expiresIn ?? 0) * 1_000 });
      sweep();
    },
    async find(id) {
      const entry = entries.get(id);
      return entry === undefined || entry.expiresAt <= now() ? undefined : entry.payload;
    },
    async consume(id) {
      const entry = entries.get(id);
      if (entry !== undefined) entry.payload = { ...entry.payload, consumed: Math.floor(now() / 1_000) };
    },
    async destroy(id) {
      entries.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
    },
  };
}
