import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GatehouseError } from "../../shared/errors.ts";
import type { CallDetail } from "../../shared/model/call.ts";
import { serverConfigSchema } from "../../shared/model/config.ts";
import { SAVED_HOW } from "../../shared/model/health.ts";
import type { Io } from "./io.ts";
import { runCommandLine } from "./run.ts";
import { type Answers, type FakeHub, startFakeHub, temporaryHome } from "./testing/fake-hub.ts";

let place: ReturnType<typeof temporaryHome>;
let hub: FakeHub | undefined;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(async () => {
  await hub?.close();
  hub = undefined;
  place.remove();
});

async function run(args: readonly string[], answers?: Answers, io: Partial<Io> = {}) {
  if (answers !== undefined) hub ??= await startFakeHub(place.files, answers);
  place.texts.printed = "";
  place.texts.failed = "";
  const code = await runCommandLine(args, { ...place.io, ...io });
  return { code, ...place.texts };
}

const client = {
  id: "c1",
  name: "me",
  claimedName: null,
  icon: null,
  via: "token",
  labels: {},
  profile: null,
  createdAt: "2026-11-22T11:00:00.000Z",
  lastSeenAt: null,
  revokedAt: null,
  sessions: 0,
};
const serverSummary = {
  name: "files",
  state: "ready",
  transport: "stdio",
  enabled: true,
  tools: 3,
  restarts: 0,
  lastError: "bad \u001b[31m\u202e",
  pid: 1,
  revision: null,
  callsToday: 2,
  retryAt: null,
  startedAt: "2026-11-22T11:30:00.000Z",
  startupMs: 320,
  noiseLines: 0,
  lateAnswers: 0,
  strayAnswers: 0,
  labels: { environment: "prod", team: "core" },
  instances: 1,
  cpuPercent: 2.4,
  memoryBytes: 64_200_000,
  processes: 2,
  pingMs: 3,
  warnings: [{ code: "memory_over_limit", message: "too much\u001b[31m", advice: null }],
};
const status = {
  hub: {
    pid: 7,
    url: "http://127.0.0.1:1/mcp",
    version: "1",
    startedAt: "2026-11-22T11:00:00.000Z",
    paused: false,
    desktop: false,
    problems: [],
  },
  servers: [serverSummary],
  clients: [client],
  pending: 2,
  saved: { processes: 4, memoryBytes: 96_000_000 },
};
const statusAnswers =
  (configError: string | null = null): Answers =>
  (method) =>
    method === "settings.get"
      ? {
          home: "/home",
          configFile: "/home/gatehouse.json",
          port: 4780,
          consentDefault: "ask",
          consentTimeoutSeconds: 50,
          anonymous: "deny",
          versions: {},
          configError,
        }
      : status;
const call = (id: number): CallDetail => ({
  id,
  startedAt: "2026-11-22T11:59:00.000Z",
  client: "me",
  session: "s",
  server: "files",
  tool: "read\u001b[2J",
  method: "tools/call",
  status: "ok",
  durationUs: 1_234,
  times: { queue: 1, consent: 0, upstream: 1_000, hub: 233 },
  requestBytes: 10,
  resultBytes: 10,
  profile: null,
  project: null,
  rule: null,
  request: { text: '{"n":12345678901234567890,"d":1.10,"b":1,"a":2}', bytes: 10, truncated: false },
  result: { text: '{"t":"\u202e"}', bytes: 10, truncated: false },
  error: null,
});

