import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { GatehouseError } from "../../shared/errors.ts";
import type { Client } from "../../shared/model/client.ts";
import type { ClientIdentity } from "./ports/endpoint.ts";
import type { ClientStore, StoredClient } from "./ports/storage.ts";

interface Known {
  readonly stored: StoredClient;
  readonly identity: ClientIdentity;
  lastSeenAt: number | null;
}

/** Tokens start with this, so that secret scanners and people know them. */
const TOKEN_PREFIX = "gth_";

/**
 * The clients that may connect. Tokens are random and only their SHA-256 is kept. A lookup finds the candidate by a
 * part of the hash, which an attacker cannot steer, and then compares the whole hash in constant time.
 */
export class Identities {
  readonly #store: ClientStore;
  readonly #byHash = new Map<string, Known>();
  #all: StoredClient[];

  constructor(store: ClientStore) {
    this.#store = store;
    this.#all = store.all();
    for (const stored of this.#all) if (stored.revokedAt === null) this.#index(stored);
  }

  /** The client that this bearer token belongs to, or undefined when it is unknown or revoked. */
  authenticate(token: string): ClientIdentity | undefined {
    const hash = createHash("sha256").update(token).digest();
    const known = this.#byHash.get(hash.toString("latin1", 0, 8));
    if (known === undefined || !timingSafeEqual(known.stored.tokenHash, hash)) return undefined;
    const now = Date.now();
    if (known.lastSeenAt === null || now - known.lastSeenAt > 30_000) {
      known.lastSeenAt = now;
      this.#store.seen(known.stored.id, now);
    }
    return known.identity;
  }

  /** Adds a client; the token is returned here and never again. Names of living clients are unique, ignoring case. */
  add(name: string, profile: string | null): { client: StoredClient; token: string } {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,62}$/u.test(name))
      throw new GatehouseError(
        "bad_request",
        `"${name.slice(0, 80)}" is no usable client name`,
        "Use letters, digits, spaces, '.', '_', '@' and '-', at most 63.",
      );
    if (this.find(name) !== undefined)
      throw new GatehouseError(
        "name_taken",
        `there is a client named ${name} already`,
        `Revoke it first: gatehouse client revoke ${name}`,
      );
    const token = TOKEN_PREFIX + randomBytes(32).toString("base64url");
    const client: StoredClient = {
      id: randomBytes(9).toString("base64url"),
      name,
      profile,
      tokenHash: createHash("sha256").update(token).digest(),
      createdAt: Date.now(),
      lastSeenAt: null,
      revokedAt: null,
    };
    this.#store.add(client);
    this.#all.push(client);
    this.#index(client);
    return { client, token };
  }

  /** Ends a client's access at once. */
  revoke(name: string): StoredClient {
    const found = this.find(name);
    if (found === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no client named ${name}`,
        "See `gatehouse client list`.",
      );
    const revoked: StoredClient = { ...found, revokedAt: Date.now() };
    this.#store.revoke(found.id, revoked.revokedAt ?? 0);
    this.#byHash.delete(found.tokenHash.toString("latin1", 0, 8));
    this.#all = this.#all.map((client) => (client.id === found.id ? revoked : client));
    return revoked;
  }

  /** The living client of this name, ignoring case. */
  find(name: string): StoredClient | undefined {
    return this.#all.find(
      (client) => client.revokedAt === null && client.name.toLowerCase() === name.toLowerCase(),
    );
  }

  /** The profile of a living client, by its id; null for none and for the anonymous. */
  profileOf(id: string | null): string | null {
    return this.#all.find((client) => client.id === id && client.revokedAt === null)?.profile ?? null;
  }

  /** All clients, also the revoked, as the control API shows them. */
  list(sessionsOf: (id: string) => number): Client[] {
    return this.#all.map((client) => this.describe(client, sessionsOf(client.id)));
  }

  describe(client: StoredClient, sessions: number): Client {
    const known = this.#byHash.get(client.tokenHash.toString("latin1", 0, 8));
    const seen = known?.lastSeenAt ?? client.lastSeenAt;
    const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
    return {
      id: client.id,
      name: client.name,
      claimedName: null,
      icon: null,
      via: "token",
      profile: client.profile,
      labels: {},
      createdAt: new Date(client.createdAt).toISOString(),
      lastSeenAt: iso(seen),
      revokedAt: iso(client.revokedAt),
      sessions,
    };
  }

  #index(stored: StoredClient): void {
    this.#byHash.set(stored.tokenHash.toString("latin1", 0, 8), {
      stored,
      identity: { id: stored.id, name: stored.name, profile: stored.profile },
      lastSeenAt: stored.lastSeenAt,
    });
  }
}
