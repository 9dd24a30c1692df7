// Who may do what, tried over raw WebSockets on the real hub: every method as every role that a socket can have,
// headless and with a desktop attached. The table is written by hand, not taken from the contract.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { methods } from "../../shared/contract.ts";
import { ECHO_SERVER, temporaryHome } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { type RawAnswer, type RawControl, rawControl } from "./raw-control.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
const ENV_VALUE = "env-value-5b1f7c";
const HEADER_VALUE = "header-value-9c2e41";
const ASKED_VALUE = "asked-value-77aa01";

/**
 * Reading, pausing, asking and denying are for everybody; so are a sign-in, which only the person can bring to its end,
 * and the person's own calls, each of which is asked about.
 */
const VIEWER = [
  ..."hub.status hub.pause servers.list servers.get servers.log servers.health servers.parse clients.list".split(
    " ",
  ),
  ..."calls.list calls.get runs.list runs.get questions.list questions.ask settings.get".split(" "),
  ..."clients.get profiles.list profiles.preview audit.list rules.list rules.words rules.test".split(" "),
  ..."rules.replay grants.list grants.revoke pins.list hub.diagnose secrets.list secrets.status".split(" "),
  ..."calls.count calls.headers calls.export calls.fixture calls.state calls.verify calls.make calls.stop".split(
    " ",
  ),
  ..."metrics.series metrics.heatmap metrics.top metrics.cost".split(" "),
  ..."servers.signIn servers.cancelSignIn servers.signOut".split(" "),
];
/** What whoever can read run.json may do besides: nothing that lets more happen than before the pause. */
const OPERATOR = [
  ...VIEWER,
  ..."hub.resume hub.uiCode servers.disable servers.restart clients.revoke calls.import calls.backup hub.shutdown".split(
    " ",
  ),
];
/** What lets something run, or lets somebody in: without a desktop the operator's too, else the owner's alone. */
const CONFIGURE = (
  "servers.add servers.enable servers.remove clients.add clients.addConnect settings.set questions.answer:approve clients.update " +
  "profiles.set profiles.remove rules.add rules.replace rules.remove rules.move pins.accept " +
  // The first passphrase of the file store is the one that opens it from now on.
  "secrets.unlock secrets.set secrets.remove servers.moveSecrets"
).split(" ");
/** A viewer's token is minted for a renderer by the desktop that shows it, which opens the person's browser too. */
const OWNER = ["hub.viewerToken", "servers.signInUrl", "servers.finishSignIn"];
/** There is nothing here that these could be done to: whoever may is told so. */
const REFUSED = new Map([
  ...["grants.revoke", "pins.accept", "calls.stop", "servers.cancelSignIn", "servers.signOut"].map(
    (method) => [method, "not_found"] as const,
  ),
  ["servers.signIn", "sign_in_failed"],
]);
const DENYING = "questions.answer:deny";
const ALL = [...OPERATOR, ...CONFIGURE, ...OWNER, DENYING];

const mayCall = (role: string, desktop: boolean): Set<string> =>
  new Set([
    DENYING,
    ...(role === "viewer" ? VIEWER : OPERATOR),
    ...(role === "operator" && !desktop ? CONFIGURE : []),
  ]);

const entry = (value: string) => ({
  command: process.execPath,
  args: [ECHO_SERVER],
  env: { SERVER_TOKEN: value },
});

const SPAN = { from: 0, to: 3_600_000 };

/** What a hub has after a while: servers with values in their environment and headers. */
const CONFIG = {
  consent: { default: "ask" },
  secrets: { store: "file" },
  mcpServers: {
    echo: entry(ENV_VALUE),
    remote: {
      type: "http",
      url: "http://127.0.0.1:9/mcp",
      headers: { "X-Key": HEADER_VALUE },
      enabled: false,
    },
    spare: { command: "some-program", enabled: false, env: { A: ENV_VALUE } },
  },
  rules: [
    { id: "kept", server: "echo", decision: "allow" },
    { id: "spare", server: "spare", decision: "deny" },
  ],
  profiles: { "spare-of-operator": {} },
};

interface Hub {
  readonly home: string;
  readonly port: number;
  readonly operatorToken: string;
  viewerToken(): Promise<string>;
  /** Adds a client as whoever may; gives its token. */
  addClient(name: string): Promise<string>;
  stop(): Promise<void>;
}

