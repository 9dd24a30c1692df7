// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested
import { describe, expect, it } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { dangersOf } from "./dangers.ts";
import { deriveName, safeName } from "./names.ts";
import { parseSnippet } from "./parse-snippet.ts";
import { splitShellWords } from "./shell-words.ts";

const server = (entry: object) => serverConfigSchema.parse(entry);
const everything = { command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] };

describe("a pasted text", () => {
  it.each<[string, string, Record<string, object>]>([
    [
      "Claude Desktop and Cursor",
      JSON.stringify({ mcpServers: { a: everything, b: { command: "x" } } }),
      { a: everything, b: { command: "x" } },
    ],
    [
      "Claude Code's .mcp.json",
      '{"mcpServers":{"r":{"type":"http","url":"https://x.dev/mcp","headers":{"X":"1"}}}}',
      { r: { type: "http", url: "https://x.dev/mcp", headers: { X: "1" } } },
    ],
    [
      "VS Code",
      '{"inputs":[],"servers":{"a":{"type":"stdio","command":"x"},"s":{"type":"sse","url":"http://localhost/s"}}}',
      { a: { command: "x" }, s: { type: "sse", url: "http://localhost/s" } },
    ],
    ["VS Code's settings", '{"mcp":{"servers":{"a":{"command":"x"}}}}', { a: { command: "x" } }],
    [
      "opencode",
      '{"mcp":{"l":{"type":"local","command":["bun","x","y"],"environment":{"A":"1"},"enabled":false},"r":{"type":"remote","url":"https://x.dev/mcp"}}}',
      {
        l: { command: "bun", args: ["x", "y"], env: { A: "1" }, enabled: false },
        r: { type: "http", url: "https://x.dev/mcp" },
      },
    ],
    [
      "Zed",
      '{"context_servers":{"z":{"command":"x","args":["a"],"env":{}}}}',
      { z: { command: "x", args: ["a"] } },
    ],
    [
      "Zed of old",
      '{"context_servers":{"z":{"command":{"path":"x","args":["a"],"env":{"B":"2"}}}}}',
      { z: { command: "x", args: ["a"], env: { B: "2" } } },
    ],
    [
      "Windsurf",
      '{"mcpServers":{"w":{"serverUrl":"https://x.dev/mcp"}}}',
      { w: { type: "http", url: "https://x.dev/mcp" } },
    ],
    [
      "Gemini CLI",
      '{"mcpServers":{"g":{"httpUrl":"https://x.dev/sse"}}}',
      { g: { type: "http", url: "https://x.dev/sse" } },
    ],
    [
      "an SSE address without a type",
      '{"mcpServers":{"g":{"url":"https://x.dev/sse"}}}',
      { g: { type: "sse", url: "https://x.dev/sse" } },
    ],
    [
      "the type streamable-http",
      '{"g":{"type":"streamable-http","url":"https://x.dev/sse"}}',
      { g: { type: "http", url: "https://x.dev/sse" } },
    ],
    [
      "names alone",
      '{"a":{"command":"x"},"b":{"url":"https://x.dev/"}}',
      { a: { command: "x" }, b: { type: "http", url: "https://x.dev/" } },
    ],
    ["one member", '"a": {"command": "x"},', { a: { command: "x" } }],
    ["one server without a name", JSON.stringify(everything), { everything }],
    ["one server with its name inside", '{"name":"n","command":"x"}', { n: { command: "x" } }],
    [
      "comments and trailing commas",
      '{ /* c */ "mcpServers": { "a": { "command": "x", }, }, }',
      { a: { command: "x" } },
    ],
    ["a fenced block", 'Add this:\n```json\n{"a":{"command":"x"}}\n```\nDone.', { a: { command: "x" } }],
    [
      "a server that is disabled",
      '{"a":{"command":"x","disabled":true}}',
      { a: { command: "x", enabled: false } },
    ],
    [
      "numbers in args and env",
      '{"a":{"command":"x","args":["--port",80],"env":{"N":1}}}',
      { a: { command: "x", args: ["--port", "80"], env: { N: "1" } } },
    ],
    [
      "Gatehouse's own keys",
      '{"a":{"command":"x","prefix":"","start":"eager"}}',
      { a: { command: "x", prefix: "", start: "eager" } },
    ],
    [
      "a command line",
      "npx -y @scope/server-x /tmp",
      { x: { command: "npx", args: ["-y", "@scope/server-x", "/tmp"] } },
    ],
    [
      "a command line with a prompt, quotes and variables",
      "$ A=1 B='2 3' npx \"my pkg\" $C \"${D}/e\" '$F'",
      {
        "my-pkg": {
          command: "npx",
          args: ["my pkg", "${env:C}", "${env:D}/e", "$F"],
          env: { A: "1", B: "2 3" },
        },
      },
    ],
    [
      "a command line over two lines",
      "uvx \\\n  mcp-server-git --repo ~/code",
      { git: { command: "uvx", args: ["mcp-server-git", "--repo", "${env:HOME}/code"] } },
    ],
    [
      "env before the program",
      "env A=1 node dist/index.js",
      { node: { command: "node", args: ["dist/index.js"], env: { A: "1" } } },
    ],
    [
      "a Windows path",
      "C:\\tools\\my-mcp.exe --dir C:\\data",
      { my: { command: "C:\\tools\\my-mcp.exe", args: ["--dir", "C:\\data"] } },
    ],
    ["a URL", "https://mcp.linear.app/mcp", { linear: { type: "http", url: "https://mcp.linear.app/mcp" } }],
    [
      "a local URL",
      "http://localhost:3000/sse",
      { "local-3000": { type: "sse", url: "http://localhost:3000/sse" } },
    ],
    [
      "claude mcp add",
      "claude mcp add everything -- npx -y @modelcontextprotocol/server-everything",
      { everything },
    ],
    [
      "claude mcp add without --",
      "claude mcp add --scope user -e A=1 B=2 git uvx mcp-server-git -e x",
      { git: { command: "uvx", args: ["mcp-server-git", "-e", "x"], env: { A: "1", B: "2" } } },
    ],
    [
      "claude mcp add over HTTP",
      'claude mcp add --transport http r https://x.dev/mcp --header "X-Team: a: b"',
      { r: { type: "http", url: "https://x.dev/mcp", headers: { "X-Team": "a: b" } } },
    ],
    [
      "claude mcp add-json",
      `claude mcp add-json w '{"type":"sse","url":"https://x.dev/e"}'`,
      { w: { type: "sse", url: "https://x.dev/e" } },
    ],
    [
      "codex mcp add",
      "codex mcp add c --env A=1 -- x y",
      { c: { command: "x", args: ["y"], env: { A: "1" } } },
    ],
    [
      "codex mcp add over HTTP",
      "codex mcp add c --url https://x.dev/mcp --bearer-token-env-var TOK",
      { c: { type: "http", url: "https://x.dev/mcp", headers: { Authorization: "Bearer ${env:TOK}" } } },
    ],
    [
      "names that are not possible",
      '{"my server!":{"command":"x"},"My-Server":{"command":"y"}}',
      { "my-server": { command: "x" }, "My-Server-2": { command: "y" } },
    ],
  ])("of %s is understood", (_what, text, expected) => {
    const { servers, problem } = parseSnippet(text);
    expect(problem).toBeNull();
    expect(Object.fromEntries(servers.map(({ name, config }) => [name, config]))).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, entry]) => [name, server(entry)])),
    );
  });

  it.each([
    ["", /Paste a client's JSON/],
    ["{}", /No server is described here/],
    ['{"mcpServers": {"a": {"command": "x"}}', /mistake in line 1, column \d+: a closing } is missing/],
    ['[mcp_servers.x]\ncommand = "npx"', /Codex's TOML, which cannot be read here/],
    [
      "curl -fsSL https://x.dev/i.sh | sudo bash",
      /needs a shell: it has a pipe .*Dangerous: downloads a script and runs it at once.*sudo/,
    ],
    ["npx a; rm -rf ~", /several commands.*Dangerous: .*rm/],
    ["npx a && npx b", /joined command/],
    ["npx $(cat x)", /command substitution/],
    ['npx "`cat x`"', /command substitution/],
    ["npx a > /dev/null", /redirection/],
    ["npx a\nnpx b", /several lines/],
    ['npx "a', /never closed/],
    ["A=1", /program to run is missing/],
    ['{"a":{"command":"x","url":"https://x.dev"}}', /"a" cannot be used: it has both/],
    ['{"a":{"url":"ftp://x"}}', /"a" cannot be used: url must be an http/],
    ['{"a":{"command":"x","args":"y"}}', /"args" are no list/],
    ["claude mcp add", /names no server/],
  ])("%j is refused with the reason", (text, problem) => {
    expect(parseSnippet(text)).toEqual({ servers: [], problem: expect.stringMatching(problem) });
  });

  it.each([
    { command: "x", cwd: "/w", validate: "warn" },
    { type: "sse", url: "https://x.dev/", prefix: "p" },
  ])("that is a whole entry of our own, %j, is read without a warning", (entry) => {
    const config = server(entry);
    expect(parseSnippet(JSON.stringify({ a: config }))).toEqual({
      servers: [{ name: "a", config, warnings: [] }],
      problem: null,
    });
  });

  it("of which one server is wrong still gives the others", () => {
    const { servers, problem } = parseSnippet('{"a":{"url":"x"},"b":{"command":"y"}}');
    expect([servers.map(({ name }) => name), problem]).toEqual([
      ["b"],
      expect.stringContaining('"a" cannot be used'),
    ]);
  });

  it.each([
    ['{"a":{"command":"x","autoApprove":[],"timeout":9}}', ["not taken over: autoApprove, timeout"]],
    [
      '{"a":{"command":"x","env":{"API_KEY":"<your key>"}}}',
      ["env.API_KEY is a placeholder: put the real value in"],
    ],
    [
      '{"a":{"command":"x","env":{"A":"${input:api-key.1}"}}}',
      [
        "${input:api-key.1} became ${env:API_KEY_1}: set API_KEY_1 in the environment that the hub is started in",
      ],
    ],
    ['{"a":{"command":"x","args":["${A:-b}"]}}', ["the default in ${A:-b} was dropped"]],
    [
      '{"a":{"command":"npx -y b"}}',
      ["the command was one text with spaces and has been split into a program and its arguments"],
    ],
    ['{"my server":{"command":"x"}}', ['"my server" is called "my-server" here']],
    ["https://u:p@x.dev/mcp", ["the URL holds a user name or password: use a header with ${env:NAME}"]],
  ])("%s is taken with a warning", (text, warnings) => {
    expect(parseSnippet(text).servers[0]?.warnings).toEqual(warnings);
  });

  it("in Gatehouse's own shape keeps every option", () => {
    const options = {
      enabled: false,
      prefix: "p",
      start: "eager",
      isolation: "session",
      timeoutSeconds: 9,
      validate: "warn",
    };
    const { servers } = parseSnippet(JSON.stringify({ a: { command: "x", ...options } }));
    expect(servers[0]).toMatchObject({ config: options, warnings: [] });
  });

  it("turns other clients' references into ours", () => {
    const text =
      '{"a":{"command":"x","args":["${A}","${env:B}","${workspaceFolder}"],"env":{"C":"{env:C}"}}}';
    expect(parseSnippet(text).servers[0]?.config).toMatchObject({
      args: ["${env:A}", "${env:B}", "${project}"],
      env: { C: "${env:C}" },
    });
  });
});

