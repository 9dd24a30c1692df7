import { OAuthFailure } from "../../hub/ports/upstream-auth.ts";
import { excerptOf } from "../remote/excerpt.ts";
import { ForbiddenAddress, Unreachable } from "./guarded-fetch.ts";

/** Codes with which an issuer says that a grant or a client is no more (RFC 6749 5.2). */
const REFUSED = new Set(["invalid_grant", "invalid_client", "unauthorized_client"]);

/** What is read off an OAuth error of the SDK, by its shape. */
interface SaidError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
}

/**
 * What became of a request to an issuer. `status` is that of its last answer, `secrets` what must not stand in a
 * sentence. Whatever is not surely the issuer's final word counts as passing: a grant is not thrown away for it.
 */
export function failureOf(
  error: unknown,
  host: string,
  status: number | undefined,
  secrets: readonly string[],
): OAuthFailure {
  if (error instanceof OAuthFailure) return error;
  const { name, message, code } = error as SaidError;
  const said = excerptOf(message ?? String(error), secrets);
  if (error instanceof ForbiddenAddress)
    return new OAuthFailure(
      "wrong",
      `nobody was asked to sign in: ${said}. If you trust the server with that, set "auth": { "allowPrivate": true }`,
    );
  if (error instanceof Unreachable) return new OAuthFailure("passing", said);
  if (status !== undefined && (status >= 500 || status === 429 || status === 408))
    return new OAuthFailure("passing", `${host} has trouble of its own (HTTP ${status})`);
  if (typeof code === "string" && /^[a-z_]{1,60}$/.test(code) && code !== "server_error") {
    const kind = REFUSED.has(code) ? "refused" : code === "temporarily_unavailable" ? "passing" : "wrong";
    return new OAuthFailure(kind, `${host} refused: ${code}${said === "" ? "" : ` (${said})`}`);
  }
  // These quote what they could not read, which may be tokens.
  if (name === "SyntaxError" || name === "ZodError" || code === "server_error")
    return new OAuthFailure(
      "passing",
      `${host} gave an answer that is none${status === undefined ? "" : ` (HTTP ${status})`}`,
    );
  return new OAuthFailure("wrong", said === "" ? `${host} cannot be used to sign in` : said);
}
