import { expect, test } from "vitest";
import { LiveSecrets } from "../../core/redact/live-secrets.ts";
import { NO_REDACTION } from "../../core/redact/redaction.ts";
import { parseConfig } from "../config/parse.ts";
import type { CallRow } from "../ports/storage.ts";
import { rowKeeper } from "./kept-row.ts";

const row = (changes: Partial<CallRow> = {}): CallRow => ({
  startedAt: 1,
  clientId: "c",
  client: "client",
  session: null,
  server: "s",
  tool: "read_file",
  method: "tools/call",
  profile: null,
  project: null,
  rule: null,
  status: "ok",
  durationUs: 1,
  queueUs: 0,
  consentUs: 0,
  upstreamUs: 0,
  hubUs: 1,
  request: Buffer.from('{"name":"read_file","arguments":{"password":"p"}}'),
  result: Buffer.from('{"content":[]}'),
  error: null,
  ...changes,
});

function keeper(text: string, redaction = NO_REDACTION) {
  const parsed = parseConfig(text);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return rowKeeper({ config: () => parsed.config, redaction });
}

test("without any setting the very row is kept", () => {
  const given = row();
  expect(keeper("{}")(given)).toBe(given);
});

test("the first glob of the server that fits the tool decides, then the server, then what holds for all", () => {
  const keep = keeper(`{
    "log": { "payloads": "metadata" },
    "mcpServers": {
      "s": { "command": "x", "log": { "payloads": "full", "tools": { "read_*": "off", "*_file": "metadata" } } },
      "t": { "command": "x", "log": { "tools": { "secret_*": "off" } } }
    } }`);
  const kept = (server: string | null, tool: string): string => {
    const { request, sizes } = keep(row({ server, tool }));
    return request !== null ? "full" : sizes?.request === null ? "off" : "metadata";
  };
  expect([
    kept("s", "read_file"),
    kept("s", "write_file"),
    kept("s", "other"),
    kept("t", "secret_x"),
    kept("t", "other"),
    kept(null, "unknown"),
  ]).toEqual(["off", "metadata", "full", "off", "metadata", "metadata"]);
});

test("metadata keeps the sizes, off does not; the call itself is kept with both", () => {
  const both = ["metadata", "off"].map((payloads) =>
    keeper(`{ "log": { "payloads": "${payloads}" } }`)(row()),
  );
  expect(both.map(({ request, result, error, sizes }) => ({ request, result, error, sizes }))).toEqual([
    { request: null, result: null, error: null, sizes: { request: 49, result: 14, error: null } },
    { request: null, result: null, error: null, sizes: { request: null, result: null, error: null } },
  ]);
  expect(both.map(({ status, tool, server, client }) => [status, tool, server, client])).toEqual(
    Array(2).fill(["ok", "read_file", "s", "client"]),
  );
});

test("live secrets and chosen fields are out of the row before it is written", () => {
  const live = new LiveSecrets();
  live.set({}, [{ name: "token", value: "sk-very-secret" }]);
  const keep = keeper('{ "log": { "redact": { "fields": ["password"] } } }', live);
  const { request, error, tool } = keep(
    row({
      tool: "file:///sk-very-secret",
      request: Buffer.from('{"password":"p","text":"sk-very-secret"}'),
      error: Buffer.from('{"code":1,"message":"no sk-very-secret"}'),
    }),
  );
  expect([String(request && Buffer.from(request)), String(error && Buffer.from(error)), tool]).toEqual([
    '{"password":"[redacted]","text":"[secret:token]"}',
    '{"code":1,"message":"no [secret:token]"}',
    "file:///[secret:token]",
  ]);
});