let running: Hub | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Starts the hub as `gatehouse serve` does, or as the desktop does: its channel is the owner's. */
async function start(desktop: boolean): Promise<Hub> {
  const home = temporaryHome();
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(CONFIG), { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [GATEHOUSE, "serve", "--home", home, "--port", "0", ...(desktop ? ["--desktop"] : [])],
    { stdio: ["ignore", "ignore", "ignore", ...(desktop ? (["ipc"] as const) : [])] },
  );
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
    await waitFor(() => processesWith(home).length === 0, { deadlineMs: 20_000, what: "its processes" });
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const { port, token } = await waitFor(() => runFileOf(home), { deadlineMs: 30_000, what: "run.json" });
  const asOperator = async (method: string, params: object = {}): Promise<RawAnswer> => {
    const operator = await rawControl(port, { token });
    const answer = await operator.call(method, params);
    await operator.close();
    return answer;
  };
  return {
    home,
    port,
    operatorToken: token,
    async viewerToken() {
      if (desktop) return (await asOwner(child, "hub.viewerToken")).token;
      const { result } = await asOperator("hub.uiCode");
      const browser = await rawControl(port, { code: result.url.split("#code=")[1] });
      await browser.close();
      return browser.token ?? "";
    },
    addClient: async (name) =>
      desktop
        ? (await asOwner(child, "clients.add", { name })).token
        : (await asOperator("clients.add", { name })).result.token,
    stop,
  };
}

