/**
 * One signed-in account of a remote server, shared by all connections that use it. It keeps the grant in memory while
 * one does, renews it before it runs out or when the server refuses it, never twice at a time, and writes what it got to
 * the secret store before anything uses it. Only the issuer's own word (invalid_grant) ends it.
 */
import { sentenceOf } from "../../../shared/errors.ts";
import { type BackoffPolicy, backoffDelay } from "../../core/supervisor/backoff.ts";
import type { SecretStore } from "../ports/secrets.ts";
import {
  type AccountStore,
  type Authorization,
  AuthorizationError,
  OAuthFailure,
  type OAuthProtocol,
  type OAuthTarget,
  type StoredAccount,
} from "../ports/upstream-auth.ts";
import type { AuthClock } from "./clock.ts";
import { describeGrant, type Grant, grantName, parseGrant, secretsOfGrant, withTokens } from "./grant.ts";

/** Tells the redactor which values are live. */
export interface LiveSecrets {
  /** Replaces what the owner had before. */
  add(owner: string, values: readonly string[]): void;
  remove(owner: string): void;
}

export interface AccountDeps {
  readonly protocol: OAuthProtocol;
  readonly store: SecretStore;
  readonly accounts: AccountStore;
  readonly clock: AuthClock;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  readonly live: LiveSecrets;
  /** What a person sees of it has changed. */
  readonly changed: (account: Account) => void;
  /** The person has to sign in again; told once for each end of a grant. */
  readonly lost: (account: Account, reason: string) => void;
}

/** Tries within one renewal, for a trouble of a moment. */
const TRIES = 3;
const AGAIN: BackoffPolicy = { firstMs: 250, factor: 4, maxMs: 2_000, jitter: 0.2 };
/** Between renewals that failed. */
const LATER: BackoffPolicy = { firstMs: 2_000, factor: 2, maxMs: 60_000, jitter: 0.2 };
/** Longest time before its end at which a token is renewed, and the share of its life where that is shorter. */
const EARLY_MS = 60_000;
const EARLY_SHARE = 0.3;
/** The same for the time in which it is not sent any more: it must not run out on its way. */
const MARGIN_MS = 5_000;
const MARGIN_SHARE = 0.1;

/**
 * One person's account at one server. `adopt` and `drop` reject with the secret store's error; trouble with the
 * issuer is a state, told by `changed` and `lost`. Follows RFC 6749 section 6 (renewal) and RFC 6750 section 3
 * (challenges).
 */
export class Account {
  readonly server: string;
  readonly name: string;
  readonly #deps: AccountDeps;
  #target: OAuthTarget | undefined;
  #challenge: string | undefined;
  #row: StoredAccount | undefined;
  #grant: Grant | undefined;
  #header: string | undefined;
  /** Got from the issuer and not yet written down. */
  #unsaved: Grant | undefined;
  #attempt: Promise<void> | undefined;
  #failures = 0;
  #retryAt = 0;
  #trouble: string | undefined;
  #wanted: string | undefined;
  #cancelTimer: (() => void) | undefined;
  readonly #uses = new Set<AbortController>();

  constructor(server: string, name: string, row: StoredAccount | undefined, deps: AccountDeps) {
    this.server = server;
    this.name = name;
    this.#row = row;
    this.#deps = deps;
  }

  /** What is known of it; undefined when nobody has signed in. */
  get stored(): StoredAccount | undefined {
    return this.#row;
  }

  /** Why renewing it fails at the moment; undefined when it does not. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The challenge of a server that wanted more scopes than were granted. */
  get wanted(): string | undefined {
    return this.#wanted;
  }

  /** What the server said when it last refused a request. */
  get challenge(): string | undefined {
    return this.#challenge;
  }

