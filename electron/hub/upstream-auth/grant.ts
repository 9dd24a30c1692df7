import { z } from "zod";
import type { OAuthProvider, OAuthTokens, StoredAccount } from "../ports/upstream-auth.ts";

const loose = z.record(z.string(), z.unknown());

const grantSchema = z.object({
  version: z.literal(1),
  server: z.string(),
  account: z.string(),
  url: z.string(),
  provider: z.object({
    issuer: z.string(),
    resource: z.string(),
    scope: z.string().optional(),
    metadata: loose,
  }),
  client: z.object({ kind: z.enum(["configured", "document", "registered"]), information: loose }),
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  scope: z.string().nullable(),
  subject: z.string().nullable(),
  expiresAt: z.number().nullable(),
  obtainedAt: z.number(),
});

/**
 * All that a sign-in has given, as it is kept in the secret store: tokens, and whom to ask for new ones. Times in
 * milliseconds since the epoch.
 */
export type Grant = Omit<z.infer<typeof grantSchema>, "provider"> & { readonly provider: OAuthProvider };

/** The name of a grant in the secret store: by server, account and issuer. */
export const grantName = (server: string, account: string, issuer: string): string =>
  `${server}/${account}@${issuer}`;

/** Reads what the store holds; undefined when it is no grant of this version. */
export function parseGrant(text: string): Grant | undefined {
  try {
    const { provider, ...rest } = grantSchema.parse(JSON.parse(text));
    return { ...rest, provider: { ...provider, scope: provider.scope } };
  } catch {
    return undefined;
  }
}

/** The part of a grant that a response with tokens brings; what it leaves out stays as it was (RFC 6749 6). */
export function withTokens(
  grant: Omit<
    Grant,
    "version" | "accessToken" | "refreshToken" | "scope" | "subject" | "expiresAt" | "obtainedAt"
  > &
    Partial<Pick<Grant, "refreshToken" | "scope" | "subject">>,
  tokens: OAuthTokens,
  now: number,
): Grant {
  return {
    version: 1,
    server: grant.server,
    account: grant.account,
    url: grant.url,
    provider: grant.provider,
    client: grant.client,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? grant.refreshToken ?? null,
    scope: tokens.scope ?? grant.scope ?? null,
    subject: tokens.subject ?? grant.subject ?? null,
    expiresAt: tokens.expiresIn === undefined ? null : now + tokens.expiresIn * 1_000,
    obtainedAt: now,
  };
}

/** What of a grant may stand in the database: no token, no client's secret. */
export const describeGrant = (grant: Grant): StoredAccount => ({
  server: grant.server,
  account: grant.account,
  url: grant.url,
  issuer: grant.provider.issuer,
  subject: grant.subject,
  scope: grant.scope,
  expiresAt: grant.expiresAt,
  refreshedAt: grant.obtainedAt,
  ended: null,
});

/** Every text of a grant that must not be seen. */
export const secretsOfGrant = (grant: Grant): string[] =>
  [grant.accessToken, grant.refreshToken, grant.client.information.client_secret].filter(
    (text): text is string => typeof text === "string" && text !== "",
  );
