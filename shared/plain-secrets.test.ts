import { describe, expect, it, test } from "vitest";
import { type ServerConfig, serverConfigSchema } from "./model/config.ts";
import { moveSecrets } from "./plain-secrets.ts";
import { secretSpan } from "./secret-look.ts";

const config = (raw: object): ServerConfig => serverConfigSchema.parse(raw);
const seen = (name: string | undefined, value: string): string | undefined => {
  const span = secretSpan(name, value);
  return span === undefined ? undefined : value.slice(span.start, span.end);
};
/** Put together here, so that no scanner takes this file for one that leaks. */
const token = (prefix: string, rest: string): string => prefix + rest;
const RANDOM = "q7Rk2LmZ9xT4vB1nW8cY5sD3";

describe("what looks like a credential", () => {
  it.each([
    token("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
    token("github_pat_", "11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz"),
    token("glpat-", "aBcDeFgHiJkLmNoPqRsT"),
    token("sk-", "proj-AbCdEf0123456789AbCdEf0123456789"),
    token("sk-ant-", "api03-AbCdEf0123456789AbCdEf0123456789"),
    token("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    token("xoxb-", "1234567890-abcdefGHIJKL"),
    token("AIza", "SyA1234567890abcdefghijklmnopqrstuvw"),
    token("hf_", "abcdefghijklmnopqrstuvwxyz12"),
    token("lin_api_", "abcdefghij1234567890ABCD"),
    token("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N"),
    RANDOM,
    "9f86d081884c7d659a2feaa0c55ad015",
  ])("%s, whatever it stands under", (value) => {
    expect([seen(undefined, value), seen("WHATEVER", value)]).toEqual([value, value]);
  });

  it.each([
    ["API_KEY", "8f14e45f-ceea-467a-9575-1d2b3c4d5e6f"],
    ["X-Api-Key", "letmein"],
    ["dbPassword", "hunter22"],
    ["GITHUB_PERSONAL_ACCESS_TOKEN", "abcdef"],
    ["AWS_SECRET_ACCESS_KEY", "wJalr/XUtn+FEMI"],
    ["accessToken", "opaque.value"],
  ])("by its name: %s", (name, value) => {
    expect(seen(name, value)).toBe(value);
  });

  it("only the credential of a header, an address or a text around it", () => {
    expect(seen("Authorization", "Bearer abc.def")).toBe("abc.def");
    expect(seen("X-Whatever", "Bearer abc.def")).toBe("abc.def");
    expect(seen("DATABASE_URL", "postgresql://app:s3cr3t@db.local:5432/app")).toBe("s3cr3t");
    expect(seen("OPTS", `--key ${token("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a")} --x`)).toMatch(
      /^ghp_\w+$/,
    );
  });

  it.each([
    ["HOME", "/home/ada/.config/gatehouse"],
    ["SSH_KEY", "/home/ada/.ssh/id_ed25519"],
    ["SSH_KEY", "~/.ssh/id_ed25519"],
    ["TLS_KEY", "server.pem"],
    ["WINDOWS", "C:\\Users\\Ada\\AppData\\Local\\Programs"],
    ["API_URL", "https://api.example.com/v1/models?limit=20"],
    ["PROJECT", "8f14e45f-ceea-467a-9575-1d2b3c4d5e6f"],
    ["MODEL", "claude-3-5-sonnet-20241022"],
    ["MODEL", "Meta-Llama-3.1-70B-Instruct"],
    ["MODEL", "Qwen2-VL-72B-Instruct-GPTQ-Int4"],
    ["VERSION", "v24.21.0-beta.3+build.20260101"],
    ["COMMIT", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["NOTION_PAGE_ID", "9f86d081884c7d659a2feaa0c55ad015"],
    ["MAX_TOKENS", "4096"],
    ["TOKEN_LIMIT", "100000"],
    ["MONKEY", "bananas-and-more"],
    ["SORT_KEY", "created_at"],
    ["PUBLIC_KEY", "none-of-the-above"],
    ["USE_TOKEN", "true"],
    ["API_KEY", "<your-api-key>"],
    ["API_KEY", "YOUR_API_KEY"],
    ["API_KEY", "${secret:github-token}"],
    ["API_KEY", ""],
    ["GITHUB_TOKEN", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
    ["PACKAGE", "@modelcontextprotocol/server-filesystem@2026.1.14"],
    ["IMAGE", "ghcr.io/github/github-mcp-server:1.2@sha256:9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d65"],
    ["LOG_LEVEL", "information"],
    ["CLASS", "AbstractSingletonProxyFactoryBean"],
  ])("not %s=%s", (name, value) => {
    expect(seen(name, value)).toBeUndefined();
  });
});

describe("moving credentials out of a server's configuration", () => {
  test("variables are moved, and only told of arguments, which every process can read", () => {
    const key = token("sk-", "proj-AbCdEf0123456789AbCdEf0123456789");
    const before = config({
      command: "npx",
      args: [
        "-y",
        "some-server",
        "--api-key",
        "letmein",
        `--other=${key}`,
        "-e",
        "DB_PASSWORD=hunter22",
        "/tmp",
      ],
      env: { GITHUB_TOKEN: "abcdefgh", LOG_LEVEL: "info", OPENAI: key, AGAIN: key },
    });
    expect(moveSecrets("github", before)).toEqual({
      config: {
        ...before,
        env: {
          GITHUB_TOKEN: "${secret:github-token}",
          LOG_LEVEL: "info",
          OPENAI: "${secret:github-openai}",
          AGAIN: "${secret:github-openai}",
        },
      },
      secrets: [
        { place: "env GITHUB_TOKEN", name: "github-token", value: "abcdefgh" },
        { place: "env OPENAI", name: "github-openai", value: key },
      ],
      staying: ["argument 4", "argument 5", "argument 7"],
    });
  });

  test("what docker is given as a variable it takes from its environment, by the name alone", () => {
    const before = config({
      command: "/usr/bin/docker",
      args: [
        "run",
        "-i",
        "-e",
        "API_KEY=letmein",
        "--env",
        "MODE=fast",
        "-e",
        "OTHER_KEY=letmein",
        "image",
        "--token=letmein",
      ],
      env: { OTHER_KEY: "mine-to-keep" },
    });
    const { config: after, secrets, staying } = moveSecrets("box", before);
    expect(after).toMatchObject({
      args: [
        "run",
        "-i",
        "-e",
        "API_KEY",
        "--env",
        "MODE=fast",
        "-e",
        "OTHER_KEY=letmein",
        "image",
        "--token=letmein",
      ],
      env: { OTHER_KEY: "${secret:box-other-key}", API_KEY: "${secret:box-api-key}" },
    });
    expect([secrets.map(({ place }) => place), staying]).toEqual([
      ["argument 4", "env OTHER_KEY"],
      ["argument 8", "argument 10"],
    ]);
  });

  test("headers, parameters and passwords of a URL, and the client's own secret", () => {
    const before = config({
      type: "http",
      url: `https://me:p%40ss@example.com/mcp/${RANDOM}?api_key=abc%20def&limit=20#top`,
      headers: { Authorization: "Bearer letmein", Accept: "text/plain" },
      auth: { clientId: "gatehouse", clientSecret: "short" },
    });
    const { config: after, secrets } = moveSecrets("web", before, ["WEB-authorization"]);
    expect(after).toMatchObject({
      url: "https://me:${secret:web-password}@example.com/mcp/${secret:web-token}?api_key=${secret:web-api-key}&limit=20#top",
      headers: { Authorization: "Bearer ${secret:web-authorization-2}", Accept: "text/plain" },
      auth: { clientId: "gatehouse", clientSecret: "${secret:web-client-secret}" },
    });
    // As they stand in the URL, escapes and all: filled in again, it is the same one.
    expect(secrets.map(({ name, value }) => [name, value])).toEqual([
      ["web-password", "p%40ss"],
      ["web-token", RANDOM],
      ["web-api-key", "abc%20def"],
      ["web-authorization-2", "letmein"],
      ["web-client-secret", "short"],
    ]);
  });

  test("a configuration without any stays the very same", () => {
    for (const raw of [
      {
        command: "npx",
        args: ["-y", "@modelcontextprotocol/server-everything"],
        env: { TOKEN: "${env:TOKEN}" },
      },
      { command: "docker", args: ["run", "-i", "--rm", "-v", "/home/ada:/data", "mcp/files:1.2.3"] },
      { type: "http", url: "https://mcp.example.com/v1/mcp?workspace=8f14e45f-ceea-467a-9575-1d2b3c4d5e6f" },
    ]) {
      const before = config(raw);
      expect(moveSecrets("x", before)).toEqual({ config: before, secrets: [], staying: [] });
      expect(moveSecrets("x", before).config).toBe(before);
    }
  });

  test("what was moved holds nothing more to move", () => {
    const before = config({ command: "x", env: { API_KEY: "letmein" }, args: [`--token=${RANDOM}`] });
    const { config: after } = moveSecrets("x", before);
    expect(moveSecrets("x", after).secrets).toEqual([]);
  });
});
