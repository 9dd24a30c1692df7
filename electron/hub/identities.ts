import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { GatehouseError } from "../../shared/errors.ts";
import { OWN_CLIENT } from "../../shared/model/call.ts";
import type { Client, Labels } from "../../shared/model/client.ts";
import { iconOf } from "./client-icons.ts";
import { admits } from "./pairing/audience.ts";
import type { ClientIdentity, Scope } from "./ports/endpoint.ts";
import type { TokenAudience } from "./ports/pairing.ts";
import type { ClientStore, StoredClient, StoredToken } from "./ports/storage.ts";

/** Whoever comes without a token, where that is allowed. */
export const ANONYMOUS: ClientIdentity = { id: null, name: "anonymous", profile: null };

/** Tokens start with this, so that secret scanners and people know them. */
const TOKEN_PREFIX = "gth_";
/** Longest claimed name that is kept, in characters. */
const MAX_CLAIM = 200;

/** One client for as long as the hub runs: whoever holds it sees what it is called, and may, now. */
class KnownClient implements ClientIdentity {
  readonly id: string;
  stored: StoredClient;
  lastSeenAt: number | null;
  /** What has to end with the client's access. */
  readonly ends = new Set<() => void>();

  constructor(stored: StoredClient) {
    this.id = stored.id;
    this.stored = stored;
    this.lastSeenAt = stored.lastSeenAt;
  }

  get name(): string {
    return this.stored.name;
  }

  get profile(): string | null {
    return this.stored.profile;
  }

  get revoked(): boolean {
    return this.stored.revokedAt !== null;
  }
}

/** What a person may change of a client; what is left out stays. */
export interface ClientChange {
  readonly newName?: string | undefined;
  readonly profile?: string | null | undefined;
  readonly labels?: Labels | undefined;
}

/**
 * The clients that may connect. Tokens are random and only their SHA-256 is kept. A lookup finds the candidate by a
 * part of the hash, which an attacker cannot steer, and then compares the whole hash in constant time.
 */
export class Identities {
  readonly #store: ClientStore;
  readonly #byId = new Map<string, KnownClient>();
  readonly #byHash = new Map<string, StoredToken>();
  /** Told when a client is new or not what it was; `before` is undefined for a new one. */
  onChanged: (client: StoredClient, before: StoredClient | undefined) => void = () => {};

  constructor(store: ClientStore) {
    this.#store = store;
    for (const stored of store.all()) this.#byId.set(stored.id, new KnownClient(stored));
    for (const token of store.tokens(Date.now())) this.#byHash.set(keyOf(token.hash), token);
  }

  /**
   * The client that this bearer token belongs to, or undefined when it is unknown, expired, revoked, or for another
   * place than this one (a Host header, a scope).
   */
  authenticate(token: string, host?: string, scope?: Scope): ClientIdentity | undefined {
    const hash = hashOf(token);
    const found = this.#byHash.get(keyOf(hash));
    if (found === undefined || !timingSafeEqual(found.hash, hash)) return undefined;
    const now = Date.now();
    if (found.expiresAt !== null && found.expiresAt <= now) return undefined;
    if (found.audience !== null && (scope === undefined || !admits(found.audience, host, scope)))
      return undefined;
    const known = this.#byId.get(found.clientId);
    if (known === undefined || known.revoked) return undefined;
    if (known.lastSeenAt === null || now - known.lastSeenAt > 30_000) {
      known.lastSeenAt = now;
      this.#store.seen(known.id, now);
    }
    return known;
  }

  /**
   * Adds a client, without a token yet: `mintToken` or `addToken` gives it one. Names of living clients are unique,
   * ignoring case. Throws `bad_request` for an unusable name, `name_taken` for one in use.
   */
  add(
    name: string,
    profile: string | null,
    via: Client["via"] = "token",
    claimedName: string | null = null,
  ): StoredClient {
    this.#checkName(name, undefined);
    const client: StoredClient = {
      id: randomBytes(9).toString("base64url"),
      name,
      claimedName: claimedName?.slice(0, MAX_CLAIM) ?? null,
      via,
      profile,
      labels: {},
      createdAt: Date.now(),
      lastSeenAt: null,
      revokedAt: null,
    };
    this.#store.add(client);
    this.#byId.set(client.id, new KnownClient(client));
    this.onChanged(client, undefined);
    return client;
  }

  /** A new bearer token of a client, returned here and never again. */
  mintToken(clientId: string, expiresAt: number | null = null): string {
    const token = TOKEN_PREFIX + randomBytes(32).toString("base64url");
    this.addToken(clientId, hashOf(token), expiresAt);
    return token;
  }

