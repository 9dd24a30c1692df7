/** What a server or an issuer may say of itself, to get at tokens or into the person's network. */

import { describe, expect, it } from "vitest";
import type { GuardedNetwork } from "../../electron/upstream/oauth/guarded-fetch.ts";
import { requestPinned } from "../../electron/web/pinned.ts";
import { type AuthHub, PATIENT, startAuthHub } from "./hub.ts";
import { type IssuerOptions, startIssuer } from "./provider.ts";
import { begin, expectNothing, scene } from "./scene.ts";

/** An issuer whose metadata says something else. */
const saying = (change: (metadata: Record<string, unknown>, issuer: string) => void): IssuerOptions => ({
  intercept(request, response, issuer) {
    if (!request.url?.startsWith("/.well-known/")) return false;
    const metadata: Record<string, unknown> = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/reg`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      jwks_uri: `${issuer}/jwks`,
    };
    change(metadata, issuer);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(metadata));
    return true;
  },
});

describe("documents that lie", () => {
  it.each([
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "gatehouse://x",
    "ftp://x.example/",
  ])("an address to sign in at that is %s is never opened", async (endpoint) => {
    await using s = await scene(
      saying((metadata) => {
        metadata.authorization_endpoint = endpoint;
      }),
    );
    await expect(begin(s.hub)).rejects.toMatchObject({ code: "sign_in_failed" });
    expect(
      s.hub.told.filter(
        ({ name, data }) => name === "signInChanged" && JSON.stringify(data).includes('"open"'),
      ),
    ).toEqual([]);
    await expectNothing(s);
  });

  it.each([
    ["no PKCE", (metadata: Record<string, unknown>) => delete metadata.code_challenge_methods_supported],
    [
      "only plain PKCE",
      (metadata: Record<string, unknown>) => (metadata.code_challenge_methods_supported = ["plain"]),
    ],
  ])("an issuer with %s is not used", async (_what, change) => {
    await using s = await scene(saying((metadata) => void change(metadata)));
    await expect(begin(s.hub)).rejects.toThrow(/PKCE|challenge/);
    await expectNothing(s);
  });

  it("an issuer's document that names another issuer is not used", async () => {
    await using s = await scene(
      saying((metadata) => {
        metadata.issuer = "https://login.example";
      }),
    );
    await expect(begin(s.hub)).rejects.toThrow(/issuer/i);
    await expectNothing(s);
  });

  it("a server that wants tokens for another server gets none", async () => {
    await using s = await scene({}, (server) => {
      server.metadata.resource = "https://bank.example/mcp";
    });
    await expect(begin(s.hub)).rejects.toThrow(/tokens for another server/);
    await expectNothing(s);
  });

  it("metadata on another origin than the server's is not even fetched", async () => {
    await using elsewhere = await startIssuer();
    const asked: string[] = [];
    await using s = await scene(
      {},
      (server) => {
        server.challenge = `Bearer resource_metadata="${elsewhere.issuer}/.well-known/oauth-protected-resource"`;
      },
      {
        protocol: {
          network: {
            resolve: () => Promise.reject(new Error("no name is resolved here")),
            send: (url, pinned, request) => {
              asked.push(url.href);
              return requestPinned(url, pinned, request);
            },
          },
        },
      },
    );
    await expect(begin(s.hub)).rejects.toThrow(/which is another server/);
    expect(asked.filter((url) => url.startsWith(elsewhere.issuer))).toEqual([]);
    await expectNothing(s);
  });

  it("a token that the server refuses, being another's, is tried and then parks it: no storm of requests", async () => {
    await using s = await scene();
    s.server.accepts = () => false;
    await s.hub.signIn();
    await expect.poll(() => s.hub.state(), PATIENT).toBe("needs-auth");
    await expect.poll(() => s.issuer.tokenRequests.length, PATIENT).toBe(2);
    const seen = [s.server.authorized.length, s.issuer.tokenRequests.length];
    s.hub.clock.advance(60_000);
    expect([s.server.authorized.length, s.issuer.tokenRequests.length]).toEqual(seen);
  });
});

/** A world of names: what each resolves to, answer by answer, and what a request to any of them gets. */
function world(
  names: Record<string, readonly string[]>,
  answer: (url: URL) => { status?: number; json?: unknown; headers?: Record<string, string> },
): GuardedNetwork & { readonly asked: string[]; readonly resolved: string[] } {
  const asked: string[] = [];
  const resolved: string[] = [];
  return {
    asked,
    resolved,
    resolve(name) {
      const answers = names[name] ?? [];
      const nth = resolved.filter((each) => each === name).length;
      resolved.push(name);
      const address = answers[Math.min(nth, answers.length - 1)];
      return Promise.resolve(address === undefined ? [] : [{ address, family: 4 as const }]);
    },
    send(url, pinned) {
      asked.push(`${url.href} at ${pinned.map(({ address }) => address).join()}`);
      const { status = 200, json = {}, headers = {} } = answer(url);
      return Promise.resolve({
        status,
        headers: { "content-type": "application/json", ...headers },
        body: Buffer.from(JSON.stringify(json)),
      });
    },
  };
}

describe("a public server", () => {
  const PUBLIC = "93.184.216.34";
  const metadata = (issuer: string, more: object = {}) => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/reg`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    ...more,
  });
  const hubOf = async (network: GuardedNetwork, auth: object = {}): Promise<AuthHub> =>
    startAuthHub({
      servers: { web: { type: "http", url: "https://mcp.public.example/mcp", enabled: false, auth } },
      protocol: { network },
    });
  const documents =
    (issuer: string, more: object = {}) =>
    (url: URL): { status?: number; json?: unknown; headers?: Record<string, string> } => {
      if (url.pathname === "/mcp") return { status: 401 };
      if (url.pathname.startsWith("/.well-known/oauth-protected-resource"))
        return { json: { resource: "https://mcp.public.example/mcp", authorization_servers: [issuer] } };
      if (url.pathname.startsWith("/.well-known/")) return { json: metadata(issuer, more) };
      if (url.pathname === "/reg")
        return { status: 201, json: { client_id: "c", redirect_uris: ["http://127.0.0.1/"] } };
      return { status: 404 };
    };

  it.each([
    ["10.1.2.3", "resolves to a private address"],
    ["127.0.0.1", "resolves to this machine"],
    ["169.254.169.254", "resolves to a cloud's metadata service"],
    ["100.64.0.1", "resolves to a carrier's network"],
  ])("cannot have an issuer that %s: %s", async (address) => {
    const network = world(
      { "mcp.public.example": [PUBLIC], "login.example": [address] },
      documents("https://login.example"),
    );
    await using hub = await hubOf(network);
    await expect(begin(hub)).rejects.toThrow(/not on the public internet.*allowPrivate/);
    expect(network.asked.filter((each) => each.includes("login.example"))).toEqual([]);
  });

  it.each(["https://127.0.0.1:8443", "https://[::1]", "http://login.example", "https://2130706433"])(
    "cannot have %s as its issuer",
    async (issuer) => {
      const network = world({ "mcp.public.example": [PUBLIC], "login.example": [PUBLIC] }, documents(issuer));
      await using hub = await hubOf(network);
      await expect(begin(hub)).rejects.toThrow(/public internet|not encrypted/);
      expect(network.asked.every((each) => each.startsWith("https://mcp.public.example/"))).toBe(true);
    },
  );

  it("whose name answers public when it is looked at and private when it is connected to is connected to what was looked at", async () => {
    const network = world(
      { "mcp.public.example": [PUBLIC], "login.example": [PUBLIC, "10.0.0.1"] },
      documents("https://login.example"),
    );
    await using hub = await hubOf(network);
    // The first request goes to the address that was looked at; the next look finds the private one and stops there.
    await expect(begin(hub)).rejects.toThrow(/not on the public internet/);
    expect(network.asked.filter((each) => each.includes("login.example"))).toEqual([
      `https://login.example/.well-known/oauth-authorization-server at ${PUBLIC}`,
    ]);
  });

  it("cannot send the browser to a private address, nor the code to one", async () => {
    const inside = "https://router.example";
    const network = world(
      { "mcp.public.example": [PUBLIC], "login.example": [PUBLIC], "router.example": ["192.168.0.1"] },
      documents("https://login.example", { authorization_endpoint: `${inside}/auth` }),
    );
    await using hub = await hubOf(network);
    await expect(begin(hub)).rejects.toThrow(/router.example is not on the public internet/);
  });

  it("is not followed to another origin by a redirect", async () => {
    const network = world({ "mcp.public.example": [PUBLIC], "login.example": [PUBLIC] }, (url) =>
      url.pathname.startsWith("/.well-known/oauth-authorization-server")
        ? { status: 302, headers: { location: "http://169.254.169.254/latest" } }
        : documents("https://login.example")(url),
    );
    await using hub = await hubOf(network);
    await begin(hub).catch(() => undefined);
    expect(network.asked.filter((each) => each.includes("169.254"))).toEqual([]);
  });

  it("may have its issuer in the person's network when the configuration says so", async () => {
    const network = world(
      { "mcp.public.example": [PUBLIC], "login.example": ["10.1.2.3"] },
      documents("https://login.example"),
    );
    await using hub = await hubOf(network, { allowPrivate: true });
    const { url } = await begin(hub);
    expect(new URL(url).origin).toBe("https://login.example");
    expect(new URL(url).searchParams.get("resource")).toBe("https://mcp.public.example/mcp");
  });

  it("whose issuer is not the one that the configuration names gets nothing", async () => {
    const network = world(
      { "mcp.public.example": [PUBLIC], "evil.example": [PUBLIC] },
      documents("https://evil.example"),
    );
    await using hub = await hubOf(network, {
      clientId: "c",
      clientSecret: "s",
      issuer: "https://login.example",
    });
    await expect(begin(hub)).rejects.toThrow(/another issuer/);
  });
});
