import type { ClientIdentity, McpEndpoint } from "../../hub/ports/endpoint.ts";
import { Refusal } from "./refusal.ts";

/** JSON-RPC's general code for a server's own condition; clients look at the status 401. */
const UNAUTHORIZED = -32000;
const ADVICE =
  "Run `gatehouse client add NAME` and send the token it prints in every request: Authorization: Bearer TOKEN.";

/**
 * The client that an Authorization header belongs to (RFC 6750 section 2.1), or the refusal. Only the header counts:
 * a token in a URL would end up in logs and histories. Whoever sends a bad token is never taken for anonymous.
 */
export function authorize(header: string | undefined, endpoint: McpEndpoint): ClientIdentity | Refusal {
  if (header === undefined) {
    return (
      endpoint.anonymous() ??
      unauthorized("this hub needs a token, and the request has none", 'Bearer realm="gatehouse"')
    );
  }
  const token = bearerToken(header);
  const client = token === undefined ? undefined : endpoint.authenticate(token);
  return (
    client ??
    unauthorized(
      "the token is unknown or was revoked",
      'Bearer realm="gatehouse", error="invalid_token", error_description="unknown or revoked token"',
    )
  );
}

function bearerToken(header: string): string | undefined {
  if (header.length < 8 || header.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  const token = header.slice(7).trim();
  return token === "" ? undefined : token;
}

function unauthorized(message: string, challenge: string): Refusal {
  return new Refusal(401, UNAUTHORIZED, `${message}. ${ADVICE}`, {
    data: { code: "unauthorized", advice: ADVICE },
    headers: ["WWW-Authenticate", challenge],
  });
}
