/**
 * The authorization server of one issuer, by the library (oidc-provider). This module is loaded when the first client
 * uses an endpoint, never before: the library is large, and most hubs never see a pairing.
 *
 * OAuth 2.1 in short: public clients only, authorization code with PKCE S256, opaque tokens bound to one resource,
 * refresh with rotation (a second use revokes the grant), `iss` in every authorization response. The one "prompt" is
 * the person's approval, which a popup or the command line gives, never the browser.
 */
import { generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from "oidc-provider";
import type { PairingEndpoint } from "../../hub/ports/pairing.ts";
import { PAGE_HEADERS, renderPage } from "../../web/pages.ts";
import { createAdapters, hashOf } from "./adapter.ts";
import { type ClientDocuments, createClientDocuments } from "./client-documents.ts";
import { fitClientMetadata } from "./client-metadata.ts";
import { createDocumentFetch } from "./fetch-document.ts";
import { audienceOf, TOKEN_SCOPE } from "./resources.ts";
import { ENDPOINTS, LOGIN_PATH } from "./routes.ts";

/** Seconds. */
const ACCESS_TOKEN_LIFE = 60 * 60;
const CODE_LIFE = 60;
const LOGIN_LIFE = 10 * 60;
/** Of a client that is not used; each refresh begins it anew. */
const REFRESH_TOKEN_LIFE = 180 * 24 * 60 * 60;
/** The person ends a grant, by revoking the client. */
const GRANT_LIFE = 20 * 365 * 24 * 60 * 60;

export interface AuthorizationServerDeps {
  readonly pairing: PairingEndpoint;
  readonly issuer: string;
  readonly now: () => number;
  /** Left out: as fetch-document.ts does. */
  readonly fetchDocument?: (address: string | URL) => Promise<Response>;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  readonly onRegistered: (oauthClient: string, req: IncomingMessage) => void;
  /** A client has used its id at the token endpoint, with success or not. */
  readonly onTokenAsked: (oauthClient: string, req: IncomingMessage) => void;
}

/** A login that waits for the person. */
export interface Login {
  readonly uid: string;
  readonly oauthClient: string;
  readonly claimedName: string;
  /** The address of the client's metadata document, if it has one. */
  readonly clientUrl: string | null;
  readonly redirectUri: string;
  /** The address of a metadata document that could not be reached: it vouches for nothing then. */
  readonly unreached: string | null;
}

export interface AuthorizationServer {
  /** Answers a request to one of the library's own paths. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** The login that the browser's cookie names; undefined when it is over, or another browser's. */
  login(req: IncomingMessage, res: ServerResponse, uid: string): Promise<Login | undefined>;
  /** Ends a login; returns where the browser goes on to. */
  approve(req: IncomingMessage, res: ServerResponse, uid: string, client: string): Promise<string>;
  refuse(req: IncomingMessage, res: ServerResponse, code: string, why: string): Promise<string>;
}

/** Creates the server of one issuer. */
export function createAuthorizationServer(deps: AuthorizationServerDeps): AuthorizationServer {
  const { issuer } = deps;
  const { pairing, fetchDocument = createDocumentFetch() } = deps;
  const documents = createClientDocuments(pairing, issuer, fetchDocument);
  const provider = new Provider(issuer, configurationOf(deps, documents));
  // Outermost: the library's own last resort would drop the headers that forbid framing.
  provider.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      deps.log("error", `a login failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      ctx.status = 500;
      ctx.body = { error: "server_error" };
    }
  });
  provider.on("server_error", (_ctx, error) =>
    deps.log("error", `the authorization server failed: ${error.stack ?? error.message}`),
  );
  provider.on("registration_create.success", (ctx, client) => deps.onRegistered(client.clientId, ctx.req));
  const asked = (ctx: KoaContextWithOIDC): void => {
    const id = ctx.oidc.body?.client_id;
    if (typeof id === "string") deps.onTokenAsked(id, ctx.req);
  };
  provider.on("grant.success", asked);
  provider.on("grant.error", asked);
  const handle = provider.callback();

  const loginOf = async (req: IncomingMessage, res: ServerResponse, uid: string) => {
    try {
      const interaction = await provider.interactionDetails(req, res);
      return interaction.uid === uid ? interaction : undefined;
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    }
  };
  const finish = (req: IncomingMessage, res: ServerResponse, result: object): Promise<string> =>
    provider.interactionResult(req, res, result as never, { mergeWithLastSubmission: false });

  /** What was approved is kept, so that the client's refreshes do not hang on somebody else's web server. */
  const keepDocument = async (id: string, client: string): Promise<void> => {
    const found = await provider.Client.find(id);
    if (found === undefined) return;
    const unvouched = documents.isUnvouched(id) ? { unvouched: true } : {};
    const payload = JSON.stringify({ ...found.metadata(), ...unvouched });
    pairing.store.put({
      ...{ kind: "client", idHash: hashOf(id), issuer, grantHash: null, client, payload },
      ...{ createdAt: deps.now(), expiresAt: null },
    });
  };

  return {
    handle: async (req, res) => {
      await handle(req, res);
    },
    async login(req, res, uid) {
      const interaction = await loginOf(req, res, uid);
      const { client_id: id, redirect_uri: redirectUri } = interaction?.params ?? {};
      if (typeof id !== "string" || typeof redirectUri !== "string") return undefined;
      const client = await provider.Client.find(id);
      if (client === undefined) return undefined;
      const document = isDocument(id) ? id : null;
      const unreached = document !== null && documents.isUnvouched(document) ? document : null;
      const clientUrl = unreached === null ? document : null;
      return {
        uid,
        oauthClient: id,
        claimedName: client.clientName ?? (document === null ? "" : new URL(document).host),
        clientUrl,
        unreached,
        redirectUri,
      };
    },
    async approve(req, res, uid, accountId) {
      const interaction = await loginOf(req, res, uid);
      if (interaction === undefined) throw new errors.SessionNotFound("the login is over");
      const { client_id: clientId, resource } = interaction.params;
      const grant = new provider.Grant({ accountId, clientId: String(clientId) });
      const resources = Array.isArray(resource) ? resource : [resource ?? `${issuer}/mcp`];
      for (const indicator of resources) grant.addResourceScope(String(indicator), TOKEN_SCOPE);
      const grantId = await grant.save();
      if (isDocument(String(clientId))) await keepDocument(String(clientId), accountId);
      return finish(req, res, { login: { accountId, remember: false }, consent: { grantId }, pair: {} });
    },
    refuse: (req, res, error, why) => finish(req, res, { error, error_description: why }),
  };
}

const isDocument = (clientId: string): boolean => /^https:/i.test(clientId);

/** The request that the library is answering now is one for a new login. */
const isAuthorizing = (): boolean => Provider.ctx?.oidc.route === "authorization";

function configurationOf(deps: AuthorizationServerDeps, documents: ClientDocuments): Configuration {
  const { pairing, issuer } = deps;
  const audience = (indicator: string): void => {
    if (audienceOf(indicator, issuer) === undefined)
      throw new errors.InvalidTarget("this is no resource of the server that you are asking");
  };
  return {
    adapter: createAdapters(pairing, issuer, deps.now, isAuthorizing),
    jwks: { keys: [unusedKey()] },
    cookies: {
      keys: [Buffer.from(pairing.cookieKey).toString("base64url")],
      names: {
        session: "gatehouse_session",
        interaction: "gatehouse_login",
        resume: "gatehouse_resume",
      },
    },
    clientDefaults: {
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "Ed25519",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "native",
    },
    clientAuthMethods: ["none"],
    responseTypes: ["code"],
    scopes: [TOKEN_SCOPE],
    claims: {},
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    routes: {
      authorization: ENDPOINTS.authorize,
      token: ENDPOINTS.token,
      registration: ENDPOINTS.register,
      revocation: ENDPOINTS.revoke,
      jwks: "/oauth/jwks",
      end_session: "/oauth/end",
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      registration: { enabled: true, issueRegistrationAccessToken: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      clientIdMetadataDocument: { enabled: true, ack: "draft-02" },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => {
          const [first = `${issuer}/mcp`] = oneOf ?? [];
          return first;
        },
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, indicator) {
          audience(indicator);
          return {
            audience: indicator,
            scope: TOKEN_SCOPE,
            accessTokenFormat: "opaque",
            accessTokenTTL: ACCESS_TOKEN_LIFE,
          };
        },
      },
    },
    extraClientMetadata: {
      properties: ["gatehouse"],
      validator(ctx, _key, _value, metadata) {
        const complaint = fitClientMetadata(
          metadata as unknown as Record<string, unknown>,
          ctx !== undefined,
        );
        if (complaint !== undefined) throw new errors.InvalidClientMetadata(complaint);
      },
    },
    interactions: {
      policy: [
        new interactionPolicy.Prompt(
          { name: "pair", requestable: false },
          new interactionPolicy.Check(
            "not_approved",
            "the person has to approve this client",
            "interaction_required",
            (ctx) => ctx.oidc.result === undefined || !("pair" in ctx.oidc.result),
          ),
        ),
      ],
      url: (_ctx, interaction) => `${LOGIN_PATH}${interaction.uid}`,
    },
    findAccount: (_ctx, id) =>
      pairing.isAlive(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
    expiresWithSession: () => false,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: ACCESS_TOKEN_LIFE,
      AuthorizationCode: CODE_LIFE,
      Grant: GRANT_LIFE,
      Interaction: LOGIN_LIFE,
      RefreshToken: REFRESH_TOKEN_LIFE,
      Session: LOGIN_LIFE,
    },
    fetch(address) {
      const redirect = isAuthorizing() ? Provider.ctx?.query.redirect_uri : undefined;
      return documents.fetch(String(address), typeof redirect === "string" ? redirect : undefined);
    },
    fetchResponseBodyLimits: { "client_id metadata document": 64 * 1024 },
    // No page may read an answer: the two documents, which any may, are not the library's.
    clientBasedCORS: () => false,
    renderError(ctx, out) {
      ctx.set(PAGE_HEADERS);
      ctx.body = renderPage({
        title: "This login cannot go on",
        texts: [
          out.error_description ?? out.error,
          "Nothing was connected. Go back to the program that opened this page and try again.",
        ],
        facts: [["Error", out.error]],
      });
    },
  };
}

/** The library wants a key to sign ID tokens with, which are never issued: made anew each time and never stored. */
function unusedKey() {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { ...privateKey.export({ format: "jwk" }), alg: "Ed25519", use: "sig" } as never;
}