  /**
   * Lets a living client in with a further token, known by its SHA-256 (32 bytes). `expiresAt`: milliseconds since the
   * epoch, null for one that lasts until it is revoked. `audience`: the one place that it is for, null for everywhere.
   * The client's expired tokens are forgotten.
   */
  addToken(
    clientId: string,
    hash: Buffer,
    expiresAt: number | null,
    audience: TokenAudience | null = null,
  ): void {
    const known = this.#living(clientId);
    const now = Date.now();
    for (const token of [...this.#byHash.values()])
      if (token.clientId === known.id && token.expiresAt !== null && token.expiresAt <= now)
        this.removeToken(token.hash);
    const token: StoredToken = { hash, clientId: known.id, expiresAt, audience };
    this.#store.addToken(token);
    this.#byHash.set(keyOf(hash), token);
  }

  /** One token is worth nothing any more. */
  removeToken(hash: Buffer): void {
    const found = this.#byHash.get(keyOf(hash));
    if (found === undefined || !timingSafeEqual(found.hash, hash)) return;
    this.#byHash.delete(keyOf(hash));
    this.#store.removeToken(found.hash);
  }

  /** None of a client's tokens is worth anything any more; its sessions need a new one to go on. */
  removeTokens(clientId: string): void {
    for (const [key, token] of [...this.#byHash]) if (token.clientId === clientId) this.#byHash.delete(key);
    this.#store.removeTokens(clientId);
  }

  /** Ends a client's access at once, and whatever was registered to end with it. Throws `not_found`. */
  revoke(name: string): StoredClient {
    const known = this.#named(name);
    const at = Date.now();
    this.#store.revoke(known.id, at);
    for (const [key, token] of [...this.#byHash]) if (token.clientId === known.id) this.#byHash.delete(key);
    const before = known.stored;
    known.stored = { ...before, revokedAt: at };
    const ends = [...known.ends];
    known.ends.clear();
    for (const end of ends) end();
    this.onChanged(known.stored, before);
    return known.stored;
  }

  /** Changes what a person may change; the id stays, and with it what rules and the log know. Throws `not_found`. */
  update(name: string, { newName, profile, labels }: ClientChange): StoredClient {
    const known = this.#named(name);
    if (newName !== undefined) this.#checkName(newName, known);
    return this.#save(known, {
      ...known.stored,
      ...(newName === undefined ? {} : { name: newName }),
      ...(profile === undefined ? {} : { profile }),
      ...(labels === undefined ? {} : { labels }),
    });
  }

  /** Throws `bad_request` or `name_taken` for a name that a client (but the one of this id) could not be given. */
  checkName(name: string, clientId?: string): void {
    this.#checkName(name, clientId === undefined ? undefined : this.#byId.get(clientId));
  }

  /** A client says what it calls itself. A claim: it decides nothing. */
  claims(id: string | null, claimedName: string | null): void {
    const known = id === null ? undefined : this.#byId.get(id);
    const claim = claimedName?.slice(0, MAX_CLAIM);
    if (known === undefined || claim === undefined) return;
    if (known.revoked || known.stored.claimedName === claim) return;
    this.#save(known, { ...known.stored, claimedName: claim });
  }

  /** Has something end with a client's access: `end` is called at most once. Returns what withdraws it. */
  endWith(client: ClientIdentity, end: () => void): () => void {
    const known = client.id === null ? undefined : this.#byId.get(client.id);
    if (known === undefined) return () => {};
    if (known.revoked) {
      end();
      return () => {};
    }
    known.ends.add(end);
    return () => known.ends.delete(end);
  }

  /** The living client of this name, ignoring case. */
  find(name: string): StoredClient | undefined {
    const wanted = name.toLowerCase();
    for (const known of this.#byId.values())
      if (!known.revoked && known.name.toLowerCase() === wanted) return known.stored;
    return undefined;
  }

  /** The client of this id, also a revoked one. */
  byId(id: string): StoredClient | undefined {
    return this.#byId.get(id)?.stored;
  }

  /** Who a session or a request is of: the client of this id, also a revoked one, else the anonymous. */
  identityOf(id: string | null): ClientIdentity {
    return (id === null ? undefined : this.byId(id)) ?? ANONYMOUS;
  }

  /** All clients, also the revoked, oldest first. */
  all(): StoredClient[] {
    return [...this.#byId.values()].map((known) => known.stored);
  }

  /** The profile of a living client, by its id; null for none and for the anonymous. */
  profileOf(id: string | null): string | null {
    const known = id === null ? undefined : this.#byId.get(id);
    return known === undefined || known.revoked ? null : known.profile;
  }

  /** A client as the control API shows it. */
  describe(client: StoredClient, sessions: number): Client {
    const seen = this.#byId.get(client.id)?.lastSeenAt ?? client.lastSeenAt;
    const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
    const { id, name, claimedName, via, profile, labels } = client;
    return {
      id,
      name,
      claimedName,
      icon: iconOf(claimedName),
      via,
      profile,
      labels,
      createdAt: new Date(client.createdAt).toISOString(),
      lastSeenAt: iso(seen),
      revokedAt: iso(client.revokedAt),
      sessions,
    };
  }

  #save(known: KnownClient, next: StoredClient): StoredClient {
    const before = known.stored;
    known.stored = next;
    this.#store.update(next);
    this.onChanged(next, before);
    return next;
  }

  #checkName(name: string, except: KnownClient | undefined): void {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,62}$/u.test(name))
      throw new GatehouseError(
        "bad_request",
        `"${name.slice(0, 80)}" is no usable client name`,
        "Use letters, digits, spaces, '.', '_', '@' and '-', at most 63.",
      );
    if (name.toLowerCase() === OWN_CLIENT)
      throw new GatehouseError("name_taken", `"${name}" is what the person's own calls are recorded under`);
    const found = this.find(name);
    if (found !== undefined && found.id !== except?.id)
      throw new GatehouseError(
        "name_taken",
        `there is a client named ${name} already`,
        `Revoke it first: gatehouse client revoke ${name}`,
      );
  }

  #named(name: string): KnownClient {
    const found = this.find(name);
    const known = found === undefined ? undefined : this.#byId.get(found.id);
    if (known === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no client named ${name}`,
        "See `gatehouse client list`.",
      );
    return known;
  }

  #living(id: string): KnownClient {
    const known = this.#byId.get(id);
    if (known === undefined || known.revoked)
      throw new GatehouseError("not_found", "that client does not exist any more, or was revoked");
    return known;
  }
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
const keyOf = (hash: Buffer): string => hash.toString("latin1", 0, 8);
