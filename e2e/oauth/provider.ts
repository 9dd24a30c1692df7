import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider, { type Configuration } from "oidc-provider";

/** What an issuer does with requests. "broken": 503. "unplugged": it hangs up. */
export type Health = "well" | "broken" | "unplugged";

/** A real authorization server (oidc-provider) at which whoever comes is ada, and is asked only with `asks`. */
export interface TestIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly provider: Provider;
  health: Health;
  /** Every request to the token endpoint, by its grant type. */
  readonly tokenRequests: string[];
  /** Tokens as they were issued, newest last. */
  readonly issued: string[];
  readonly registrations: Record<string, unknown>[];
  /** Takes every grant back, as a person does in the issuer's settings. */
  revokeAll(): Promise<void>;
}

export interface IssuerOptions {
  /** Shows the pages of a real issuer: one to sign in, one to consent. */
  readonly asks?: boolean;
  /** Lifetime of access tokens, in seconds. */
  readonly lifetime?: number;
  readonly clients?: NonNullable<Configuration["clients"]>;
  readonly configuration?: Partial<Configuration>;
  /** Looks at each request first; true: it has answered it. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse, issuer: string) => boolean;
}

export async function startIssuer(options: IssuerOptions = {}): Promise<TestIssuer> {
  const { lifetime = 3_600, clients = [] } = options;
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" } as never] },
    cookies: { keys: ["a key of the test"] },
    scopes: ["openid", "offline_access", "email", "mcp:read", "mcp:write"],
    claims: { email: ["email"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    expiresWithSession: () => false,
    ttl: {
      AccessToken: lifetime,
      ClientCredentials: lifetime,
      Grant: 86_400,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 600,
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: `${accountId}@example.com` }),
    }),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: "mcp:read mcp:write",
          accessTokenFormat: "opaque",
          accessTokenTTL: lifetime,
        }),
      },
    },
    ...options.configuration,
  });
  const grants = new Set<string>();
  const state = {
    issuer,
    provider,
    health: "well" as Health,
    tokenRequests: [] as string[],
    issued: [] as string[],
    registrations: [] as Record<string, unknown>[],
    async revokeAll() {
      for (const id of grants) {
        await provider.AccessToken.revokeByGrantId(id);
        await provider.RefreshToken.revokeByGrantId(id);
        await (await provider.Grant.find(id))?.destroy();
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  provider.on("grant.success", (ctx) => {
    const { access_token: token } = ctx.body as { access_token?: string };
    if (token !== undefined) state.issued.push(token);
  });
  provider.on("registration_create.success", (_ctx, client) => {
    state.registrations.push(client.metadata() as Record<string, unknown>);
  });
  const callback = provider.callback();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    if (path === "/token") state.tokenRequests.push(request.method ?? "");
    if (state.health === "unplugged") return void request.socket.destroy();
    if (state.health === "broken") return void response.writeHead(503).end("<h1>Service unavailable</h1>");
    if (options.intercept?.(request, response, issuer)) return;
    if (!path.startsWith("/interaction/")) return void (await callback(request, response));
    const { params, prompt, session } = await provider.interactionDetails(request, response);
    if (options.asks === true) {
      if (request.method !== "POST") return void response.end(page(prompt.name, params));
      if (prompt.name === "login") {
        const login = { login: { accountId: "ada" } };
        return provider.interactionFinished(request, response, login, { mergeWithLastSubmission: false });
      }
    }
    const grant = new provider.Grant({ accountId: "ada", clientId: String(params.client_id) });
    const wanted = String(params.scope ?? "").split(" ");
    grant.addOIDCScope(wanted.join(" "));
    grant.addResourceScope(
      String(params.resource),
      wanted.filter((scope) => scope.startsWith("mcp:")).join(" ") || "mcp:read",
    );
    const grantId = await grant.save();
    grants.add(grantId);
    const login = session?.accountId === undefined ? { login: { accountId: "ada" } } : {};
    const result = { ...login, consent: { grantId } };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: options.asks === true,
    });
  }
  return state;
}

/** What a person sees at the issuer. */
function page(prompt: string, params: Record<string, unknown>): string {
  const [title, button] =
    prompt === "login"
      ? ["Who are you?", "Continue as ada@example.com"]
      : [`Let Gatehouse have ${String(params.scope)}?`, "Allow"];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><form method="post"><button>${button}</button></form></html>`;
}
