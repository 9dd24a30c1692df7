import { describe, expect, test } from "vitest";
import { Claimants } from "./claimants.ts";
import { fitClientMetadata } from "./client-metadata.ts";
import { KNOWN_REDIRECTS, mayRedirectTo, redirectHostOf } from "./redirects.ts";
import { RegistrationLimits } from "./registration-limits.ts";
import { audienceOf } from "./resources.ts";
import { oauthRouteOf } from "./routes.ts";

describe("redirects", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.0.0.1:33418",
    "http://localhost:8080/callback?x=1",
    "http://[::1]:9/cb",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "vscode://vscode.github-authentication/did-authenticate",
    "com.example.app:/oauth",
    ...KNOWN_REDIRECTS.map(({ uri }) => uri),
  ])("%s may be registered", (uri) => expect(mayRedirectTo(uri)).toBe(true));

  test.each([
    "",
    "/callback",
    "http://example.com/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://2130706433/",
    "http://127.1/",
    "http://localhost@example.com/",
    "http://localhost\\@example.com/",
    "http://local\thost/",
    "https://localhost/",
    "https://vscode.dev/redirect/",
    "https://vscode.dev.example.com/redirect",
    "javascript://127.0.0.1/%0aalert(1)",
    "data:text/html,x",
    "mailto:a@b.c",
    "gatehouse-link://x/",
    "app:opaque",
    `http://127.0.0.1/${"a".repeat(2_000)}`,
  ])("%s may not", (uri) => expect(mayRedirectTo(uri)).toBe(false));

  test("a person sees the host, or the scheme of a private one", () => {
    expect(
      [
        "http://[::1]:9/cb",
        "https://vscode.dev/redirect",
        "cursor://anysphere.cursor-mcp/oauth/callback",
      ].map(redirectHostOf),
    ).toEqual(["[::1]:9", "vscode.dev", "cursor:"]);
  });
});

describe("what clients say of themselves", () => {
  test("keeps what is needed, and of the redirects what is acceptable", () => {
    const metadata: Record<string, unknown> = {
      client_id: "x",
      client_name: "N".repeat(300),
      client_uri: "javascript:alert(1)",
      logo_uri: "https://example.com/logo.png",
      jwks_uri: "https://10.0.0.1/jwks",
      scope: "openid",
      response_types: ["token"],
      redirect_uris: ["https://example.com/cb", "http://127.0.0.1/cb", "http://127.0.0.1/cb"],
      token_endpoint_auth_method: "client_secret_basic",
    };
    expect(fitClientMetadata(metadata, true)).toBeUndefined();
    expect(metadata).toEqual({
      client_id: "x",
      client_name: "N".repeat(200),
      redirect_uris: ["http://127.0.0.1/cb"],
      token_endpoint_auth_method: "none",
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    });
  });

  test("a document that demands a secret way to authenticate keeps it, to be refused", () => {
    const metadata = {
      redirect_uris: ["http://127.0.0.1/cb"],
      token_endpoint_auth_method: "private_key_jwt",
    };
    fitClientMetadata(metadata, false);
    expect(metadata.token_endpoint_auth_method).toBe("private_key_jwt");
  });

  test.each([[undefined], [[]], ["http://127.0.0.1/"], [Array(21).fill("http://127.0.0.1/")]])(
    "redirects %j are refused",
    (redirects) => expect(fitClientMetadata({ redirect_uris: redirects }, true)).toMatch(/^redirect_uris/),
  );
});

test("limits of registrations open again with time", () => {
  const limits = new RegistrationLimits();
  for (let count = 0; count < 30; count += 1) expect(limits.admit(1, 1_000 * count)).toBeUndefined();
  expect(limits.admit(1, 30_000)).toBe(30);
  expect(limits.admit(2, 30_000)).toBeUndefined();
  expect(limits.admit(1, 60_000)).toBeUndefined();
});

describe("whose login it is", () => {
  const end = (pid: number) => ({
    process: { pid, name: null, executable: null, user: null },
    sameUser: true,
  });
  const running = (): boolean => true;

  test("the program that registered counts before the one whose request was refused", () => {
    const claimants = new Claimants();
    claimants.refused(end(2), 0);
    claimants.named("client", end(1), "registration", 0);
    expect(claimants.of("client", 1, running)).toMatchObject({
      process: { pid: 1 },
      processFrom: "registration",
    });
    expect(claimants.of("other", 1, running)).toMatchObject({ process: { pid: 2 }, processFrom: "refused" });
  });

  test("a program that is gone, or was refused long ago, is not named", () => {
    const claimants = new Claimants();
    claimants.named("client", end(1), "registration", 0);
    expect(claimants.of("client", 1, () => false)).toEqual({ process: null, processFrom: null });
    claimants.refused(end(2), 0);
    expect(claimants.of("client", 10 * 60_000, (pid) => pid === 2).process).toBeNull();
  });
});

test("a resource is an address of this very issuer", () => {
  const issuer = "http://127.0.0.1:4780";
  const of = (indicator: string) => audienceOf(indicator, issuer)?.scope;
  expect(of(`${issuer}/mcp`)).toEqual({ kind: "all" });
  expect(of(`${issuer}/mcp/`)).toEqual({ kind: "all" });
  expect(of(`${issuer}/sse`)).toEqual({ kind: "all" });
  expect(of(`${issuer}/mcp/s/files`)).toEqual({ kind: "server", name: "files" });
  for (const other of [
    "http://localhost:4780/mcp",
    "https://127.0.0.1:4780/mcp",
    `${issuer}/`,
    `${issuer}/control`,
    `${issuer}/mcp?x`,
    "mcp",
  ])
    expect(of(other)).toBeUndefined();
});

test("paths that only look like OAuth's lead nowhere", () => {
  for (const path of [
    "/oauth/",
    "/oauth/authorize/../x",
    "/oauth/authorizeX",
    "/oauth/login/",
    "/oauth/login/a/b",
    "/.well-known/oauth",
    "/x/.well-known/oauth-protected-resource/y",
    "/authorize/x",
  ])
    expect(oauthRouteOf(path)).toBeUndefined();
});