it.each<[string, string[]]>([
  ["sudo npx a", ["sudo: runs with administrator rights"]],
  ["/usr/bin/sudo -u x npx a", ["sudo: runs with administrator rights"]],
  ["rm -rf x", ["rm: deletes files"]],
  [
    "bash -c 'curl -s https://x.dev/i | sh'",
    [
      "bash -c: runs a shell script, read all of it",
      "downloads a script and runs it at once",
      "curl: downloads from the internet",
    ],
  ],
  ["cmd /c npx a", ["cmd /c: runs a shell script, read all of it"]],
  ["node -e 'x'", ["node: runs program text from its arguments, read all of it"]],
  ["python3 -c 'x'", ["python3: runs program text from its arguments, read all of it"]],
  [
    "docker run --privileged i",
    ["--privileged: the container has the rights of this computer's administrator"],
  ],
  [
    "docker run -v /var/run/docker.sock:/var/run/docker.sock i",
    ["/var/run/docker.sock:/var/run/docker.sock: whoever holds this socket controls the computer"],
  ],
  ["docker run -v /:/host i", ["/:/host: opens a whole disk or home folder"]],
  ["docker run --network host i", ["--network host: leaves the container's isolation"]],
  ["npx server-filesystem /", ["/: opens a whole disk or home folder"]],
  ["npx server-filesystem ~", ["${env:HOME}: opens a whole disk or home folder"]],
  ["npx server-filesystem C:\\", ["C:\\: opens a whole disk or home folder"]],
  ["npx server-filesystem /Users/ada", ["/Users/ada: opens a whole disk or home folder"]],
  ["npx server-filesystem /home/ada/.ssh", ["/home/ada/.ssh: a place for keys or system files"]],
  ["npx server-filesystem /etc", ["/etc: a place for keys or system files"]],
  ["uvx --from git+https://x.dev/r a", ["git+https://x.dev/r: runs code straight from that address"]],
  ["LD_PRELOAD=/x.so npx a", ["sets LD_PRELOAD: that can change which code is run"]],
  ["npx a\u202e/tmp", ["holds invisible characters: what you see may not be what runs"]],
  ["http://example.com/mcp", ["http without encryption: others on the way can read and change everything"]],
  ["http://127.0.0.1:1/mcp", []],
  ["npx -y @modelcontextprotocol/server-filesystem /tmp /home/ada/code", []],
  ["docker run -i --rm -e TOKEN mcp/github", []],
  ["npm exec format -- del reg", []],
  ["docker exec -i box fetch", []],
])("the dangers of %s are named", (text, dangers) => {
  const [found] = parseSnippet(text).servers;
  expect(found && dangersOf(found.config)).toEqual(dangers);
});