function runFileOf(home: string): { port: number; token: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** One request over the channel of the process that has forked the hub. */
// biome-ignore lint/suspicious/noExplicitAny: results of every shape
function asOwner(child: ChildProcess, method: string, params: unknown = {}): Promise<any> {
  return new Promise((resolve, reject) => {
    const listen = (message: { type: string; text?: string }): void => {
      const answer = JSON.parse(message.text ?? "{}");
      if (message.type !== "control" || answer.id !== 1) return;
      child.off("message", listen);
      if (answer.error === undefined) resolve(answer.result);
      else reject(new Error(answer.error.message));
    };
    child.on("message", listen);
    child.send({ type: "control", text: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  });
}

/** Parameters with which every method does something real. */
async function parametersOf(
  cell: string,
  caller: RawControl,
  { home, callId }: { home: string; callId: number },
): Promise<[string, object]> {
  const { role } = caller;
  const named: Record<string, object> = {
    "servers.get": { name: "echo" },
    "servers.log": { name: "echo" },
    "servers.health": {},
    "servers.restart": { name: "echo" },
    "servers.disable": { name: "spare" },
    "servers.enable": { name: "spare" },
    "servers.remove": { name: "spare" },
    "servers.add": { name: `by-${role}`, config: { ...entry("x"), enabled: false }, trust: true },
    "servers.parse": { text: "npx some-server" },
    "clients.add": { name: `client-of-${role}` },
    "clients.addConnect": { name: `stdio-client-of-${role}` },
    "clients.revoke": { name: "spare" },
    "clients.get": { name: "used" },
    "clients.update": { name: "used", labels: { team: role } },
    "profiles.preview": { profile: { servers: ["echo"] } },
    "profiles.set": { name: `of-${role}`, profile: { servers: ["echo"] } },
    "profiles.remove": { name: `spare-of-${role}` },
    "rules.words": { rule: { decision: "deny" } },
    "rules.test": { client: "used", server: "echo", tool: "echo" },
    "rules.replay": { since: 0 },
    "rules.add": { rule: { server: "nothing", decision: "deny" } },
    "rules.replace": { id: "spare", rule: { server: "spare", decision: "ask" } },
    "rules.remove": { id: "spare" },
    "rules.move": { id: "kept", to: 0 },
    "grants.revoke": { id: "none" },
    "pins.accept": { ids: ["none"] },
    "calls.get": { id: callId },
    "calls.headers": { id: callId },
    "hub.diagnose": { server: "echo" },
    "calls.export": { format: "jsonl" },
    "calls.fixture": { ids: [callId] },
    "calls.make": { key: `of-${role}`, server: "spare", tool: "none" },
    "calls.stop": { key: "none" },
    "calls.import": { text: "" },
    "calls.backup": { file: join(home, `backup-of-${role}.db`) },
    "metrics.series": SPAN,
    "metrics.heatmap": SPAN,
    "metrics.top": SPAN,
    "metrics.cost": SPAN,
    "servers.signIn": { name: "remote" },
    "servers.signInUrl": { id: "none" },
    "servers.cancelSignIn": { id: "none" },
    "servers.finishSignIn": { url: "gatehouse://sign-in" },
    "servers.signOut": { name: "remote" },
    "servers.moveSecrets": { name: "remote" },
    "secrets.unlock": { passphrase: "of the file" },
    "secrets.set": { name: "of-test", value: "secret-value-31f0aa" },
    "secrets.remove": { name: "of-test" },
    "runs.get": { call: callId },
    "questions.ask": { change: { type: "server.add", name: "asked", config: entry(ASKED_VALUE) } },
    "settings.set": { consentDefault: "allow" },
    "hub.shutdown": { drainSeconds: 0 },
  };
  const [method = "", answer] = cell.split(":");
  if (answer === undefined) return [method, named[method] ?? {}];
  const { result } = await caller.call("questions.ask", {
    change: { type: "server.add", name: `asked-by-${role}`, config: { ...entry("y"), enabled: false } },
  });
  return [method, { id: result.id, answer, ...(answer === "approve" ? { trust: true } : {}) }];
}

test("the table has every method of the contract", () => {
  expect([...new Set(ALL.map((cell) => cell.split(":")[0]))].sort()).toEqual(Object.keys(methods).sort());
});

describe.each([
  ["headless", false],
  ["with a desktop attached", true],
])("%s", (_where, desktop) => {
  test("each role may do exactly what it may, and nothing that a viewer reads is secret", async () => {
    running = await start(desktop);
    const hub = running;
    const tokens = [await hub.addClient("used"), await hub.addClient("spare")];
    const client = new McpHttpClient(`http://127.0.0.1:${hub.port}/mcp`, { token: tokens[0] ?? "" });
    await client.initialize();
    expect((await client.call("echo__echo", { text: "hello" })).result?.content?.[0]?.text).toBe("hello");
    client.close();

    const viewer = await rawControl(hub.port, { token: await hub.viewerToken() });
    const operator = await rawControl(hub.port, { token: hub.operatorToken });
    expect([viewer.role, operator.role]).toEqual(["viewer", "operator"]);
    const callId = (await viewer.call("calls.list")).result.calls[0].id;
    const configText = (): string => readFileSync(join(hub.home, "gatehouse.json"), "utf8");

    const wrong: string[] = [];
    for (const caller of [viewer, operator]) {
      const may = mayCall(caller.role, desktop);
      for (const cell of ALL.filter((each) => each !== "hub.shutdown")) {
        const [method, params] = await parametersOf(cell, caller, { home: hub.home, callId });
        const before = configText();
        const { code } = await caller.call(method, params);
        // The parameters are such that what is allowed works; what is forbidden leaves no trace.
        const expected = !may.has(cell) ? "forbidden" : (REFUSED.get(cell) ?? "ok");
        if (code !== expected) wrong.push(`${caller.role} ${cell}: ${code}, not ${expected}`);
        if (code === "forbidden" && configText() !== before)
          wrong.push(`${caller.role} ${cell} left a trace`);
      }
    }
    expect(wrong).toEqual([]);

    for (const name of Object.keys(CONFIG.mcpServers).filter((name) => name !== "spare" || desktop))
      expect((await viewer.call("servers.get", { name })).code).toBe("ok");
    await viewer.call("questions.list");
    const read = viewer.heard.join("\n");
    expect(read).toContain("SERVER_TOKEN");
    const homeKey = readFileSync(join(hub.home, "home.key")).toString("hex");
    const secrets = { ENV_VALUE, HEADER_VALUE, ASKED_VALUE, operator: hub.operatorToken, tokens, homeKey };
    for (const [what, secret] of Object.entries(secrets))
      for (const text of [secret].flat()) expect([what, read.includes(text)]).toEqual([what, false]);

    expect((await viewer.call("hub.shutdown", { drainSeconds: 0 })).code).toBe("forbidden");
    expect((await operator.call("hub.shutdown", { drainSeconds: 0 })).code).toBe("ok");
    await Promise.all([viewer.close(), operator.close()]);
  });

  test("nobody gets in without a token that the hub has given out, and none makes an owner", async () => {
    running = await start(desktop);
    const { port, home } = running;
    const key = readFileSync(join(home, "home.key")).toString("hex");
    for (const token of ["", "owner", "viewer", key, `ui_zzzzzzzz_${"0".repeat(32)}_${"0".repeat(64)}`])
      await expect(rawControl(port, { token })).rejects.toThrow("refused");
    await expect(rawControl(port, { code: "guess" })).rejects.toThrow("refused");
  });
});
