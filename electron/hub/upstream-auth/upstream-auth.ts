/** Signing in to remote servers: the accounts, the sign-ins that are open, and what connections ask with. */
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { AccountView } from "../../../shared/model/account.ts";
import type { SecretStore } from "../ports/secrets.ts";
import type { ServerLaunch } from "../ports/upstream.ts";
import {
  type AccountStore,
  type Authorization,
  OAuthFailure,
  type OAuthProtocol,
  type OAuthTarget,
  type RedirectReceiver,
} from "../ports/upstream-auth.ts";
import { Account, type AccountDeps, type LiveSecrets } from "./account.ts";
import { type AuthClock, systemAuthClock } from "./clock.ts";
import { withTokens } from "./grant.ts";
import { SignIn, type SignInDeps } from "./sign-in.ts";

/** The account that is meant where none is named. */
export const DEFAULT_ACCOUNT = "default";

export interface UpstreamAuthDeps {
  readonly protocol: OAuthProtocol;
  readonly receiver: RedirectReceiver;
  readonly store: SecretStore;
  readonly accounts: AccountStore;
  readonly live: LiveSecrets;
  readonly clock?: AuthClock | undefined;
  readonly random?: (() => number) | undefined;
  /** A server as it is configured now, its references filled in; rejects when there is none of that name. */
  readonly launch: (server: string) => Promise<ServerLaunch>;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Accounts of a server have changed, as a person sees them. */
  readonly changed: (server: string) => void;
  readonly signInChanged: (signIn: SignIn, message: string | null) => void;
  /** Connections with this account can be opened now. */
  readonly signedIn: (server: string, account: string) => void;
  /** A grant has come to its end; told once for each. */
  readonly signInNeeded: (server: string, account: string, reason: string) => void;
}

/**
 * All accounts and sign-ins of a hub. Accounts that were signed in before are known at once; their grants are read at
 * the first use.
 */
export class UpstreamAuth {
  readonly #deps: UpstreamAuthDeps;
  readonly #clock: AuthClock;
  readonly #accountDeps: AccountDeps;
  readonly #accounts = new Map<string, Account>();
  readonly #signIns = new Map<string, SignIn>();

