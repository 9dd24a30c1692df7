import type { OAuthTokens as SdkTokens } from "@modelcontextprotocol/client";
import { OAuthFailure, type OAuthTokens } from "../../hub/ports/upstream-auth.ts";

const MAX_SUBJECT = 200;

/** The hub's view of a token response. Throws OAuthFailure for a token that is no bearer token. */
export function tokensOf(tokens: SdkTokens): OAuthTokens {
  if (tokens.token_type.toLowerCase() !== "bearer")
    throw new OAuthFailure("wrong", "the tokens are of a kind that cannot be used (no Bearer tokens)");
  if (!/^[\x21-\x7e]+$/.test(tokens.access_token))
    throw new OAuthFailure("wrong", "the access token holds characters that no header can carry");
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    subject: subjectOf(tokens.id_token),
  };
}

/** Whom an ID token names, for the person's eyes. It came straight from the issuer, and nothing hangs on it. */
function subjectOf(idToken: string | undefined): string | undefined {
  const payload = idToken?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
    const named = [claims.email, claims.preferred_username, claims.name, claims.sub].find(
      (claim) => typeof claim === "string" && claim !== "",
    );
    return typeof named === "string" ? named.slice(0, MAX_SUBJECT) : undefined;
  } catch {
    return undefined;
  }
}
