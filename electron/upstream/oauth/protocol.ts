/**
 * The OAuth client towards remote servers, on the functions of the MCP SDK: discovery (RFC 9728, RFC 8414, OpenID
 * Connect), registration, PKCE, resource indicators (RFC 8707), the issuer's identification (RFC 9207), revocation
 * (RFC 7009). It keeps nothing; the hub decides when what is asked (hub/upstream-auth).
 */
import type { SecureContext } from "node:tls";
import type { AuthorizationServerMetadata, OAuthClientMetadata } from "@modelcontextprotocol/client";
import {
  type OAuthClient,
  OAuthFailure,
  type OAuthProtocol,
  type OAuthProvider,
  type OAuthTarget,
} from "../../hub/ports/upstream-auth.ts";
import { systemTrust } from "../remote/trust.ts";
import { readChallenge } from "./challenge.ts";
import { authenticate, credentialsOf, sdk } from "./client-authentication.ts";
import { failureOf } from "./failures.ts";
import {
  createGuardedFetch,
  type GuardedNetwork,
  isPrivateHost,
  permittedAddresses,
  realNetwork,
} from "./guarded-fetch.ts";
import { tokensOf } from "./tokens.ts";

export interface OAuthProtocolOptions {
  readonly network?: GuardedNetwork;
  readonly trust?: () => SecureContext;
  /** Gatehouse's own client-id metadata document, where one is published. */
  readonly clientMetadataUrl?: string | undefined;
}

/** A message that asks nothing of a server: its refusal is what is wanted. */
const PROBE = JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping" });

/**
 * OAuth 2.1 as the MCP authorization specification profiles it, over a network that is guarded against private
 * addresses. Everything rejects with OAuthFailure, whose words hold no secret.
 */
