import type { Pairing } from "../../../shared/model/consent.ts";
import type { Scope } from "./endpoint.ts";

/** What of OAuth outlives the hub's process. Browser sessions, interactions and codes do not. */
export type OAuthKind = "client" | "grant" | "refresh" | "access";

/** One record of the authorization server. Ids are secrets of their holders (tokens): only their hashes are here. */
export interface OAuthRecord {
  readonly kind: OAuthKind;
  /** SHA-256 of the id, 32 bytes. */
  readonly idHash: Buffer;
  /** The issuer it belongs to; another issuer's is not found. */
  readonly issuer: string;
  /** SHA-256 of the grant that it comes from, where it comes from one. */
  readonly grantHash: Buffer | null;
  /** The id of Gatehouse's own client identity; null while a registration is not approved. */
  readonly client: string | null;
  /** JSON without the id itself. */
  readonly payload: string;
  readonly createdAt: number;
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** The records of the authorization server; writes are committed before they return. */
export interface OAuthStore {
  put(record: OAuthRecord): void;
  get(kind: OAuthKind, idHash: Buffer): OAuthRecord | undefined;
  remove(kind: OAuthKind, idHash: Buffer): void;
  /** Removes what came from one grant; returns the removed ids' hashes. */
  removeOfGrant(kind: OAuthKind, grantHash: Buffer): Buffer[];
  /**
   * Removes every grant and token of a client identity. Its registrations are unapproved again and expire then
   * (milliseconds since the epoch): it may ask anew, and is asked about anew.
   */
  removeOfClient(client: string, registrationsUntil: number): void;
  /** Removes what expired before `now`, and the oldest unapproved registrations above `mostUnapproved`. */
  sweep(now: number, mostUnapproved: number): void;
  /** The client identity that an OAuth client of an issuer was paired as. */
  identityOf(issuer: string, oauthClient: string): string | undefined;
  /** Remembers it; its registration then no longer expires. */
  bind(issuer: string, oauthClient: string, registrationHash: Buffer, client: string): void;
}

/** What somebody who wants to connect has told and what the system tells of it. */
export interface PairingRequest
  extends Pick<
    Pairing,
    "process" | "processFrom" | "claimedName" | "clientUrl" | "redirectUri" | "redirectHost"
  > {
  /** The OAuth client_id, unique for an issuer. */
  readonly oauthClient: string;
  readonly issuer: string;
  /** What else the person should know, in sentences; texts of others are made visible where they are shown. */
  readonly warnings: readonly string[];
}

/** How the person has answered; `client` is the id of the identity. Withdrawn and overdue questions are denials. */
export type PairingVerdict =
  | { readonly allowed: true; readonly client: string }
  | { readonly allowed: false };

/** An open question to the person. */
export interface OpenPairing {
  readonly question: string;
  readonly verdict: Promise<PairingVerdict>;
  /** Whoever asked has gone: the answer is "deny". */
  withdraw(): void;
}

/** An access token that lets its client in from now on. */
export interface IssuedToken {
  /** SHA-256, 32 bytes. */
  readonly hash: Buffer;
  /** The id of the client's identity. */
  readonly client: string;
  /** The one part of the hub, under the one name, that it is for. */
  readonly audience: TokenAudience;
  readonly expiresAt: number;
}

/** `host` as in the Host header, lower case; a token for the scope "all" is for every other scope of its host too. */
export interface TokenAudience {
  readonly host: string;
  readonly scope: Scope;
}

/** What the listener needs from the hub for pairing. */
export interface PairingEndpoint {
  /** 32 bytes, the same in every process of this home: signs the cookies of the login pages. */
  readonly cookieKey: Uint8Array;
  readonly store: OAuthStore;
  /** Whether this client identity may still come in. */
  isAlive(client: string): boolean;
  tokenIssued(token: IssuedToken): void;
  tokenRevoked(hash: Buffer): void;
  /** Opens the question. Throws GatehouseError bad_request while the same process has another one open. */
  ask(request: PairingRequest): OpenPairing;
}
