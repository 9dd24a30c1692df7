/** What a server, an issuer or a page in the person's browser may try during a sign-in. */
import { describe, expect, it } from "vitest";
import type { GuardedNetwork } from "../../electron/upstream/oauth/guarded-fetch.ts";
import { requestPinned } from "../../electron/web/pinned.ts";
import { browse } from "./browser.ts";
import { type AuthHub, type AuthHubOptions, PATIENT, startAuthHub } from "./hub.ts";
import { type IssuerOptions, startIssuer, type TestIssuer } from "./provider.ts";
import { type ProtectedServer, startProtectedServer } from "./server.ts";

interface Scene extends AsyncDisposable {
  readonly issuer: TestIssuer;
  readonly server: ProtectedServer;
  readonly hub: AuthHub;
}

/** A server that has refused the hub, and nobody signed in. */
async function scene(
  issuerOptions: IssuerOptions = {},
  change: (server: ProtectedServer) => void = () => {},
  hubOptions: Partial<AuthHubOptions> = {},
): Promise<Scene> {
  const issuer = await startIssuer(issuerOptions);
  const server = await startProtectedServer(issuer);
  change(server);
  const hub = await startAuthHub({ servers: { web: { type: "http", url: server.url } }, ...hubOptions });
  await expect.poll(() => hub.state(), PATIENT).toBe("needs-auth");
  return {
    issuer,
    server,
    hub,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

const begin = async (hub: AuthHub, name = "web"): Promise<{ id: string; url: string }> =>
  (await hub.hub.hub.callAs("operator", "servers.signIn", { name })) as { id: string; url: string };
const redirectOf = (url: string): string => new URL(url).searchParams.get("redirect_uri") ?? "";
/** Signs in at the issuer, and stops where the browser would come back to the hub. */
const answerOf = async (url: string): Promise<URL> =>
  new URL((await browse(url, redirectOf(url))).visited.at(-1) ?? "");
const changed = (answer: URL, change: (params: URLSearchParams) => void): string => {
  const copy = new URL(answer);
  change(copy.searchParams);
  return copy.href;
};
/** Nothing was got and nothing is kept. */
async function expectNothing({ hub, issuer }: Scene): Promise<void> {
  expect(issuer.issued).toEqual([]);
  expect([[...hub.secrets.values], await hub.accounts(), hub.state()]).toEqual([[], [], "needs-auth"]);
}

describe("answers in the browser", () => {
  it.each(["wrong", "", undefined])(
    "with the state %j are a stranger's: the sign-in goes on waiting",
    async (state) => {
      await using s = await scene();
      const { url } = await begin(s.hub);
      const answer = await answerOf(url);
      const forged = changed(answer, (params) =>
        state === undefined ? params.delete("state") : params.set("state", state),
      );
      expect(await browse(forged)).toMatchObject({
        status: 400,
        text: expect.stringContaining("no sign-in of yours"),
      });
      await expectNothing(s);
      expect((await browse(answer.href)).text).toContain("You are signed in");
    },
  );

  it("of another issuer (iss) end the sign-in before the code is shown to anybody", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const forged = changed(await answerOf(url), (params) => params.set("iss", "https://evil.example"));
    expect((await browse(forged)).text).toContain("The sign-in failed");
    expect(s.issuer.tokenRequests).toEqual([]);
    await expectNothing(s);
  });

  it("without the iss that the issuer promises end it too", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const forged = changed(await answerOf(url), (params) => params.delete("iss"));
    expect((await browse(forged)).text).toContain("The sign-in failed");
    expect(s.issuer.tokenRequests).toEqual([]);
    await expectNothing(s);
  });

  it("of one server's sign-in are not taken by another's, and go to no other issuer", async () => {
    await using other = await startIssuer();
    await using second = await startProtectedServer(other);
    await using issuer = await startIssuer();
    await using first = await startProtectedServer(issuer);
    await using hub = await startAuthHub({
      servers: { web: { type: "http", url: first.url }, evil: { type: "http", url: second.url } },
    });
    const web = await begin(hub);
    const evil = await begin(hub, "evil");
    const answer = await answerOf(web.url);
    const crossed = new URL(redirectOf(evil.url));
    crossed.search = answer.search;
    expect((await browse(crossed.href)).status).toBe(400);
    expect([issuer.tokenRequests, other.tokenRequests]).toEqual([[], []]);
  });

  it("are taken once, and the port is closed afterwards", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    expect((await browse(answer.href)).text).toContain("You are signed in");
    await expect(fetch(answer)).rejects.toThrow();
    expect(s.issuer.tokenRequests).toHaveLength(1);
  });

  it("reach one address of one port only, and are not taken through another name", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    const { request } = await import("node:http");
    const status = (host: string, path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request(
          { host: "127.0.0.1", port: answer.port, path, headers: { host } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        asked.on("error", reject);
        asked.end();
      });
    const path = answer.pathname + answer.search;
    expect(await status(`evil.example:${answer.port}`, path)).toBe(404);
    expect(await status(answer.host, `/elsewhere${answer.search}`)).toBe(404);
    await expectNothing(s);
  });

  it("at another port are refused by the issuer: it sends the code nowhere else", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const moved = new URL(url);
    moved.searchParams.set("redirect_uri", "https://evil.example/oauth/callback");
    const visit = await browse(moved.href, "https://evil.example");
    expect([visit.status, visit.visited.some((each) => each.startsWith("https://evil"))]).toEqual([
      400,
      false,
    ]);
    await expectNothing(s);
  });

  it("that carry markup are shown as text", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    const forged = changed(answer, (params) => {
      params.delete("code");
      params.set("error", "<img src=x onerror=alert(1)>");
      params.set("error_description", "<script>alert(1)</script>");
    });
    const { text } = await browse(forged);
    expect(text).toContain("&lt;script&gt;");
    expect(text).not.toMatch(/<script|<img/);
  });
});

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

describe("a grant", () => {
  it("is not sent to another address under the same name", async () => {
    await using s = await scene();
    await s.hub.signIn();
    await expect.poll(() => s.hub.state(), PATIENT).toBe("ready");
    await using thief = await startProtectedServer(s.issuer);
    await s.hub.hub.configure(
      JSON.stringify({
        consent: { default: "allow", newTools: "allow" },
        mcpServers: { web: { type: "http", url: thief.url } },
      }),
    );
    await expect.poll(() => s.hub.state(), PATIENT).toBe("needs-auth");
    expect(thief.authorized.every((header) => header === undefined)).toBe(true);
    expect(thief.authorized.length).toBeGreaterThan(0);
  });
});
