// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested
import { describe, expect, it } from "vitest";
import { invalidConfig, keyText, positionOf } from "./issue.ts";
import { defaultConfig, parseConfig } from "./parse.ts";
import { splitReferences } from "./references.ts";
import { nearest } from "./suggest.ts";

const lines = (issues: readonly { line: number; column: number; key: string; message: string }[]): string[] =>
  issues.map((issue) => `${issue.line}:${issue.column} ${issue.key} ${issue.message}`);

const errorsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "errors" in parsed ? lines(parsed.errors) : [];
};
const warningsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "errors" in parsed ? ["ERROR", ...lines(parsed.errors)] : lines(parsed.warnings);
};

describe("the configuration", () => {
  it("of an empty object, or of comments alone, is the defaults", () => {
    for (const text of ["{}", "// nothing yet\n", "\uFEFF{}"])
      expect(parseConfig(text)).toEqual({ config: defaultConfig(), warnings: [] });
    expect(defaultConfig()).toEqual({
      listen: { host: "127.0.0.1", port: 4780, allowedHosts: [] },
      access: { anonymous: "deny" },
      consent: { default: "ask", timeoutSeconds: 50, newTools: "hold" },
      mcpServers: {},
      profiles: {},
      rules: [],
      secrets: { store: "keychain" },
      log: {
        payloads: "full",
        redact: { fields: [], patterns: [] },
        onFailure: "refuse",
        days: 90,
        maxMb: 10_240,
      },
      telemetry: { headers: {}, content: false },
      prices: {},
      limits: [],
    });
  });

  it("takes comments, trailing commas, both kinds of servers, and fills in defaults", () => {
    const text = `{
      "listen": { "port": 0, }, // any
      /* two servers */
      "mcpServers": {
        "files": { "command": "npx", "args": ["-y", "x"], "env": { "TOKEN": "\${secret:files-token}" } },
        "remote": { "url": "https://\${env:HOST}:\${env:PORT}/mcp", "prefix": "" },
      },
    }`;
    const parsed = parseConfig(text);
    expect(parsed).toMatchObject({ warnings: [] });
    if ("errors" in parsed) return;
    const common = {
      enabled: true,
      start: "lazy",
      isolation: "shared",
      timeoutSeconds: 0,
      validate: "enforce",
    };
    expect(parsed.config.listen.port).toBe(0);
    expect(parsed.config.mcpServers).toEqual({
      files: {
        type: "stdio",
        command: "npx",
        args: ["-y", "x"],
        env: { TOKEN: "${secret:files-token}" },
        ...common,
      },
      remote: {
        type: "http",
        url: "https://${env:HOST}:${env:PORT}/mcp",
        headers: {},
        prefix: "",
        ...common,
      },
    });
  });

  it("has no server that the file does not name, whatever it is called", () => {
    const parsed = parseConfig("{}");
    expect("config" in parsed && parsed.config.mcpServers.constructor).toBeUndefined();
  });

  it.each([
    ["", "1:1  the file is empty; write {} for the defaults"],
    ["[]", "1:1  the file must hold an object in { }, not a list"],
    ['{\n  "listen": {"port": 1}\n  "rules": []\n}', "3:3 rules a comma is missing before this"],
    ['{"listen": {"port": }}', "1:21 listen.port a value is expected here"],
    ["{'a': 1}", "1:2  text and keys need double quotes, not single ones"],
    ['{"rules": [', "1:12 rules[0] a closing ] is missing (the file ends too early)"],
    ['{"listen" 1}', "1:11 listen a colon is missing before this"],
    ['{"a": "b\n"}', "1:7 a the text has no closing double quote on its line"],
    ['{"$schema": "C:\\q"}', "1:13 $schema this backslash sequence is unknown; for a backslash write \\\\"],
    ["{} {}", "1:4  the file should end before this"],
    [
      '{"log": {"redact": {"patterns": ["ok", "a*"]}}}',
      "1:40 log.redact.patterns[1] matches the empty text, and so everywhere",
    ],
    ['{"listn": {}}', '1:2 listn unknown key; did you mean "listen"?'],
    ['{"servers": {}}', '1:2 servers unknown key; did you mean "mcpServers"?'],
    [
      '{"zzz": 1}',
      "1:2 zzz unknown key; known here: listen, access, consent, mcpServers, profiles, rules, secrets, log, telemetry, prices, limits",
    ],
    ['{"listen": {"prot": 1}}', '1:13 listen.prot unknown key; did you mean "port"?'],
    ['{"listen": {"port": "4780"}}', '1:21 listen.port must be a number, not "4780"'],
    ['{"listen": {"port": 1.5}}', "1:21 listen.port must be a whole number, not the number 1.5"],
    ['{"listen": {"port": 70000}}', "1:21 listen.port must be at most 65535"],
    ['{"listen": {"port": -1}}', "1:21 listen.port must be at least 0"],
    [
      '{"listen": {"host": "0.0.0.0"}}',
      "1:21 listen.host must be a loopback address: Gatehouse never listens on the network",
    ],
    [
      '{"consent": {"default": "alow"}}',
      '1:25 consent.default must be "ask", "allow" or "deny", not "alow"; did you mean "allow"?',
    ],
    [
      '{"rules": [{"server": "x"}]}',
      '1:12 rules[0].decision is missing: "allow", "ask" or "deny" is expected',
    ],
    ['{"rules": [{"decision": "deny", "tol": "x"}]}', '1:33 rules[0].tol unknown key; did you mean "tool"?'],
    ['{"rules": {}}', "1:11 rules must be a list in [ ], not an object"],
    [
      '{"profiles": {"a b": {}}}',
      `1:15 profiles["a b"] use letters, digits, '.', '_' and '-', at most 63, starting with a letter or digit`,
    ],
    [
      '{"profiles": {"w": {"tools": {"x": {"den": []}}}}}',
      '1:37 profiles.w.tools.x.den unknown key; did you mean "deny"?',
    ],
    ['{"access": null}', "1:12 access must be an object in { }, not null"],
    ['{"listen": {}, "listen": {}}', '1:16 listen "listen" stands here a second time'],
    ['{"__proto__": {}}', "1:2 __proto__ this key is not allowed"],
  ])("%s is refused where it is wrong", (text, expected) => {
    expect(errorsOf(text)).toEqual([expected]);
  });

  const server = (entry: string): string => `{"mcpServers":\n{"s": ${entry}}}`;
  it.each([
    ["{}", '2:7 mcpServers.s has neither "command" nor "url": one of them says what to run or to connect to'],
    [
      '{"serverUrl": "http://x"}',
      '2:7 mcpServers.s has neither "command" nor "url": one of them says what to run or to connect to; "serverUrl" is called "url" here',
    ],
    [
      '{"command": "x", "url": "http://x"}',
      '2:7 mcpServers.s has both "command" and "url": keep the one that is meant',
    ],
    ['{"type": "stdio"}', '2:7 mcpServers.s has the type "stdio" but no "command"'],
    ['{"type": "http", "command": "x"}', '2:7 mcpServers.s has the type "http" but no "url"'],
    [
      '{"type": "stdio", "command": "x", "url": "http://x"}',
      '2:48 mcpServers.s.url is for a remote server; a "stdio" server has none',
    ],
    [
      '{"type": "streamable-http", "url": "http://x"}',
      '2:16 mcpServers.s.type must be "stdio", "http" or "sse", not "streamable-http"; here it is called "http"',
    ],
    [
      '{"type": 1, "url": "http://x"}',
      '2:16 mcpServers.s.type must be "stdio", "http" or "sse", not the number 1',
    ],
    ['"npx x"', '2:7 mcpServers.s must be an object in { } with "command" or "url", not "npx x"'],
    ['{"url": "ftp://x"}', "2:15 mcpServers.s.url must be an http:// or https:// URL"],
    ['{"url": 1}', '2:15 mcpServers.s.url must be text, not the number 1; write "1"'],
    ['{"command": ""}', "2:19 mcpServers.s.command name the program to run"],
    ['{"command": "x", "args": "-y"}', '2:32 mcpServers.s.args must be a list in [ ], not "-y"'],
    [
      '{"command": "x", "args": ["a", 8080]}',
      '2:38 mcpServers.s.args[1] must be text, not the number 8080; write "8080"',
    ],
    ['{"command": "x", "env": {"A": true}}', '2:37 mcpServers.s.env.A must be text, not true; write "true"'],
    [
      '{"command": "x", "env": {"A=B": ""}}',
      '2:32 mcpServers.s.env["A=B"] is no name of an environment variable',
    ],
    [
      '{"url": "http://x", "headers": {"X": "a\\nb"}}',
      "2:44 mcpServers.s.headers.X must be one line, without control characters",
    ],
    [
      '{"command": "x", "start": "eagre"}',
      '2:33 mcpServers.s.start must be "lazy" or "eager", not "eagre"; did you mean "eager"?',
    ],
    [
      '{"command": "x", "env": {"A": "${secret:}"}}',
      "2:37 mcpServers.s.env.A ${secret:} names no secret: write ${secret:NAME} with letters, digits, '.', '_' and '-'",
    ],
    [
      '{"command": "x", "env": {"A": "${env:1}"}}',
      "2:37 mcpServers.s.env.A ${env:1} names no environment variable: write ${env:NAME}",
    ],
    ['{"command": "x", "args": ["${secret:a"]}', "2:33 mcpServers.s.args[0] ${secret:a has no closing }"],
    ['{"command": "${secret:a}"}', '2:19 mcpServers.s.command a secret cannot stand in "command"'],
    ['{"url": "http://x/${project}"}', '2:15 mcpServers.s.url ${project} can only stand in "args" and "cwd"'],
  ])("a server %s is refused where it is wrong", (entry, expected) => {
    expect(errorsOf(server(entry))).toEqual([expected]);
  });

  it.each([
    [
      '{"command": "x", "arg": ["a"]}',
      '2:24 mcpServers.s.arg unknown key, it has no effect; did you mean "args"?',
    ],
    [
      '{"command": "x", "disabled": true}',
      '2:24 mcpServers.s.disabled "disabled" has no effect here, the server is on: write "enabled": false',
    ],
    ['{"command": "x", "autoApprove": []}', "2:24 mcpServers.s.autoApprove unknown key, it has no effect"],
    [
      '{"command": "x", "headers": {}}',
      '2:24 mcpServers.s.headers has no effect on a server of the type "stdio"',
    ],
    [
      '{"command": "x", "args": ["${HOME}"]}',
      "2:33 mcpServers.s.args[0] ${HOME} is passed on as it stands; write ${env:HOME} if a value is meant",
    ],
    [
      '{"command": "x", "env": {"K": "${input:key}"}}',
      "2:37 mcpServers.s.env.K ${input:key} is passed on as it stands; write ${secret:key} if a value is meant",
    ],
    [
      '{"command": "x", "args": ["${secret:k}"]}',
      "2:33 mcpServers.s.args[0] the server will not be started: every program of this computer can read arguments; hand the secret over in env",
    ],
  ])("a server %s is taken with a warning", (entry, expected) => {
    expect(warningsOf(server(entry))).toEqual([expected]);
  });

  it("refuses two servers of one name, and names that differ only in case", () => {
    const one = '{"command": "x"}';
    expect(errorsOf(`{"mcpServers": {"a": ${one},\n "a": ${one}}}`)).toEqual([
      '2:2 mcpServers.a "a" stands here a second time',
    ]);
    expect(errorsOf(`{"mcpServers": {"a": ${one},\n "A": ${one}}}`)).toEqual([
      '2:2 mcpServers.A differs from "a" only in upper and lower case',
    ]);
  });

  it("names every mistake at once, in the file's order, and never a part of the schema's own words", () => {
    const found = errorsOf(
      '{"rules": [{}],\n"mcpServers": {"a b": {"command": 1}, "ok": {}},\n"listen": {"port": true}}',
    );
    expect(found.map((line) => line.split(" ")[0])).toEqual(["1:12", "2:16", "2:35", "2:45", "3:20"]);
    expect(found.join("\n")).not.toMatch(/invalid|zod|union|expected string|received/i);
  });

  it("warns of profiles that name no server", () => {
    expect(
      warningsOf(
        '{"mcpServers": {"a": {"command": "x"}},\n"profiles": {"p": {"servers": ["a", "b"], "tools": {"c": {}}}}}',
      ),
    ).toEqual([
      '2:37 profiles.p.servers[1] there is no server "b" in mcpServers',
      '2:53 profiles.p.tools.c there is no server "c" in mcpServers',
    ]);
  });

  it("that is nested without end is refused, not a crash", () => {
    expect(errorsOf("[".repeat(200_000))).toHaveLength(1);
  });
});