export function createOAuthProtocol(options: OAuthProtocolOptions = {}): OAuthProtocol {
  const { network = realNetwork, trust = systemTrust, clientMetadataUrl } = options;

  /** Runs requests for a target, and makes an OAuthFailure of whatever goes wrong. */
  const attempt = async <T>(
    target: OAuthTarget,
    host: string,
    secrets: readonly (string | undefined)[],
    run: (fetchFn: ReturnType<typeof createGuardedFetch>) => Promise<T>,
  ): Promise<T> => {
    const guarded = createGuardedFetch({ network, trust, allowPrivate: mayBePrivate(target) });
    let status: number | undefined;
    try {
      return await run(async (url, init) => {
        const response = await guarded(url, init);
        status = response.status;
        return response;
      });
    } catch (error) {
      const known = secrets.filter((secret) => secret !== undefined && secret.length > 0) as string[];
      throw failureOf(error, host, status, known);
    }
  };

  return {
    async challenge(target) {
      // Whatever address the server has: the connection to it goes there too.
      const direct = createGuardedFetch({ network, trust, allowPrivate: true });
      try {
        const response = await direct(target.url, {
          method: "POST",
          headers: {
            accept: "application/json, text/event-stream",
            "content-type": "application/json",
          },
          body: PROBE,
        });
        return response.headers.get("www-authenticate") ?? undefined;
      } catch (error) {
        throw failureOf(error, hostOf(target.url), undefined, []);
      }
    },

    discover: (target) =>
      attempt(target, hostOf(target.url), [], async (fetchFn) => {
        const { checkResourceAllowed, discoverOAuthServerInfo } = await sdk();
        const challenge = readChallenge(target.challenge);
        const resourceMetadataUrl = metadataUrl(challenge.resourceMetadata, target);
        const found = await discoverOAuthServerInfo(target.url, {
          fetchFn,
          ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
        });
        const { resourceMetadata, authorizationServerMetadata: metadata } = found;
        const host = hostOf(target.url);
        if (metadata === undefined)
          throw new OAuthFailure("wrong", `${host} does not say where to sign in to it`);
        const own = new URL(target.url);
        own.hash = "";
        const resource = resourceMetadata?.resource ?? own.href;
        if (!checkResourceAllowed({ requestedResource: own, configuredResource: resource }))
          throw new OAuthFailure(
            "wrong",
            `${host} wants tokens for another server (${resource.slice(0, 200)}): nobody was asked to sign in`,
          );
        const { issuer } = target.auth ?? {};
        if (issuer !== undefined && issuer !== metadata.issuer)
          throw new OAuthFailure(
            "wrong",
            `${host} names another issuer (${metadata.issuer.slice(0, 200)}) than the configuration`,
          );
        const wanted = target.auth?.scopes?.join(" ");
        return {
          issuer: metadata.issuer,
          resource,
          scope: joined(wanted, challenge.scope) ?? joined(resourceMetadata?.scopes_supported?.join(" ")),
          metadata: metadata as unknown as Record<string, unknown>,
        };
      }),

    client: (provider, target, { redirectUri, scope }) =>
      attempt(target, hostOf(provider.issuer), [], async (fetchFn): Promise<OAuthClient> => {
        const metadata = metadataOf(provider);
        const { clientId } = target.auth ?? {};
        const isDocument = clientId !== undefined && isDocumentUrl(clientId);
        if (clientId !== undefined && !isDocument)
          return { kind: "configured", information: { client_id: clientId } };
        const document = isDocument ? clientId : clientMetadataUrl;
        if (document !== undefined && metadata.client_id_metadata_document_supported === true)
          return { kind: "document", information: { client_id: document } };
        if (metadata.registration_endpoint === undefined) {
          const host = hostOf(provider.issuer);
          throw new OAuthFailure(
            "wrong",
            `${host} does not register clients by itself: register Gatehouse there, with the redirect address http://127.0.0.1/oauth/callback, and put its id into "auth": { "clientId": … } of the server`,
          );
        }
        const { registerClient } = await sdk();
        const asked = withRenewal(metadata, scope);
        const information = await registerClient(provider.issuer, {
          metadata,
          clientMetadata: registration(metadata, redirectUri),
          ...(asked === undefined ? {} : { scope: asked }),
          fetchFn,
        });
        return { kind: "registered", information };
      }),

    begin: (provider, client, target, { redirectUri, scope, state }) => {
      const host = hostOf(provider.issuer);
      return attempt(target, host, [], async () => {
        const metadata = metadataOf(provider);
        if (metadata.code_challenge_methods_supported?.includes("S256") !== true)
          throw new OAuthFailure(
            "wrong",
            `${host} does not say that it protects sign-ins with PKCE (S256): it cannot be used`,
          );
        const endpoint = URL.canParse(metadata.authorization_endpoint)
          ? new URL(metadata.authorization_endpoint)
          : undefined;
        if (endpoint === undefined || endpoint.username !== "" || endpoint.password !== "")
          throw new OAuthFailure("wrong", `${host} names no usable address to sign in at`);
        const { startAuthorization } = await sdk();
        const asked = withRenewal(metadata, scope);
        const { authorizationUrl, codeVerifier } = await startAuthorization(provider.issuer, {
          metadata,
          clientInformation: { client_id: String(client.information.client_id) },
          redirectUrl: redirectUri,
          state,
          resource: provider.resource,
          ...(asked === undefined ? {} : { scope: asked }),
        });
        await permittedAddresses(authorizationUrl, { network, allowPrivate: mayBePrivate(target) });
        return { url: authorizationUrl.href, verifier: codeVerifier };
      });
    },

    redeem: (provider, client, target, { params, verifier, redirectUri }) => {
      const host = hostOf(provider.issuer);
      const code = params.get("code") ?? undefined;
      return attempt(target, host, [code, verifier, target.auth?.clientSecret], async (fetchFn) => {
        const { exchangeAuthorization, validateAuthorizationResponseIssuer } = await sdk();
        const metadata = metadataOf(provider);
        const iss = params.get("iss") ?? undefined;
        validateAuthorizationResponseIssuer({
          iss,
          expectedIssuer: provider.issuer,
          issParameterSupported: metadata.authorization_response_iss_parameter_supported === true,
        });
        const error = params.get("error");
        if (error !== null || code === undefined)
          throw new OAuthFailure("wrong", declined(host, error, params.get("error_description")));
        const credentials = await credentialsOf(client, target);
        const tokens = await exchangeAuthorization(provider.issuer, {
          metadata,
          clientInformation: credentials.information,
          ...adding(credentials),
          authorizationCode: code,
          ...(iss === undefined ? {} : { iss }),
          codeVerifier: verifier,
          redirectUri,
          resource: provider.resource,
          fetchFn,
        });
        return tokensOf(tokens);
      });
    },

    refresh: (provider, client, target, refreshToken) =>
      attempt(target, hostOf(provider.issuer), [refreshToken, target.auth?.clientSecret], async (fetchFn) => {
        const { refreshAuthorization } = await sdk();
        const credentials = await credentialsOf(client, target);
        const tokens = await refreshAuthorization(provider.issuer, {
          metadata: metadataOf(provider),
          clientInformation: credentials.information,
          ...adding(credentials),
          refreshToken,
          resource: provider.resource,
          fetchFn,
        });
        return tokensOf(tokens);
      }),

    machine: (provider, target, scope) =>
      attempt(target, hostOf(provider.issuer), [target.auth?.clientSecret], async (fetchFn) => {
        const { clientId } = target.auth ?? {};
        if (clientId === undefined)
          throw new OAuthFailure(
            "wrong",
            '"auth.grant" is "client_credentials", but there is no "auth.clientId"',
          );
        const client: OAuthClient = { kind: "configured", information: { client_id: clientId } };
        const { information, addClientAuthentication } = await credentialsOf(client, target);
        const { fetchToken } = await sdk();
        const nothing = (): undefined => undefined;
        const tokens = await fetchToken(
          {
            redirectUrl: undefined,
            clientMetadata: { client_name: "Gatehouse", redirect_uris: [] },
            clientInformation: () => information,
            tokens: nothing,
            saveTokens: nothing,
            redirectToAuthorization: nothing,
            saveCodeVerifier: nothing,
            codeVerifier: () => "",
            prepareTokenRequest: () =>
              new URLSearchParams({
                grant_type: "client_credentials",
                ...(scope === undefined ? {} : { scope }),
              }),
            ...(addClientAuthentication === undefined ? {} : { addClientAuthentication }),
          },
          provider.issuer,
          { metadata: metadataOf(provider), resource: new URL(provider.resource), fetchFn },
        );
        return tokensOf(tokens);
      }),

    revoke: (provider, client, target, token, kind) =>
      attempt(target, hostOf(provider.issuer), [token, target.auth?.clientSecret], async (fetchFn) => {
        const metadata = metadataOf(provider);
        const { revocation_endpoint: named } = provider.metadata;
        if (typeof named !== "string") return;
        const endpoint = new URL(named);
        const headers = new Headers({ accept: "application/json" });
        const params = new URLSearchParams({ token, token_type_hint: kind });
        await authenticate(await credentialsOf(client, target), metadata, endpoint, headers, params);
        const response = await fetchFn(endpoint, { method: "POST", headers, body: params });
        if (!response.ok)
          throw new OAuthFailure("passing", `${endpoint.host} answered with HTTP ${response.status}`);
      }),
  };
}

