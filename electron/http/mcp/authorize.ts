import type { IncomingMessage } from "node:http";
import type { ClientIdentity, McpEndpoint, Scope } from "../../hub/ports/endpoint.ts";
import { challengeFor } from "../oauth/resources.ts";
import { Refusal } from "./refusal.ts";

/** JSON-RPC's general code for a server's own condition; clients look at the status 401. */
const UNAUTHORIZED = -32000;
const ADVICE =
  "Connect with OAuth, as most clients do by themselves and the person then allows in Gatehouse; or run `gatehouse client add NAME` and send the token it prints in every request: Authorization: Bearer TOKEN.";

/**
 * The client that a request's Authorization header belongs to (RFC 6750 section 2.1), or the refusal. Only the header
 * counts: a token in a URL would end up in logs and histories. Whoever sends a bad token is never taken for anonymous.
 */
export function authorize(
  req: IncomingMessage,
  scope: Scope,
  endpoint: McpEndpoint,
): ClientIdentity | Refusal {
  const { authorization: header, host } = req.headers;
  if (header === undefined) {
    return endpoint.anonymous() ?? unauthorized(req, "this hub needs a token, and the request has none");
  }
  const token = bearerToken(header);
  const client = token === undefined ? undefined : endpoint.authenticate(token, host, scope);
  return (
    client ??
    unauthorized(req, "the token is unknown, was revoked, has expired or is for another address", {
      code: "invalid_token",
      text: "unknown, revoked or expired token",
    })
  );
}

function bearerToken(header: string): string | undefined {
  if (header.length < 8 || header.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  const token = header.slice(7).trim();
  return token === "" ? undefined : token;
}

function unauthorized(
  req: IncomingMessage,
  message: string,
  error?: { code: string; text: string },
): Refusal {
  const path = (req.url ?? "").split("?")[0] ?? "";
  return new Refusal(401, UNAUTHORIZED, `${message}. ${ADVICE}`, {
    data: { code: "unauthorized", advice: ADVICE },
    headers: ["WWW-Authenticate", challengeFor(req.headers.host ?? "", path, error)],
  });
}