describe("wrong usage ends with 2 and says what is wrong", () => {
  it.each([
    [["nonsense"], 'error: bad_usage: unknown command "nonsense"\n'],
    [["stats"], 'error: bad_usage: unknown command "stats"; did you mean "status"?\n'],
    [["status", "--jsn"], "error: bad_usage: unknown option '--jsn'\n(Did you mean --json?)\n"],
    [["calls", "--limit", "0"], "error: bad_usage: option '--limit <number>' argument '0' is invalid."],
    [
      ["calls", "--status", "good"],
      "error: bad_usage: option '--status <status>' argument 'good' is invalid.",
    ],
    [["calls", "--since", "soon"], 'error: bad_usage: "soon" is no time\n'],
    [["serve", "--port", "70000"], "error: bad_usage: option '--port <number>' argument '70000' is invalid."],
    [["serve", "--desktop"], "error: bad_usage: --desktop is only for the desktop"],
    [["client"], "error: bad_usage: a command is missing\n"],
    [["client", "add"], "error: bad_usage: missing required argument 'name'\n"],
    [
      ["answer", "q1", "maybe"],
      "error: bad_usage: command-argument value 'maybe' is invalid for argument 'answer'.",
    ],
    [["server", "add"], "error: bad_usage: say what to add"],
    [["server", "add", "a b", "--", "x"], 'error: bad_usage: "a b" is no usable name'],
    [
      ["server", "add", "a", "--url", "http://x", "--", "x"],
      "error: bad_usage: give one of a command, --url and --json\n",
    ],
    [
      ["server", "add", "a", "--url", "http://x", "--env", "A=1"],
      "error: bad_usage: --env and --cwd are for a command",
    ],
    [["server", "add", "a", "--env", "A", "--", "x"], "error: bad_usage: --env needs NAME=VALUE\n"],
    [["--home", "", "status"], "error: bad_usage: --home is empty\n"],
  ])("%j", async (args, message) => {
    const { code, printed, failed } = await run(args);
    expect([code, printed]).toEqual([2, ""]);
    expect(failed.startsWith(message) ? message : failed).toBe(message);
  });
});

describe("a command without a hub", () => {
  it("prints help when it is none", async () => {
    const { code, printed } = await run([]);
    expect(code).toBe(0);
    expect(printed).toContain("Usage: gatehouse");
  });

  it.each([[["status"]], [["pending"]], [["answer", "q", "deny"]], [["server", "restart", "x"]]])(
    "%j says that none runs, and how to start one",
    async (args) => {
      expect(await run(args)).toEqual({
        code: 1,
        printed: "",
        failed: `error: hub_not_running: no hub is running on ${place.home}\nStart one with: gatehouse serve\n`,
      });
    },
  );

  it("runs one in its own process where it can, waits for whoever holds the home, and ends it", async () => {
    const steps: string[] = [];
    let attempts = 0;
    const result = await run(["client", "list", "--json"], undefined, {
      loadHub: async () => ({
        startHub: async (options) => {
          attempts += 1;
          if (attempts === 1) throw new GatehouseError("hub_running", "busy");
          steps.push(`start ${options.home === place.home} ${options.listen}`);
          return {
            url: undefined,
            port: undefined,
            home: options.home,
            control: (role) => ({
              call: async (method) => {
                steps.push(`${role} ${method}`);
                return { clients: [client] } as never;
              },
            }),
            subscribe: () => () => {},
            stop: async () => void steps.push("stop"),
            stopped: Promise.resolve(),
          };
        },
      }),
    });
    expect(result).toEqual({ code: 0, printed: `${JSON.stringify({ clients: [client] })}\n`, failed: "" });
    expect(steps).toEqual(["start true false", "operator clients.list", "stop"]);
  });

  it("goes on with an own hub when run.json names a port where nobody listens", async () => {
    hub = await startFakeHub(place.files, () => ({}));
    await hub.close();
    hub = undefined;
    expect((await run(["status"])).failed).toContain("hub_not_running");
  });
});