it("an error of the file names line, column and key, one line an issue", () => {
  const error = invalidConfig("gatehouse.json", [
    { line: 3, column: 7, key: "listen.port", message: "must be a number" },
    { line: 4, column: 1, key: "", message: "a closing } is missing" },
  ]);
  expect(error.code).toBe("config_invalid");
  expect(error.message.split("\n").slice(1)).toEqual([
    "  gatehouse.json:3:7: listen.port: must be a number",
    "  gatehouse.json:4:1: a closing } is missing",
  ]);
});

it("a key path is written as in code", () => {
  expect(keyText(["mcpServers", "my.server", "args", 0])).toBe('mcpServers["my.server"].args[0]');
});

it("positions count from 1, over every kind of line end", () => {
  expect([positionOf("a\r\nbc", 4), positionOf("a\nb", 2), positionOf("a\rb", 2), positionOf("", 0)]).toEqual(
    [
      { line: 2, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 1 },
      { line: 1, column: 1 },
    ],
  );
});

it("a misspelt word finds its neighbour, a strange one nothing", () => {
  expect(
    ["prot", "environment", "xyz", "COMMAND"].map((word) => nearest(word, ["port", "env", "command"])),
  ).toEqual(["port", "env", undefined, "command"]);
});

it("a text is split at its references", () => {
  expect(splitReferences("a${env:B}c${secret:d.e}${project}$f${x}${")).toEqual([
    "a",
    { kind: "env", name: "B" },
    "c",
    { kind: "secret", name: "d.e" },
    { kind: "project", text: "${project}" },
    "$f",
    { kind: "foreign", text: "${x}" },
    { kind: "foreign", text: "${" },
  ]);
  expect(splitReferences("plain")).toEqual(["plain"]);
});