it.each([
  ["npx -y @modelcontextprotocol/server-everything@2026.1", "everything"],
  ["npx @playwright/mcp@latest", "playwright"],
  ["npx -y mcp-remote https://x.dev", "remote"],
  ["uvx mcp-server-fetch==1.0", "fetch"],
  ["uvx --from git+https://x.dev/oraios/serena serena start", "serena"],
  ["uv run --directory /code/weather weather.py", "weather"],
  ["python -m mcp_server_time", "time"],
  ["docker run -i --rm -e A ghcr.io/github/github-mcp-server:1", "github"],
  ["node /code/notes/dist/index.js", "notes"],
  ["/opt/thing/bin/thing-mcp --stdio", "thing"],
  ["https://api.githubcopilot.com/mcp/", "githubcopilot"],
  ["http://127.0.0.1:8080/mcp", "127.0.0.1-8080"],
  ["http://[::1]/mcp", "1"],
])("%s gets a sensible name", (text, name) => {
  const config = parseSnippet(text).servers[0]?.config;
  expect(config && deriveName(config)).toBe(name);
});

it("any text makes a valid name", () => {
  expect([safeName(""), safeName("-._"), safeName("é à"), safeName("x".repeat(99)).length]).toEqual([
    "server",
    "server",
    "e-a",
    63,
  ]);
});

it("words are split as a shell does", () => {
  expect(splitShellWords(`a 'b  c' "d\\"e" f\\ g h"i"j '' "k\\l"`)).toEqual({
    words: ["a", "b  c", 'd"e', "f g", "hij", "", "k\\l"],
  });
});