const metadataOf = (provider: OAuthProvider): AuthorizationServerMetadata =>
  provider.metadata as unknown as AuthorizationServerMetadata;

const adding = <T extends { readonly addClientAuthentication?: unknown }>({ addClientAuthentication }: T) =>
  (addClientAuthentication === undefined ? {} : { addClientAuthentication }) as Pick<
    T,
    "addClientAuthentication"
  >;

/** A server of the person's own network may have its issuer there; a public one only where the person says so. */
const mayBePrivate = (target: OAuthTarget): boolean =>
  target.auth?.allowPrivate === true || isPrivateHost(new URL(target.url));

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "the server");

/** A client-id metadata document has an https address with a path (SEP-991). */
function isDocumentUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname } = new URL(text);
  return protocol === "https:" && pathname !== "/";
}

/** The address of the resource's metadata as its refusal names it: only the server itself speaks for the server. */
function metadataUrl(named: string | undefined, { url }: OAuthTarget): URL | undefined {
  if (named === undefined) return undefined;
  const parsed = URL.canParse(named) ? new URL(named) : undefined;
  if (parsed?.origin !== new URL(url).origin)
    throw new OAuthFailure(
      "wrong",
      `${hostOf(url)} says that its sign-in is described at ${parsed?.origin.slice(0, 200) ?? "no address"}, which is another server: nobody was asked to sign in`,
    );
  return parsed;
}

/** Scopes joined, each once; undefined when there are none. */
function joined(...scopes: readonly (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scope?.split(/\s+/) ?? []).filter((each) => each !== ""));
  return all.size === 0 ? undefined : [...all].join(" ");
}

/** The scopes with the one that lets a sign-in be renewed, where the issuer knows it (OpenID Connect Core 11). */
const withRenewal = (metadata: AuthorizationServerMetadata, scope: string | undefined): string | undefined =>
  scope !== undefined && metadata.scopes_supported?.includes("offline_access") === true
    ? joined(scope, "offline_access")
    : scope;

/** What the hub registers as: a native application (RFC 8252), without a secret where the issuer allows that. */
function registration(metadata: AuthorizationServerMetadata, redirectUri: string): OAuthClientMetadata {
  const offered = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const method = ["none", "client_secret_basic", "client_secret_post"].find((each) => offered.includes(each));
  return {
    client_name: "Gatehouse",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    application_type: "native",
    ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
  };
}

function declined(host: string, error: string | null, description: string | null): string {
  if (error === null) return `${host} sent the browser back without a code`;
  if (error === "access_denied") return `the sign-in at ${host} was declined`;
  const more = description === null ? "" : ` (${description.slice(0, 200)})`;
  return `${host} did not sign you in: ${error.slice(0, 60)}${more}`;
}
