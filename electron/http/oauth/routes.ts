/** Where the authorization server is found: its own paths, and the aliases that clients probe. Pure. */

/** The endpoints that the library answers, by their own path. */
export const ENDPOINTS = {
  authorize: "/oauth/authorize",
  token: "/oauth/token",
  register: "/oauth/register",
  revoke: "/oauth/revoke",
} as const;
/** The pages that the person's browser waits at; followed by the interaction's id. */
export const LOGIN_PATH = "/oauth/login/";

export type Endpoint = keyof typeof ENDPOINTS;

export type OAuthRoute =
  /** RFC 9728; `resource` is the path of the resource that is asked about. */
  | { readonly kind: "resource-document"; readonly resource: string }
  /** RFC 8414. */
  | { readonly kind: "server-document" }
  /** `path` is the library's own path for it. */
  | { readonly kind: "endpoint"; readonly endpoint: Endpoint; readonly path: string }
  | { readonly kind: "login"; readonly id: string };

const RESOURCE_DOCUMENT = "/.well-known/oauth-protected-resource";
const SERVER_DOCUMENT = "/.well-known/oauth-authorization-server";

/**
 * What a path (without its query) means for OAuth; undefined for any other. Clients look for the documents under the
 * resource's path too (before and after the well-known part), and for the endpoints at the root when they found no
 * document. There is no openid-configuration: this is no OpenID provider.
 */
export function oauthRouteOf(path: string): OAuthRoute | undefined {
  if (path.startsWith("/oauth/")) return ownRoute(path);
  if (path.startsWith("/.well-known/") || path.includes("/.well-known/")) return documentRoute(path);
  for (const [endpoint, own] of Object.entries(ENDPOINTS))
    if (path === `/${endpoint}`) return { kind: "endpoint", endpoint: endpoint as Endpoint, path: own };
  return undefined;
}

function ownRoute(path: string): OAuthRoute | undefined {
  for (const [name, own] of Object.entries(ENDPOINTS)) {
    const endpoint = name as Endpoint;
    if (path === own) return { kind: "endpoint", endpoint, path: own };
    // The library's way back from the login page: /oauth/authorize/ID.
    if (endpoint === "authorize" && /^\/[\w-]{1,100}$/.test(path.slice(own.length)) && path.startsWith(own))
      return { kind: "endpoint", endpoint, path };
  }
  const id = path.startsWith(LOGIN_PATH) ? path.slice(LOGIN_PATH.length) : "";
  return /^[\w-]{1,100}$/.test(id) ? { kind: "login", id } : undefined;
}

function documentRoute(path: string): OAuthRoute | undefined {
  const match = /^(.*?)(\/\.well-known\/oauth-(?:protected-resource|authorization-server))(.*)$/.exec(path);
  if (match === null) return undefined;
  const [, before = "", document, after = ""] = match;
  if (before !== "" && after !== "") return undefined;
  const about = (before || after).replace(/\/$/, "");
  if (document === SERVER_DOCUMENT) return { kind: "server-document" };
  return { kind: "resource-document", resource: about === "" ? "/mcp" : about };
}

/** The path of the document about a resource (RFC 9728 section 3.1). */
export const resourceDocumentPath = (resource: string): string => `${RESOURCE_DOCUMENT}${resource}`;
