import { expect, test } from "vitest";
import { CLIENT_KINDS, clientSnippet, TOKEN_PLACEHOLDER } from "./snippets.ts";

const options = { url: "http://127.0.0.1:4780/mcp", token: "ght_AbC-123_x" };

test("every client gets a snippet that carries the endpoint and the token", () => {
  for (const kind of CLIENT_KINDS) {
    const { text, title, where } = clientSnippet(kind, options);
    expect(text).toContain(options.url);
    expect(text).toContain(`Bearer ${options.token}`);
    expect(title.length + where.length).toBeGreaterThan(6);
  }
});

test("the JSON snippets have the shape that each client reads", () => {
  const parsed = (kind: (typeof CLIENT_KINDS)[number]): unknown =>
    JSON.parse(clientSnippet(kind, options).text);
  const headers = { Authorization: `Bearer ${options.token}` };
  expect(parsed("cursor")).toEqual({ mcpServers: { gatehouse: { url: options.url, headers } } });
  expect(parsed("vscode")).toEqual({ servers: { gatehouse: { type: "http", url: options.url, headers } } });
  expect(parsed("gemini-cli")).toEqual({ mcpServers: { gatehouse: { httpUrl: options.url, headers } } });
  expect(parsed("opencode")).toEqual({
    mcp: { gatehouse: { type: "remote", url: options.url, enabled: true, headers } },
  });
});

test("Claude Code and Codex get a command line and a table", () => {
  expect(clientSnippet("claude-code", options).text).toBe(
    'claude mcp add --scope user --transport http gatehouse http://127.0.0.1:4780/mcp --header "Authorization: Bearer ght_AbC-123_x"',
  );
  expect(clientSnippet("codex", options).text).toBe(
    '[mcp_servers.gatehouse]\nurl = "http://127.0.0.1:4780/mcp"\nhttp_headers = { Authorization = "Bearer ght_AbC-123_x" }',
  );
});

test("a snippet is shown with a placeholder where the token would be", () => {
  expect(clientSnippet("cursor", { ...options, token: TOKEN_PLACEHOLDER }).text).toContain("Bearer <token>");
});

test("a name, URL or token that a shell would read differently is refused", () => {
  expect(() => clientSnippet("claude-code", { ...options, name: "x; rm -rf ~" })).toThrow(RangeError);
  expect(() => clientSnippet("claude-code", { ...options, token: '"; ls' })).toThrow(RangeError);
  expect(() => clientSnippet("claude-code", { ...options, url: "http://h/$(ls)" })).toThrow(RangeError);
});