describe("the control connection", () => {
  it("lets the hub prove itself before it is told the token", async () => {
    const { code } = await run(["status"], statusAnswers());
    expect(code).toBe(0);
    const [hello, login, first] = hub?.received.map((text) => JSON.parse(text)) ?? [];
    expect(hello).toEqual({
      hello: "gatehouse-control/1",
      challenge: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(login).toEqual({ token: "operator-token" });
    expect(first).toMatchObject({ method: "hub.status", params: {} });
  });

  it("tells nothing to a process that does not hold the home's key", async () => {
    hub = await startFakeHub(place.files, () => status, { key: randomBytes(32) });
    const { code, failed } = await run(["status"]);
    expect([code, failed.split(":")[1]]).toEqual([1, " hub_untrusted"]);
    expect(hub.received).toHaveLength(1);
    expect(hub.received.join()).not.toContain("operator-token");
  });

  it("tells nothing to a process that does not answer in the hub's way", async () => {
    hub = await startFakeHub(place.files, () => status, { silent: true });
    const { code, failed } = await run(["status"]);
    expect([code, hub.received.length]).toEqual([1, 1]);
    expect(failed).toContain("it closed the connection");
  });

  it("reports a refusal, and an error of the hub with its code and advice", async () => {
    hub = await startFakeHub(place.files, () => status, { refuse: "the token is \u001b[1mold" });
    expect((await run(["status"])).failed).toBe(
      "error: unauthorized: the hub refused this command: the token is \\u{1b}[1mold\nIt may just have been restarted: try again.\n",
    );
    await hub.close();
    hub = await startFakeHub(place.files, () => {
      throw new GatehouseError("not_found", "there is no server x", "Look again.");
    });
    expect(await run(["server", "restart", "x"])).toEqual({
      code: 1,
      printed: "",
      failed: "error: not_found: there is no server x\nLook again.\n",
    });
  });
});

describe("status", () => {
  it("prints one JSON document with --json", async () => {
    const { printed } = await run(["status", "--json"], statusAnswers());
    expect(JSON.parse(printed)).toEqual({ ...status, configError: null });
    expect(printed).not.toContain("\u202e");
  });

  it("prints aligned tables for a person, hostile text made visible", async () => {
    expect((await run(["status"], statusAnswers())).printed).toBe(
      `Gatehouse 1  http://127.0.0.1:1/mcp  pid 7  up 1 h

SERVER  STATE  VIA    TOOLS  CPU  MEMORY      UP  RESTARTS  TODAY  LABELS      LAST ERROR
files   ready  stdio      3  2 %   64 MB  30 min         0      2  prod, core  bad \\u{1b}[31m\\u{202e}
warning: files: too much\\u{1b}[31m

Sharing saves 4 processes and 96 MB now.
${SAVED_HOW}

CLIENT  PROFILE  LABELS  SESSIONS  LAST SEEN  ADDED
me      -        -              0  never      1 h ago

2 waiting for an answer: gatehouse pending
`,
    );
  });

  it("says what is wrong with gatehouse.json", async () => {
    const problem = "line 3, column 5, listen.prot: unknown key";
    const { printed } = await run(["status"], statusAnswers(problem));
    expect(printed).toContain(`gatehouse.json cannot be used; the last good one keeps running\n${problem}\n`);
  });
});

describe("pause and resume", () => {
  it.each([
    ["pause", "Paused: calls are refused. Let them through again with: gatehouse resume\n"],
    ["resume", "Resumed: calls are decided by the rules again.\n"],
  ])("%s is asked of the running hub", async (act, said) => {
    expect(await run([act], () => ({ ok: true }))).toEqual({ code: 0, printed: said, failed: "" });
    expect((await run([act, "--json"])).printed).toBe('{"ok":true}\n');
    expect(hub?.calls).toEqual(Array(2).fill({ method: `hub.${act}`, params: {} }));
  });

  it.each(["pause", "resume"])("%s fails when no hub runs", async (act) => {
    const { code, failed } = await run([act]);
    expect([code, failed]).toEqual([
      1,
      expect.stringMatching(/^error: hub_not_running: .*\n.*gatehouse serve\n$/),
    ]);
  });

  it("status says that calls are paused", async () => {
    const paused: Answers = (method, params) =>
      method === "hub.status"
        ? { ...status, hub: { ...status.hub, paused: true } }
        : statusAnswers()(method, params);
    expect((await run(["status"], paused)).printed).toContain("\npaused: calls are refused");
  });
});

it("ui prints the address that opens the web UI", async () => {
  expect((await run(["ui"], () => ({ url: "http://127.0.0.1:1/ui/#code=x" }))).printed).toBe(
    "http://127.0.0.1:1/ui/#code=x\n",
  );
});

describe("calls", () => {
  const answers: Answers = (method, params) => {
    if (method === "calls.get") return call((params as { id: number }).id);
    const { limit, before = 1_000 } = params as { limit: number; before?: number };
    const ids = Array.from({ length: Math.min(limit, before - 1) }, (_, index) => before - 1 - index);
    return { calls: ids.map((id) => call(id)), more: ids.length > 0 };
  };

  it("with --json keeps every digit and the order of payloads", async () => {
    const { printed } = await run(["calls", "--json", "--limit", "2"], answers);
    expect(printed).toContain(
      '"request":{"n":12345678901234567890,"d":1.10,"b":1,"a":2},"result":{"t":"\\u202e"},"error":null}',
    );
    const { calls } = JSON.parse(printed);
    expect(calls.map((one: CallDetail) => one.id)).toEqual([999, 998]);
    const { request: _request, result: _result, ...rest } = call(999);
    expect(calls[0]).toMatchObject(rest);
  });

  it("pages through a long history up to the limit", async () => {
    const { printed } = await run(["calls", "--json", "--limit", "450"], answers);
    expect(JSON.parse(printed).calls.map((one: CallDetail) => one.id)).toEqual(
      Array.from({ length: 450 }, (_, index) => 999 - index),
    );
    expect(hub?.calls.filter(({ method }) => method === "calls.list").map(({ params }) => params)).toEqual([
      { filter: {}, limit: 200 },
      { filter: {}, limit: 200, before: 800 },
      { filter: {}, limit: 50, before: 600 },
    ]);
  });

  it("hands its filters on", async () => {
    const options = (
      "--server s --tool t --client c --project /p* --environment prod --team core --status error --since 1h " +
      "--search x --limit 5"
    ).split(" ");
    await run(["calls", ...options], () => ({ calls: [], more: false }));
    expect(hub?.calls[0]?.params).toEqual({
      filter: {
        server: "s",
        tool: "t",
        client: "c",
        project: "/p*",
        environment: "prod",
        team: "core",
        status: "error",
        search: "x",
        since: Date.parse("2026-11-22T11:00:00.000Z"),
      },
      limit: 5,
    });
  });

  it("tells a payload that was cut as one", async () => {
    const cut = { text: '{"a', bytes: 99, truncated: true };
    const { printed } = await run(["calls", "--json"], (method) =>
      method === "calls.get" ? { ...call(1), result: cut } : { calls: [call(1)], more: false },
    );
    expect(JSON.parse(printed).calls[0].result).toEqual(cut);
  });

  it("prints a table for a person", async () => {
    expect((await run(["calls", "--limit", "1"], answers)).printed).toBe(
      ` ID  WHEN       CLIENT  SERVER  WHAT           STATUS     TOOK
999  1 min ago  me      files   read\\u{1b}[2J  ok      1.23 ms
`,
    );
    expect(JSON.parse((await run(["calls", "--json", "--limit", "1"])).printed).calls).toHaveLength(1);
  });

  it("is an empty document when there are none", async () => {
    expect(JSON.parse((await run(["calls", "--json"], () => ({ calls: [], more: false }))).printed)).toEqual({
      calls: [],
    });
  });
});

describe("clients", () => {
  it("are added with their token printed once, as JSON or with what to do with it", async () => {
    const answers: Answers = (method) =>
      method === "clients.add"
        ? { client, token: "gth_t" }
        : method === "hub.status"
          ? status
          : {
              home: "",
              configFile: "",
              port: 4780,
              consentDefault: "ask",
              consentTimeoutSeconds: 50,
              anonymous: "deny",
              versions: {},
              configError: null,
            };
    expect(
      JSON.parse((await run(["client", "add", "me", "--profile", "p", "--json"], answers)).printed),
    ).toEqual({
      client,
      token: "gth_t",
    });
    expect(hub?.calls[0]).toEqual({ method: "clients.add", params: { name: "me", profile: "p" } });
    const { printed } = await run(["client", "add", "me"]);
    expect(printed).toContain("  gth_t\n");
    expect(printed).toContain('http://127.0.0.1:1/mcp --header "Authorization: Bearer gth_t"');
  });

  it("are listed and revoked", async () => {
    const revoked = { ...client, revokedAt: "2026-11-22T11:30:00.000Z" };
    const answers: Answers = (method) =>
      method === "clients.list" ? { clients: [revoked] } : { client: revoked };
    expect((await run(["client", "list"], answers)).printed).toContain("revoked");
    expect((await run(["client", "revoke", "me"])).printed).toBe(
      "Revoked client me: its token no longer works.\n",
    );
    expect(hub?.calls[1]).toEqual({ method: "clients.revoke", params: { name: "me" } });
  });

  it("are shown with their sessions, what clients say made visible", async () => {
    const session = {
      label: "s-1",
      revision: "2025-11-25",
      transport: "http",
      claimedName: "evil\u001b[2J 1",
      process: { pid: 12, name: "node", executable: "/bin/node", user: null },
      scope: "all",
      project: "/home/a/proj",
      openedAt: "2026-11-22T11:00:00.000Z",
      lastUsedAt: "2026-11-22T11:59:00.000Z",
      running: 1,
    };
    const shown = { ...client, claimedName: "claude\u202e", sessionList: [session] };
    const { printed } = await run(["client", "show", "me"], () => shown);
    expect(printed).toContain('id c1, which calls itself "claude\\u{202e}"');
    expect(printed).toContain("evil\\u{1b}[2J 1");
    expect(printed).toMatch(/s-1 +2025-11-25 +http .* node 12 +all +\/home\/a\/proj +1 +1 min ago/);
    expect(JSON.parse((await run(["client", "show", "me", "--json"])).printed)).toEqual({ client: shown });
  });

  it("are edited: what is not named stays", async () => {
    const labels = { environment: "prod", team: "core" };
    const answers: Answers = (method) =>
      method === "clients.get" ? { ...client, labels, sessionList: [] } : { client };
    const edit = async (...args: string[]) => {
      expect((await run(["client", "edit", "me", ...args], answers)).code).toBe(0);
      return hub?.calls.at(-1)?.params;
    };
    expect(await edit("--rename", "you", "--profile", "work", "--team", "web")).toEqual({
      name: "me",
      newName: "you",
      profile: "work",
      labels: { environment: "prod", team: "web" },
    });
    expect(await edit("--no-profile", "--no-environment")).toEqual({
      name: "me",
      profile: null,
      labels: { team: "core" },
    });
  });
});

describe("audit", () => {
  const entry = (id: number) => ({
    id,
    at: "2026-11-22T11:59:00.000Z",
    role: "operator",
    pid: 7,
    executable: "/bin/node",
    act: "client.add",
    detail: "me\u202e",
  });

  it("is shown newest first, page by page up to the limit", async () => {
    const answers: Answers = (_method, params) => {
      const { limit, before = 2_000 } = params as { limit: number; before?: number };
      return { entries: Array.from({ length: limit }, (_, index) => entry(before - 1 - index)), more: true };
    };
    const { printed } = await run(["audit", "--json", "--limit", "600", "--search", "x"], answers);
    expect(JSON.parse(printed).entries.map(({ id }: { id: number }) => id)).toEqual(
      Array.from({ length: 600 }, (_, index) => 1_999 - index),
    );
    expect(hub?.calls.map(({ params }) => params)).toEqual([
      { limit: 500, search: "x" },
      { limit: 100, search: "x", before: 1_500 },
    ]);
  });

  it("is a table for a person", async () => {
    const { printed } = await run(["audit"], () => ({ entries: [entry(1)], more: false }));
    expect(printed).toBe(`ID  WHEN       BY        FROM             ACT         WHAT
 1  1 min ago  operator  /bin/node pid 7  client.add  me\\u{202e}
`);
    expect((await run(["audit", "--search", "y"])).code).toBe(0);
  });
});

describe("servers", () => {
  const config = (entry: object) => serverConfigSchema.parse(entry);
  it.each<[string[], string | undefined, { name: string; config: object }[]]>([
    [
      ["s", "--env", "A=1=2", "--cwd", "/w", "--prefix", "", "--eager", "--", "npx", "-y", "pkg", "--json"],
      undefined,
      [
        {
          name: "s",
          config: {
            command: "npx",
            args: ["-y", "pkg", "--json"],
            env: { A: "1=2" },
            cwd: "/w",
            prefix: "",
            start: "eager",
          },
        },
      ],
    ],
    [
      ["r", "--url", "https://x.dev/mcp", "--header", "X-Team: a:b", "--header", "Y: 1"],
      undefined,
      [
        {
          name: "r",
          config: { type: "http", url: "https://x.dev/mcp", headers: { "X-Team": "a:b", Y: "1" } },
        },
      ],
    ],
    [
      ["r", "--url", "https://x.dev/e", "--type", "sse"],
      undefined,
      [{ name: "r", config: { type: "sse", url: "https://x.dev/e" } }],
    ],
    [
      ["--json", '{"mcpServers":{"a":{"command":"x"},"b":{"url":"https://x.dev/"}}}'],
      undefined,
      [
        { name: "a", config: { command: "x" } },
        { name: "b", config: { type: "http", url: "https://x.dev/" } },
      ],
    ],
    [["n", "--json", '{"command":"x"}'], undefined, [{ name: "n", config: { command: "x" } }]],
    [
      [],
      "npx -y @scope/server-z",
      [{ name: "z", config: { command: "npx", args: ["-y", "@scope/server-z"] } }],
    ],
  ])("%j is added from stdin %j", async (args, input, expected) => {
    const { code, failed } = await run(["server", "add", ...args], () => ({ ok: true }), {
      readInput: async () => input,
    });
    expect([code, failed]).toEqual([0, ""]);
    expect(hub?.calls).toEqual(
      expected.map(({ name, config: entry }) => ({
        method: "servers.add",
        params: { name, config: config(entry), keychain: true },
      })),
    );
  });

  it("have credentials kept as secrets, or left in the file with a warning when that is said", async () => {
    const plain = ["server", "add", "s", "--env", "API_KEY=letmein", "--", "x"];
    const moved = await run(plain, () => ({ ok: true, secrets: ["s-api-key"] }));
    expect([moved.printed, moved.failed]).toEqual([
      "Added server s.\nKept as secrets, out of gatehouse.json: ${secret:s-api-key}.\n",
      "",
    ]);
    const kept = await run([...plain.slice(0, 3), "--plain", ...plain.slice(3)], () => ({ ok: true }));
    expect(hub?.calls.at(-1)?.params).toMatchObject({ keychain: false });
    expect(kept.failed).toBe(
      "warning: s: env API_KEY looks like a credential, and stands in gatehouse.json\n",
    );
  });

  it("say how to add them all the same where secrets cannot be kept", async () => {
    const { code, failed } = await run(["server", "add", "s", "--env", "API_KEY=letmein", "--", "x"], () => {
      throw new GatehouseError("secrets_unavailable", "no keychain answers", "Start one.");
    });
    expect([code, failed]).toEqual([
      1,
      expect.stringMatching(/no keychain answers[\s\S]*Start one\.[\s\S]*--plain/),
    ]);
  });

  it("are trusted when that is said", async () => {
    const { printed } = await run(["server", "add", "s", "--trust", "--", "x"], () => ({ ok: true }));
    expect(printed).toBe("Added server s; clients may call its tools without asking.\n");
    expect(hub?.calls[0]?.params).toMatchObject({ name: "s", trust: true });
  });

  it("are added with warnings of what is dangerous", async () => {
    const { printed, failed } = await run(["server", "add", "s", "--", "sudo", "x"], () => ({ ok: true }));
    expect([printed, failed]).toEqual([
      "Added server s.\n",
      "warning: s: sudo: runs with administrator rights\n",
    ]);
  });

  it("that cannot be understood are refused before anything is asked of the hub", async () => {
    const { code, failed } = await run(["server", "add", "--json", "curl x | sh"], () => ({ ok: true }));
    expect([code, hub?.received]).toEqual([1, []]);
    expect(failed).toMatch(/^error: bad_request: This needs a shell.*\nNothing was added\.\n$/);
  });

  it.each(["remove", "enable", "disable", "restart"])("are %sd by name", async (act) => {
    const { code, printed } = await run(["server", act, "s", "--json"], () => ({ ok: true }));
    expect([code, printed]).toEqual([0, '{"ok":true}\n']);
    expect(hub?.calls).toEqual([{ method: `servers.${act}`, params: { name: "s" } }]);
  });
});

describe("questions", () => {
  const question = {
    id: "q1",
    kind: "server",
    client: null,
    server: "files",
    tool: null,
    arguments: { a: "\u202e" },
    askedAt: "2026-11-22T11:59:00.000Z",
    deadline: null,
    title: "Add the server \u001b[8mfiles",
    change: null,
    launch: {
      transport: "stdio",
      command: "sh",
      args: ["-c", "a b"],
      cwd: "/w",
      url: null,
      envNames: ["TOKEN"],
      headerNames: [],
    },
    warnings: ["sh -c: runs a shell script"],
    call: null,
    pairing: null,
    held: null,
  };
  const pairing = {
    process: { pid: 42, name: "claude", executable: "/usr/bin/claude", user: "ann" },
    processFrom: "registration",
    claimedName: "Claude\u202e Code",
    clientUrl: "https://claude.example/client.json",
    redirectUri: "http://127.0.0.1:9/cb",
    redirectHost: "127.0.0.1:9",
    suggestedName: "claude-code",
    choices: [
      { profile: null, seen: { servers: ["files", "mail"], tools: 9, resources: 2, prompts: 0 } },
      { profile: "work", seen: { servers: ["files"], tools: 3, resources: 0, prompts: 0 } },
    ],
  };
  const pair = { ...question, id: "q2", kind: "pair", server: null, arguments: null, launch: null, pairing };

  it("of clients that connect tell first what the system says", async () => {
    const shown = { ...pair, title: "Allow “Claude” to connect?", warnings: [] };
    expect((await run(["pending"], () => ({ pending: [shown] }))).printed).toBe(`q2  pair  asked 1 min ago
  Allow “Claude” to connect?
  program: /usr/bin/claude (process 42, user ann)
  calls itself: "Claude\\u{202e} Code"
  described by: https://claude.example/client.json
  returns to: http://127.0.0.1:9/cb
  name it gets: claude-code (another: --name NAME)
  with --no-profile it sees: 2 servers, 9 tools, 2 resources, 0 prompts
  with --profile work it sees: 1 servers, 3 tools, 0 resources, 0 prompts
`);
  });

  it("of clients that connect are approved with a profile and a name, or with none", async () => {
    const answered: unknown[] = [];
    const hub = (method: string, params: unknown) => {
      answered.push({ method, params });
      return { ok: true };
    };
    await run(["answer", "q2", "approve", "--profile", "work", "--name", "mine"], hub);
    await run(["answer", "q2", "approve", "--no-profile"], hub);
    await run(["answer", "q2", "approve"], hub);
    expect(answered).toMatchObject([
      { params: { id: "q2", answer: "approve", profile: "work", name: "mine" } },
      { params: { id: "q2", answer: "approve", profile: null } },
      { params: { id: "q2", answer: "approve" } },
    ]);
    expect((answered[2] as { params: object }).params).not.toHaveProperty("profile");
  });

  const held = [
    {
      id: "pin-1",
      server: "files",
      kind: "tool",
      name: "read",
      change: "changed",
      before: "one\ntwo",
      after: "one\ntwo\u200b 2\n- three",
      flags: ["It hides \u200b."],
      since: "2026-11-22T11:58:00.000Z",
    },
  ];

  it("are shown whole", async () => {
    expect(
      (await run(["pending"], () => ({ pending: [question] }))).printed,
    ).toBe(`q1  server  asked 1 min ago
  Add the server \\u{1b}[8mfiles
  server files
  {
    "a": "\\u{202e}"
  }
  would run: sh -c "a b"
  in: /w
  with: TOKEN
  beware: sh -c: runs a shell script
`);
    expect(JSON.parse((await run(["pending", "--json"])).printed)).toEqual({
      pending: [{ ...question, call: null, pairing: null, held: null }],
    });
  });

  it("about what a server has changed show the change, every foreign line behind a mark of ours", async () => {
    const asked = { ...question, kind: "tool", arguments: null, launch: null, warnings: [], held };
    expect((await run(["pending"], () => ({ pending: [asked] }))).printed).toBe(`q1  tool  asked 1 min ago
  Add the server \\u{1b}[8mfiles
  server files
  changed tool read  pin-1, 2 min ago
    beware: It hides \\u{200b}.
      one
    - two
    + two\\u{200b} 2
    + - three
`);
  });

  it("are answered", async () => {
    const { printed } = await run(["answer", "q1", "deny", "--reason", "no"], () => ({ ok: true }));
    expect(printed).toBe("Answered q1: deny.\n");
    expect(hub?.calls).toEqual([
      { method: "questions.answer", params: { id: "q1", answer: "deny", reason: "no" } },
    ]);
    await run(["answer", "q2", "approve", "--trust"], () => ({ ok: true }));
    expect(hub?.calls[1]?.params).toEqual({ id: "q2", answer: "approve", trust: true });
  });
});

describe("server review", () => {
  const fresh = {
    id: "pin-2",
    server: "files",
    kind: "tool",
    name: "write",
    change: "new",
    before: null,
    after: "name\n  write",
    flags: [],
    since: "2026-11-22T11:58:00.000Z",
  };

  const answers = (method: string) => (method === "pins.list" ? { held: [fresh] } : { ok: true });

  it("prints what is held, and with --accept accepts exactly that", async () => {
    const { printed } = await run(["server", "review", "files"], answers);
    expect(printed).toBe(
      "new tool write  pin-2, 2 min ago\n  + name\n  +   write\n\nAccept with: gatehouse server review files --accept\n",
    );
    expect(JSON.parse((await run(["server", "review", "files", "--json"])).printed)).toEqual({
      held: [fresh],
      accepted: false,
    });
    const accepted = await run(["server", "review", "files", "--accept"]);
    expect(accepted.printed).toContain("Accepted this change.");
    expect(hub?.calls.at(-1)).toEqual({ method: "pins.accept", params: { ids: ["pin-2"] } });
  });

  it("says when nothing is held", async () => {
    const { printed } = await run(["server", "review", "files", "--accept"], () => ({ held: [] }));
    expect([printed, hub?.calls.length]).toEqual(["Nothing of files is held back.\n", 1]);
  });
});

describe("calls that wait", () => {
  const question = {
    id: "q1",
    kind: "call",
    client: "claude",
    server: "files",
    tool: "write",
    arguments: { path: "/a", n: 1 },
    askedAt: "2026-11-22T11:59:50.000Z",
    deadline: "2026-11-22T12:00:40.000Z",
    title: "claude wants to call write on files",
    change: null,
    launch: null,
    warnings: [],
    call: {
      method: "tools/call",
      project: null,
      session: "s-1",
      title: null,
      description: "Writes\u001b[8m a file",
      annotations: null,
      argumentsText: '{"path":"/a\\u202e","n":12345678901234567890}',
      argumentsBytes: 44,
      hash: "0".repeat(64),
      why: 'no rule matches, and consent.default is "ask"',
      previousText: null,
      waiting: 2,
      narrowings: [
        { key: "folder", label: "only under /a", words: "Allow write under /a", rule: { decision: "allow" } },
      ],
      offer: null,
      editable: true,
    },
  };

  it("are shown with their exact arguments, why, how long, and what can be granted", async () => {
    expect((await run(["pending"], () => ({ pending: [question] }))).printed).toBe(`q1  call  asked 10 s ago
  claude wants to call write on files
  client claude
  server files
  tool write
  {"path":"/a\\u202e","n":12345678901234567890}
  why: no rule matches, and consent.default is "ask"
  2 identical calls wait, 40 s left
  --narrow folder: Allow write under /a
`);
  });

  it("are allowed for longer, narrowed, or with other arguments", async () => {
    await run(["answer", "q1", "allow-session", "--narrow", "folder"], () => ({ ok: true }));
    await run(["answer", "q1", "allow-once", "--arguments", '{"path":"/b"}'], () => ({ ok: true }));
    expect(hub?.calls.map(({ params }) => params)).toEqual([
      { id: "q1", answer: "allow-session", narrowing: "folder" },
      { id: "q1", answer: "allow-once", arguments: '{"path":"/b"}' },
    ]);
  });
});

describe("rules", () => {
  const view = {
    id: "r-1",
    index: 0,
    rule: { server: "files", decision: "allow" },
    words: "Allow everything on files.",
    uses: 3,
    lastUsedAt: "2026-11-22T11:59:00.000Z",
  };

  it("are listed in words, with their uses and what holds without one", async () => {
    const answers: Answers = () => ({
      rules: [view],
      fallback: "ask",
      builtIn: ["Never its own home."],
      presets: [],
    });
    expect((await run(["rule", "list"], answers)).printed).toBe(
      "always  Never its own home.\n1. Allow everything on files.\n   r-1, used 3 times, last 1 min ago\nelse    ask\n",
    );
  });

  it("are added and removed; what is none is refused before any hub is asked", async () => {
    const answers: Answers = (method) => (method === "rules.add" ? view : { ok: true });
    await run(["rule", "add", '{"server":"files","decision":"allow"}', "--at", "1"], answers);
    await run(["rule", "remove", "r-1"], answers);
    expect(hub?.calls).toEqual([
      { method: "rules.add", params: { rule: { server: "files", decision: "allow" }, at: 0 } },
      { method: "rules.remove", params: { id: "r-1" } },
    ]);
    expect((await run(["rule", "add", "{"], answers)).failed).toContain(
      "error: bad_usage: the rule is no JSON",
    );
    expect((await run(["rule", "add", '{"decision":"maybe"}'], answers)).failed).toContain("decision");
    expect(hub?.calls).toHaveLength(2);
  });
});

it("--home goes before GATEHOUSE_HOME, wherever it stands", async () => {
  const { failed } = await run(["status", "--home", "elsewhere"]);
  expect(failed).toContain(`${place.home}`);
  expect(failed).toContain("elsewhere");
  expect(existsSync(`${place.home}/elsewhere`)).toBe(false);
});
