/** The two public documents. They need nothing of the library, so that who only looks does not load it. */
import { issuerOf, scopeOfPath, TOKEN_SCOPE } from "./resources.ts";
import { ENDPOINTS } from "./routes.ts";

/** Protected-resource metadata (RFC 9728 section 2), or undefined when the path is no resource. */
export function resourceDocument(host: string, path: string): object | undefined {
  if (scopeOfPath(path) === undefined) return undefined;
  const issuer = issuerOf(host);
  return {
    resource: `${issuer}${path}`,
    authorization_servers: [issuer],
    scopes_supported: [TOKEN_SCOPE],
    bearer_methods_supported: ["header"],
    resource_name: "Gatehouse",
  };
}

/** Authorization-server metadata (RFC 8414 section 2). */
export function serverDocument(host: string): object {
  const issuer = issuerOf(host);
  return {
    issuer,
    authorization_endpoint: `${issuer}${ENDPOINTS.authorize}`,
    token_endpoint: `${issuer}${ENDPOINTS.token}`,
    registration_endpoint: `${issuer}${ENDPOINTS.register}`,
    revocation_endpoint: `${issuer}${ENDPOINTS.revoke}`,
    scopes_supported: [TOKEN_SCOPE],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}