  constructor(deps: UpstreamAuthDeps) {
    this.#deps = deps;
    this.#clock = deps.clock ?? systemAuthClock;
    this.#accountDeps = {
      protocol: deps.protocol,
      store: deps.store,
      accounts: deps.accounts,
      live: deps.live,
      clock: this.#clock,
      random: deps.random ?? Math.random,
      changed: ({ server }) => deps.changed(server),
      lost: ({ server, name }, reason) => deps.signInNeeded(server, name, reason),
    };
    for (const row of deps.accounts.all())
      this.#accounts.set(
        keyOf(row.server, row.account),
        new Account(row.server, row.account, row, this.#accountDeps),
      );
  }

  /** How a connection proves who it acts for; undefined where the configuration says that itself. */
  authorizationFor({ name, config }: ServerLaunch, account: string): Authorization | undefined {
    if (config.type === "stdio") return undefined;
    if (Object.keys(config.headers).some((header) => header.toLowerCase() === "authorization"))
      return undefined;
    return this.#account(name, account).open({ url: config.url, auth: config.auth, challenge: undefined });
  }

  /** What a person may see of a server's accounts. */
  views(server: string): AccountView[] {
    const accounts = [...this.#accounts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return accounts.flatMap((account) => {
      const { stored, trouble } = account;
      if (account.server !== server || stored === undefined) return [];
      const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
      return {
        name: account.name,
        issuer: stored.issuer,
        subject: stored.subject,
        scopes: (stored.scope ?? "").split(/\s+/).filter((scope) => scope !== ""),
        expiresAt: iso(stored.expiresAt),
        lastRefresh: iso(stored.refreshedAt),
        state:
          stored.ended !== null
            ? ("ended" as const)
            : trouble !== undefined
              ? ("waiting" as const)
              : account.wanted !== undefined
                ? ("wants-more" as const)
                : ("signed-in" as const),
        problem: stored.ended ?? trouble ?? null,
      };
    });
  }

  /**
   * Begins a sign-in; one that is open for the same account ends. With client credentials nobody is asked, and the
   * sign-in is done when this resolves. Rejects with GatehouseError.
   */
  async signIn(server: string, name: string, redirect: "loopback" | "app"): Promise<SignIn> {
    const { protocol, receiver } = this.#deps;
    const { config } = await this.#deps.launch(server);
    if (config.type === "stdio")
      throw new GatehouseError(
        "unsupported",
        `${server} runs on this machine: there is nothing to sign in to`,
        "Give it what it needs in its environment.",
      );
    const account = this.#account(server, name);
    const deps: SignInDeps = {
      protocol,
      receiver,
      clock: this.#clock,
      keep: async (provider, client, tokens, target) => {
        const whose = { server, account: name, url: target.url, provider, client };
        await account.adopt(withTokens(whose, tokens, this.#clock.now()), target);
      },
      changed: (changed, message) => {
        if (changed.state !== "open") this.#signIns.delete(changed.id);
        this.#deps.signInChanged(changed, message);
        if (changed.state === "done") this.#deps.signedIn(server, name);
      },
    };
    for (const open of [...this.#signIns.values()])
      if (open.server === server && open.account === name) open.cancel("another sign-in was begun");
    const signIn = new SignIn(server, name, deps);
    this.#signIns.set(signIn.id, signIn);
    try {
      const target = await this.#targetOf(account, config);
      if (config.auth?.grant === "client_credentials") await signIn.beginAlone(target);
      else
        await signIn.begin(target, redirect, (provider) =>
          account.wanted === undefined ? provider.scope : unionOf(account.stored?.scope, provider.scope),
        );
    } catch (error) {
      this.#signIns.delete(signIn.id);
      throw failed(server, error);
    }
    return signIn;
  }

  /** Takes the answer that the system handed to the app; resolves with whether it was one that was waited for. */
  async finish(url: string): Promise<boolean> {
    const params = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
    for (const signIn of this.#signIns.values())
      if (signIn.owns(params)) return (await signIn.take(params)) !== undefined;
    return false;
  }

  /** An open sign-in; throws GatehouseError not_found. */
  find(id: string): SignIn {
    const signIn = this.#signIns.get(id);
    if (signIn === undefined)
      throw new GatehouseError("not_found", "this sign-in is over", "Begin another one.");
    return signIn;
  }

  /**
   * Signs out: the grant is deleted here whatever the issuer says, and revoked there. Resolves with whether the issuer
   * has taken note; an issuer that knows no revocation lets the tokens run out.
   */
  async signOut(server: string, name: string): Promise<boolean> {
    const account = this.#accounts.get(keyOf(server, name));
    if (account?.stored === undefined)
      throw new GatehouseError("not_found", `nobody is signed in to ${server} as ${name}`);
    const grant = await account.drop("you signed out");
    this.#accounts.delete(keyOf(server, name));
    if (grant === undefined) return false;
    const { provider, client, url } = grant;
    if (typeof provider.metadata.revocation_endpoint !== "string") return false;
    try {
      const auth = await this.#deps.launch(server).then(
        ({ config }) => (config.type === "stdio" ? undefined : config.auth),
        () => undefined,
      );
      const target: OAuthTarget = { url, auth, challenge: undefined };
      const { protocol } = this.#deps;
      if (grant.refreshToken !== null)
        await protocol.revoke(provider, client, target, grant.refreshToken, "refresh_token");
      await protocol.revoke(provider, client, target, grant.accessToken, "access_token");
      return true;
    } catch (error) {
      this.#deps.log("warn", `${server}: the sign-in could not be revoked: ${sentenceOf(error)}`);
      return false;
    }
  }

  /** The server is no longer configured: its accounts are signed out in the background. */
  serverRemoved(server: string): void {
    for (const signIn of [...this.#signIns.values()])
      if (signIn.server === server) signIn.cancel("the server was removed");
    for (const account of [...this.#accounts.values()]) {
      if (account.server !== server) continue;
      if (account.stored === undefined) this.#accounts.delete(keyOf(server, account.name));
      else
        this.signOut(server, account.name).catch((error: unknown) =>
          this.#deps.log("warn", `${server}: the sign-in could not be deleted: ${sentenceOf(error)}`),
        );
    }
  }

  close(): void {
    for (const signIn of [...this.#signIns.values()]) signIn.cancel("Gatehouse was ended");
    for (const account of this.#accounts.values()) account.close();
  }

  #account(server: string, name: string): Account {
    const key = keyOf(server, name);
    const account = this.#accounts.get(key) ?? new Account(server, name, undefined, this.#accountDeps);
    this.#accounts.set(key, account);
    return account;
  }

  async #targetOf(
    account: Account,
    config: Exclude<ServerLaunch["config"], { type: "stdio" }>,
  ): Promise<OAuthTarget> {
    const known: OAuthTarget = { url: config.url, auth: config.auth, challenge: account.challenge };
    if (account.challenge !== undefined) return known;
    return { ...known, challenge: await this.#deps.protocol.challenge(known) };
  }
}

const keyOf = (server: string, account: string): string => `${server}\n${account}`;

const unionOf = (...scopes: readonly (string | null | undefined)[]): string | undefined => {
  const all = new Set(scopes.flatMap((scope) => scope?.split(/\s+/) ?? []).filter((scope) => scope !== ""));
  return all.size === 0 ? undefined : [...all].join(" ");
};

function failed(server: string, error: unknown): unknown {
  if (!(error instanceof OAuthFailure)) return error;
  return new GatehouseError(
    "sign_in_failed",
    `signing in to ${server} is not possible: ${error.message}`,
    error.kind === "passing" ? "Try again in a moment." : undefined,
    error,
  );
}