  /** A connection begins to use it. */
  open(target: OAuthTarget): Authorization {
    this.#target = target;
    // The grant is for one address: under the same name, another one gets nothing of it.
    if (this.#grant !== undefined && this.#grant.url !== target.url) this.#forget();
    const use = new AbortController();
    this.#uses.add(use);
    this.#arm();
    return {
      lost: use.signal,
      header: () => this.#header,
      ready: () => this.#ready(),
      refused: (used, challenge) => this.#refused(used, challenge),
      insufficient: (challenge) => this.#insufficient(challenge),
      close: () => {
        this.#uses.delete(use);
        if (this.#uses.size === 0 && this.#attempt === undefined) this.#forget();
      },
    };
  }

  /** Somebody has signed in: the grant is written down, then used. Rejects when it cannot be written. */
  async adopt(grant: Grant, target: OAuthTarget): Promise<void> {
    const before = this.#row;
    this.#target = target;
    await this.#write(grant);
    this.#wanted = undefined;
    this.#settled();
    if (before !== undefined && before.issuer !== grant.provider.issuer)
      await this.#deps.store.remove("oauth", grantName(this.server, this.name, before.issuer));
  }

  /** Takes the grant out of everything; resolves with it, as far as it could be read. */
  async drop(reason: string): Promise<Grant | undefined> {
    await this.#attempt?.catch(() => undefined);
    const row = this.#row;
    if (row === undefined) return undefined;
    const grant = this.#unsaved ?? this.#grant ?? (await this.#read(row).catch(() => undefined));
    await this.#deps.store.remove("oauth", grantName(this.server, this.name, row.issuer));
    this.#deps.accounts.remove(this.server, this.name);
    this.#row = undefined;
    this.#unsaved = undefined;
    this.#forget();
    this.#settled();
    this.#abortUses(reason);
    this.#deps.changed(this);
    return grant;
  }

  /** Nothing more is done for it. */
  close(): void {
    this.#uses.clear();
    this.#forget();
  }

  #ready(): Promise<void> | undefined {
    if (this.#header !== undefined && !this.#isStale()) return undefined;
    const row = this.#ownRow();
    if (row === undefined) return undefined;
    if (row.ended !== null) return Promise.reject(this.#ended(row.ended));
    return this.#current();
  }

  async #refused(used: string | undefined, challenge: string | undefined): Promise<boolean> {
    if (challenge !== undefined) this.#challenge = challenge;
    const row = this.#ownRow();
    if (row !== undefined && row.ended !== null) throw this.#ended(row.ended);
    if (this.#header !== used && this.#header !== undefined) return true;
    if (row === undefined && !this.#isMachine) return false;
    await this.#current();
    return true;
  }

  #insufficient(challenge: string): void {
    this.#challenge = challenge;
    if (this.#wanted === challenge) return;
    this.#wanted = challenge;
    this.#deps.changed(this);
  }

  /** The row, if it is for the address that is being connected to. */
  #ownRow(): StoredAccount | undefined {
    return this.#row?.url === this.#target?.url ? this.#row : undefined;
  }

  get #isMachine(): boolean {
    return this.#target?.auth?.grant === "client_credentials";
  }

  #isStale(): boolean {
    const { expiresAt, obtainedAt } = this.#grant ?? { expiresAt: null, obtainedAt: 0 };
    if (expiresAt === null) return false;
    const margin = Math.min(MARGIN_MS, (expiresAt - obtainedAt) * MARGIN_SHARE);
    return this.#deps.clock.now() >= expiresAt - margin;
  }

  /** One renewal at a time, however many wait for it; after one that failed, none before its time. */
  #current(): Promise<void> {
    if (this.#attempt !== undefined) return this.#attempt;
    if (this.#deps.clock.now() < this.#retryAt) return Promise.reject(this.#unavailable());
    const attempt = this.#renewPatiently().finally(() => {
      this.#attempt = undefined;
      if (this.#uses.size === 0) this.#forget();
      this.#arm();
    });
    this.#attempt = attempt;
    return attempt;
  }

  async #renewPatiently(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#renew();
        return this.#settled();
      } catch (error) {
        const kind = error instanceof OAuthFailure ? error.kind : "wrong";
        if (kind === "refused") {
          this.#end(sentenceOf(error));
          throw this.#ended(sentenceOf(error));
        }
        if (kind === "wrong" || tries === TRIES) {
          this.#trouble = sentenceOf(error);
          this.#retryAt = this.#deps.clock.now() + backoffDelay(this.#failures, this.#deps.random(), LATER);
          this.#failures += 1;
          this.#deps.changed(this);
          throw this.#unavailable();
        }
        await this.#pause(backoffDelay(tries - 1, this.#deps.random(), AGAIN));
      }
    }
  }

  async #renew(): Promise<void> {
    if (this.#unsaved !== undefined) return this.#write(this.#unsaved);
    const target = this.#target;
    if (target === undefined) throw new OAuthFailure("passing", `${this.server} is not connected`);
    const row = this.#ownRow();
    if (this.#grant === undefined && row !== undefined) {
      const grant = await this.#read(row);
      if (grant === undefined)
        throw new OAuthFailure("refused", `the tokens for ${this.server} are no longer where they were kept`);
      this.#use(grant);
      if (!this.#isStale()) return;
    }
    const next = await this.#exchange(this.#grant, target);
    this.#unsaved = next;
    await this.#write(next);
  }

  async #exchange(grant: Grant | undefined, target: OAuthTarget): Promise<Grant> {
    const { protocol, clock } = this.#deps;
    const now = clock.now();
    if (this.#isMachine) {
      const provider =
        grant?.provider ?? (await protocol.discover({ ...target, challenge: this.#challenge }));
      const tokens = await protocol.machine(provider, target, provider.scope);
      const client = { kind: "configured" as const, information: { client_id: target.auth?.clientId ?? "" } };
      const whose = { server: this.server, account: this.name, url: target.url };
      return withTokens({ ...whose, provider, client }, tokens, now);
    }
    if (grant?.refreshToken == null)
      throw new OAuthFailure(
        "refused",
        "the sign-in has run out, and the issuer gave nothing to renew it with",
      );
    const tokens = await protocol.refresh(grant.provider, grant.client, target, grant.refreshToken);
    return withTokens(grant, tokens, now);
  }

  async #read(row: StoredAccount): Promise<Grant | undefined> {
    const text = await this.#deps.store.get("oauth", grantName(this.server, this.name, row.issuer));
    const grant = text === undefined ? undefined : parseGrant(text);
    return grant?.url === row.url ? grant : undefined;
  }

  /** Durable before it is used: whatever happens in between, what the store holds is the newest that the issuer gave. */
  async #write(grant: Grant): Promise<void> {
    const name = grantName(this.server, this.name, grant.provider.issuer);
    await this.#deps.store.set("oauth", name, JSON.stringify(grant));
    this.#unsaved = undefined;
    this.#row = describeGrant(grant);
    this.#deps.accounts.put(this.#row);
    this.#use(grant);
    this.#arm();
    this.#deps.changed(this);
  }

  #use(grant: Grant): void {
    this.#grant = grant;
    this.#header = `Bearer ${grant.accessToken}`;
    this.#deps.live.add(this.#owner, secretsOfGrant(grant));
  }

  #settled(): void {
    this.#failures = 0;
    this.#retryAt = 0;
    this.#trouble = undefined;
  }

  /** The issuer has the last word: nothing is asked of it any more until the person signs in again. */
  #end(reason: string): void {
    const row = this.#row;
    this.#forget();
    if (row === undefined) return;
    this.#row = { ...row, ended: reason };
    this.#deps.accounts.put(this.#row);
    this.#deps.store.remove("oauth", grantName(this.server, this.name, row.issuer)).catch(() => undefined);
    this.#abortUses(reason);
    this.#deps.changed(this);
    this.#deps.lost(this, reason);
  }

  #abortUses(reason: string): void {
    const uses = [...this.#uses];
    this.#uses.clear();
    for (const use of uses) use.abort(this.#ended(reason));
  }

  #ended(reason: string): AuthorizationError {
    return new AuthorizationError(
      "needs_auth",
      `the sign-in to ${this.server} is over: ${reason}; sign in again`,
    );
  }

  #unavailable(): AuthorizationError {
    return new AuthorizationError(
      "auth_unavailable",
      `the sign-in to ${this.server} cannot be renewed just now: ${this.#trouble ?? "no answer"}. It is kept, and tried again`,
    );
  }

  /** Renews before the token runs out, or when a renewal that failed is due again. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const at = this.#unsaved === undefined ? this.#renewAt() : 0;
    if (at === undefined) return;
    const due = Math.max(at, this.#retryAt) - this.#deps.clock.now();
    this.#cancelTimer = this.#deps.clock.after(Math.max(0, due), () => {
      this.#current().catch(() => undefined);
    });
  }

  /** When the token is to be renewed, in milliseconds since the epoch; undefined: not by itself. */
  #renewAt(): number | undefined {
    if (this.#uses.size === 0 || this.#grant === undefined) return undefined;
    const { expiresAt, obtainedAt, refreshToken } = this.#grant;
    if (expiresAt === null || (refreshToken === null && !this.#isMachine)) return undefined;
    return expiresAt - Math.min(EARLY_MS, (expiresAt - obtainedAt) * EARLY_SHARE);
  }

  #forget(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#grant = undefined;
    this.#header = undefined;
    this.#deps.live.remove(this.#owner);
  }

  get #owner(): string {
    return `oauth ${this.server}/${this.name}`;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.clock.after(milliseconds, resolve);
    });
  }
}
