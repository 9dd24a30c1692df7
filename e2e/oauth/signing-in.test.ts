import { describe, expect, it } from "vitest";
import { PATIENT, startAuthHub } from "./hub.ts";
import { startIssuer } from "./provider.ts";
import { startProtectedServer } from "./server.ts";

const remote = (url: string, extra: object = {}): Record<string, object> => ({
  web: { type: "http", url, ...extra },
});
const nothing = expect.stringContaining("you can close this page".slice(4));

describe("signing in to a server that demands tokens", () => {
  it("parks as needs-auth, then works after one sign-in, with the account told and the tokens in the secret store alone", async () => {
    await using issuer = await startIssuer();
    await using server = await startProtectedServer(issuer);
    await using hub = await startAuthHub({ servers: remote(server.url) });
    await expect.poll(() => hub.state(), PATIENT).toBe("needs-auth");

    const page = await hub.signIn();
    expect({ status: page.status, text: page.text }).toEqual({ status: 200, text: nothing });
    expect(page.text).not.toContain("<script");
    await expect.poll(() => hub.state(), PATIENT).toBe("ready");
    expect(await hub.call("web__add", { a: 1, b: 2 })).toBe("3");
    expect(await hub.accounts()).toMatchObject([
      {
        name: "default",
        issuer: issuer.issuer,
        subject: "ada@example.com",
        scopes: expect.arrayContaining(["mcp:read"]),
        state: "signed-in",
        problem: null,
      },
    ]);
    expect(issuer.registrations).toMatchObject([
      { client_name: "Gatehouse", application_type: "native", token_endpoint_auth_method: "none" },
    ]);
    expect([...hub.secrets.values.keys()]).toEqual([`oauth\nweb/default@${issuer.issuer}`]);
    const shown = JSON.stringify([await hub.accounts(), hub.told, hub.hub.storage.accounts.all()]);
    for (const token of issuer.issued) expect(shown).not.toContain(token);
  });

  it("goes on after the hub's restart without the person, with what the store holds", async () => {
    await using issuer = await startIssuer();
    await using server = await startProtectedServer(issuer);
    const first = await startAuthHub({ servers: remote(server.url) });
    await first.signIn();
    await expect.poll(() => first.state(), PATIENT).toBe("ready");
    const { secrets } = first;
    const { storage } = first.hub;
    await first[Symbol.asyncDispose]();
    await using second = await startAuthHub({ servers: remote(server.url), secrets, storage });
    expect(await second.call("web__add", { a: 2, b: 2 })).toBe("4");
    expect(issuer.tokenRequests).toHaveLength(1);
  });

  it("asks for more scopes once the server wants them, and keeps those it had", async () => {
    await using issuer = await startIssuer();
    await using server = await startProtectedServer(issuer);
    server.wants = "mcp:write";
    await using hub = await startAuthHub({ servers: remote(server.url) });
    await hub.signIn();
    await expect.poll(() => hub.state(), PATIENT).toBe("ready");
    await expect(hub.call("web__write")).rejects.toThrow(/needs more \(mcp:write\).*sign in/);
    expect(await hub.call("web__add", { a: 1, b: 1 })).toBe("2");
    expect(await hub.accounts()).toMatchObject([{ state: "wants-more" }]);
    await hub.signIn();
    expect(await hub.call("web__write")).toBe("written");
    expect(await hub.accounts()).toMatchObject([
      { state: "signed-in", scopes: expect.arrayContaining(["mcp:read", "mcp:write"]) },
    ]);
  });

  it("signs out: the tokens are revoked at the issuer and deleted here", async () => {
    await using issuer = await startIssuer();
    await using server = await startProtectedServer(issuer);
    await using hub = await startAuthHub({ servers: remote(server.url) });
    await hub.signIn();
    await expect.poll(() => hub.state(), PATIENT).toBe("ready");
    expect(await hub.hub.hub.callAs("viewer", "servers.signOut", { name: "web" })).toEqual({
      ok: true,
      revoked: true,
    });
    const [token = ""] = issuer.issued;
    expect(await issuer.provider.AccessToken.find(token)).toBeUndefined();
    expect([[...hub.secrets.values.keys()], await hub.accounts()]).toEqual([[], []]);
    expect(hub.state()).toBe("needs-auth");
  });

  it("signs in by itself with client credentials, by a secret and by a signed assertion", async () => {
    const { privateKey, publicKey } = (await import("node:crypto")).generateKeyPairSync("ec", {
      namedCurve: "P-256",
    });
    await using issuer = await startIssuer({
      clients: [
        {
          client_id: "robot",
          client_secret: "a-long-secret-of-the-robot",
          grant_types: ["client_credentials"],
          response_types: [],
          redirect_uris: [],
        },
        {
          client_id: "signer",
          token_endpoint_auth_method: "private_key_jwt",
          token_endpoint_auth_signing_alg: "ES256",
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig" } as never] },
          grant_types: ["client_credentials"],
          response_types: [],
          redirect_uris: [],
        },
      ],
    });
    await using server = await startProtectedServer(issuer);
    server.metadata.scopes_supported = ["mcp:read"];
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const machine = { grant: "client_credentials" };
    await using hub = await startAuthHub({
      servers: {
        web: {
          type: "http",
          url: server.url,
          auth: { ...machine, clientId: "robot", clientSecret: "a-long-secret-of-the-robot" },
        },
        signed: { type: "http", url: server.url, auth: { ...machine, clientId: "signer", privateKey: pem } },
      },
    });
    for (const name of ["web", "signed"]) await expect.poll(() => hub.state(name), PATIENT).toBe("ready");
    expect(await hub.call("web__add", { a: 1, b: 2 })).toBe("3");
    expect(await hub.call("signed__add", { a: 2, b: 2 })).toBe("4");
    expect(await hub.accounts()).toMatchObject([{ state: "signed-in", scopes: ["mcp:read"] }]);
  });
});
