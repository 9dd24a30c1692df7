import { mayRedirectTo } from "./redirects.ts";

/** What is kept of what a client says of itself. The rest could make the hub fetch keys or pictures. */
const KEPT = new Set([
  "client_id",
  "client_id_issued_at",
  "client_name",
  "client_uri",
  "redirect_uris",
  "token_endpoint_auth_method",
]);
const MOST_REDIRECTS = 20;
const LONGEST_NAME = 200;

/**
 * Makes the metadata of a client (RFC 7591, or a client-id metadata document) what this server grants, in place: a
 * native public client with code and refresh, and of its redirects those that are acceptable. Returns why it cannot be
 * served, or undefined. `registering`: whatever way to authenticate it asked for, it is a public client (RFC 7591
 * section 3.2.1 lets a server replace it); a document that demands another way is left to be refused, as the client
 * would go on to use it.
 */
export function fitClientMetadata(
  metadata: Record<string, unknown>,
  registering: boolean,
): string | undefined {
  for (const key of Object.keys(metadata)) if (!KEPT.has(key)) delete metadata[key];
  const redirects = metadata.redirect_uris;
  if (!Array.isArray(redirects) || redirects.length === 0 || redirects.length > MOST_REDIRECTS)
    return `redirect_uris must be a list of one to ${MOST_REDIRECTS} addresses`;
  const fit = redirects.filter((uri): uri is string => typeof uri === "string" && mayRedirectTo(uri));
  if (fit.length === 0)
    return "redirect_uris must name a loopback address, a private scheme or a known editor's own page";
  metadata.redirect_uris = [...new Set(fit)];
  const name = metadata.client_name;
  if (typeof name === "string" && name.trim() !== "") metadata.client_name = name.slice(0, LONGEST_NAME);
  else delete metadata.client_name;
  const uri = metadata.client_uri;
  if (typeof uri !== "string" || uri.length > 2_000 || !/^https?:\/\//i.test(uri) || !URL.canParse(uri))
    delete metadata.client_uri;
  if (registering) metadata.token_endpoint_auth_method = "none";
  metadata.application_type = "native";
  metadata.grant_types = ["authorization_code", "refresh_token"];
  metadata.response_types = ["code"];
  return undefined;
}
