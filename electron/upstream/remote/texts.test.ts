import { describe, expect, it } from "vitest";
import { excerptOf, secretsOf } from "./excerpt.ts";
import { composeHeaders, eventIdHeader, headerProblem, sessionIdOf } from "./headers.ts";
import { NetworkError } from "./network.ts";
import { proxyVariables } from "./proxy.ts";
import { networkSentence } from "./sentences.ts";

describe("what is said of errors", () => {
  it("hides every part of the definition that may be a secret", () => {
    const url = new URL("https://u:pass%20word1@h.example/api/s/AbCdEf0123456789AbCd/mcp?key=qwertyuiop&v=1");
    const secrets = secretsOf(url, { Authorization: "Bearer tok-123456", "X-Short": "ab" });
    const echoed =
      "key qwertyuiop, Bearer tok-123456, tok-123456, pass word1, /s/AbCdEf0123456789AbCd/mcp, ab, v1";
    expect(excerptOf(echoed, secrets)).toBe("key •••, •••, •••, •••, /s/•••/mcp, ab, v1");
  });

  it.each([
    ['{"error":{"code":1,"message":"inner"}}', "inner"],
    ['{"error":"invalid_token","error_description":"expired"}', "expired"],
    ['{"detail":"not here"}', "not here"],
    ['{"broken', '{"broken'],
    ["<!doctype html><head><title>Bad\n Gateway</title></head>", "Bad Gateway"],
    ["<p>a</p><script>var x</script><b>b</b>", "a b"],
    ["a\u0000\u001b[31m\u202e b", "a [31m b"],
    ["x".repeat(400), `${"x".repeat(300)}…`],
    ["", ""],
  ])("%j reads %j", (text, said) => {
    expect(excerptOf(text, [])).toBe(said);
  });

  it.each([
    ["ENOTFOUND", "is not known to the name service"],
    ["ECONNREFUSED", "refuses the connection"],
    ["CERT_HAS_EXPIRED", "expired"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "http://"],
    ["ERR_PROXY_TUNNEL", "NO_PROXY"],
    ["HPE_INVALID_CONSTANT", "does not answer in HTTP"],
    ["EWHATEVER", "the system's own words"],
  ])("%s is explained", (code, text) => {
    const sentence = networkSentence("h.example", new NetworkError(code, "the system's own words", true));
    expect(sentence).toContain(text);
    expect(sentence).toContain(`(${code})`);
    expect(sentence.startsWith("h.example ")).toBe(true);
  });
});

describe("headers", () => {
  it("are composed of the configured and the protocol's own", () => {
    expect(
      composeHeaders({
        configured: { "X-A": "1", "User-Agent": "me", "Content-Length": "9", Host: "evil" },
        accept: "text/event-stream",
        posts: false,
        revision: "2025-06-18",
        session: "s",
        lastEventId: "7",
        compressed: false,
      }),
    ).toEqual({
      "x-a": "1",
      "user-agent": "me",
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "mcp-protocol-version": "2025-06-18",
      "mcp-session-id": "s",
      "last-event-id": "7",
    });
  });

  it("that HTTP cannot carry are named without their value", () => {
    expect(headerProblem({ A: "fine", B: "é" })).toBeUndefined();
    expect(headerProblem({ "X-Key": "sec\nret" })).toMatch(/"X-Key" holds characters/);
    expect(headerProblem({ "X-Key": "sec\nret" })).not.toContain("ret");
    expect(headerProblem({ "a b": "x" })).toContain('"a b" is no name');
  });

  it("session ids are taken only when they may be sent back, event ids survive as UTF-8", () => {
    expect([
      sessionIdOf("a-1"),
      sessionIdOf("a b"),
      sessionIdOf(""),
      sessionIdOf(undefined),
      sessionIdOf("é"),
    ]).toEqual(["a-1", undefined, undefined, undefined, undefined]);
    expect([eventIdHeader(""), eventIdHeader("7"), eventIdHeader("a\u0001")]).toEqual([
      undefined,
      "7",
      undefined,
    ]);
    expect(Buffer.from(eventIdHeader("日") ?? "", "latin1").toString("utf8")).toBe("日");
  });
});

describe("proxies of the environment", () => {
  it("never stand between the hub and this machine, and NO_PROXY covers subdomains", () => {
    expect(proxyVariables({})).toEqual({ NO_PROXY: "localhost,127.0.0.1,::1,[::1]" });
    expect(
      proxyVariables({
        HTTP_PROXY: "http://upper",
        http_proxy: "http://lower",
        HTTPS_PROXY: "http://p:1",
        no_proxy: "corp.example, .x.example,10.0.0.1,*",
      }),
    ).toEqual({
      HTTP_PROXY: "http://lower",
      HTTPS_PROXY: "http://p:1",
      NO_PROXY: "corp.example,.x.example,10.0.0.1,*,.corp.example,localhost,127.0.0.1,::1,[::1]",
    });
  });
});
