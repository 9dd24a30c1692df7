import type { RemoteServerConfig } from "../../../shared/model/config.ts";

/** How a connection to a remote server proves who it acts for. It is asked at every request, from memory. */
export interface Authorization {
  /** The value of the Authorization header; undefined: the request goes without one. */
  header(): string | undefined;
  /**
   * Undefined when `header` may be used as it is, which it nearly always may. Else resolves when a new token is there;
   * rejects with AuthorizationError when there is none to be had.
   */
  ready(): Promise<void> | undefined;
  /**
   * The server has refused a request (401) that was sent with `used`, before it did anything. Resolves with whether the
   * request is worth sending once more, with what `header` gives then. Rejects as `ready` does.
   */
  refused(used: string | undefined, challenge: string | undefined): Promise<boolean>;
  /** The server wants more scopes than were granted (403, insufficient_scope). */
  insufficient(challenge: string): void;
  /** Aborts, with an AuthorizationError as its reason, when the person has to sign in before anything works again. */
  readonly lost: AbortSignal;
  /** Nothing more is sent with it. */
  close(): void;
}

/** Why a request could not be authorized. "needs_auth": only the person can help. "auth_unavailable": it passes. */
export class AuthorizationError extends Error {
  readonly code: "needs_auth" | "auth_unavailable";

  constructor(code: AuthorizationError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The server for which somebody signs in. */
export interface OAuthTarget {
  /** The MCP endpoint. */
  readonly url: string;
  /** The WWW-Authenticate header of its last refusal, if it has refused anything. */
  readonly challenge: string | undefined;
  /** What the configuration says, references filled in. */
  readonly auth: RemoteServerConfig["auth"];
}

/** What was found out about who issues a server's tokens (RFC 9728, RFC 8414, OpenID Connect Discovery). */
export interface OAuthProvider {
  readonly issuer: string;
  /** What tokens are asked for and good for (RFC 8707). */
  readonly resource: string;
  /** Scopes that the server names in its metadata or its refusal, separated by spaces. */
  readonly scope: string | undefined;
  /** The issuer's document as it was read; only the adapter looks into it. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the hub is to an issuer. */
export interface OAuthClient {
  /** How it came to be known there; the secrets of a configured one are never stored with it. */
  readonly kind: "configured" | "document" | "registered";
  readonly information: Readonly<Record<string, unknown>>;
}

/** Tokens as an issuer gave them; `expiresIn` in seconds. */
export interface OAuthTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresIn: number | undefined;
  readonly scope: string | undefined;
  /** Who signed in, as the ID token claims: nobody has verified it, it is only shown. */
  readonly subject: string | undefined;
}

/**
 * Why an exchange failed. "passing": the network, or the issuer's own trouble: the same may work later. "refused": the
 * issuer says that the grant or the client is no more. "wrong": what was said cannot be accepted (an attack, or an
 * issuer that this client cannot work with).
 */
export class OAuthFailure extends Error {
  readonly kind: "passing" | "refused" | "wrong";

  constructor(kind: OAuthFailure["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** OAuth 2.1 as MCP wants it of a client. Every method rejects with OAuthFailure. */
export interface OAuthProtocol {
  /** Asks the server, without any credential, what it demands; undefined when it demands nothing. */
  challenge(target: OAuthTarget): Promise<string | undefined>;
  discover(target: OAuthTarget): Promise<OAuthProvider>;
  /** Pre-registered, else by its client-id metadata document, else registered now. */
  client(
    provider: OAuthProvider,
    target: OAuthTarget,
    request: { readonly redirectUri: string; readonly scope: string | undefined },
  ): Promise<OAuthClient>;
  /** The address at which the person signs in, with PKCE (S256). */
  begin(
    provider: OAuthProvider,
    client: OAuthClient,
    target: OAuthTarget,
    request: { readonly redirectUri: string; readonly scope: string | undefined; readonly state: string },
  ): Promise<{ readonly url: string; readonly verifier: string }>;
  /** Checks who has answered (RFC 9207) and takes the tokens for the code of `answer`. */
  redeem(
    provider: OAuthProvider,
    client: OAuthClient,
    target: OAuthTarget,
    answer: { readonly params: URLSearchParams; readonly verifier: string; readonly redirectUri: string },
  ): Promise<OAuthTokens>;
  refresh(
    provider: OAuthProvider,
    client: OAuthClient,
    target: OAuthTarget,
    refreshToken: string,
  ): Promise<OAuthTokens>;
  /** Client credentials: by a secret, or by a signed assertion (private_key_jwt). */
  machine(provider: OAuthProvider, target: OAuthTarget, scope: string | undefined): Promise<OAuthTokens>;
  /** RFC 7009; an issuer that offers no revocation has nothing to be told. */
  revoke(
    provider: OAuthProvider,
    client: OAuthClient,
    target: OAuthTarget,
    token: string,
    kind: "access_token" | "refresh_token",
  ): Promise<void>;
}

/** What the browser shows at the end of a sign-in. */
export interface FinalPage {
  readonly title: string;
  readonly texts: readonly string[];
}

/** Where the browser comes back to: an address on this machine that exists for one sign-in. */
export interface RedirectReceiver {
  /**
   * `take` gets the parameters of whoever comes; it resolves with what to show when they are the answer that was waited
   * for, with undefined when they are somebody else's.
   */
  open(take: (params: URLSearchParams) => Promise<FinalPage | undefined>): Promise<{
    readonly uri: string;
    close(): void;
  }>;
}

/** What is known of an account without its tokens; times in milliseconds since the epoch. */
export interface StoredAccount {
  readonly server: string;
  readonly account: string;
  /** The endpoint that it is for: one of another address under the same name gets nothing of it. */
  readonly url: string;
  readonly issuer: string;
  /** Untrusted text. */
  readonly subject: string | null;
  /** Separated by spaces; null where the issuer did not say. */
  readonly scope: string | null;
  readonly expiresAt: number | null;
  readonly refreshedAt: number;
  /** Why the person has to sign in again; null while the grant is good. */
  readonly ended: string | null;
}

export interface AccountStore {
  all(): StoredAccount[];
  /** Committed when it returns. */
  put(account: StoredAccount): void;
  remove(server: string, account: string): void;
}
