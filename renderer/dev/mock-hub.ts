/**
 * Development only: a stand-in for the hub that serves the built renderer at /ui/ (with the production CSP) and speaks
 * the control API with sample data.
 *
 *   node renderer/dev/mock-hub.ts [--port 4790] [--scenario full|empty|failing|hostile|asking|million|troubled|restarted] [--live]
 *
 * POST /mock/flood?count=10000&seconds=10 sends calls; POST /mock/approve answers the oldest question with approve;
 * POST /mock/drop closes every control connection; POST /mock/mend ends what is wrong with a troubled hub;
 * POST /mock/index?through=1000 tells how far its index is.
 */
import { parseArgs } from "node:util";
import { GatehouseError } from "../../shared/errors.ts";
import type { CallDetail, CallSummary, Searched } from "../../shared/model/call.ts";
import { launchOf } from "../../shared/model/launch.ts";
import type { Change, Question } from "../../shared/model/question.ts";
import { createMockCalls } from "./mock-calls.ts";
import { startMockListener } from "./mock-listener.ts";
import { parsePasted } from "./mock-paste.ts";
import { createMockPolicy } from "./mock-policy.ts";
import { createMockSecrets } from "./mock-secrets.ts";
import { sampleAnswer, sampleCall } from "./sample-calls.ts";
import { sampleClients } from "./sample-clients.ts";
import { sampleDiagnosis } from "./sample-diagnosis.ts";
import { sampleHeld } from "./sample-held.ts";
import { type LogQuery, sampleLogPage } from "./sample-log.ts";
import { sampleMetrics } from "./sample-metrics.ts";
import { SAMPLE_PROBLEMS, SAMPLE_START_PROBLEMS } from "./sample-problems.ts";
import { askedNow, SAMPLE_QUESTIONS } from "./sample-questions.ts";
import { sampleRun, sampleRuns } from "./sample-runs.ts";
import { sampleDetail, sampleHealth, sampleServers } from "./sample-servers.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4790" },
    scenario: { type: "string", default: "full" },
    live: { type: "boolean", default: false },
  },
});
const scenario = values.scenario;
const hostile = scenario === "hostile";
const empty = scenario === "empty";

let servers = empty ? [] : sampleServers();
let clients = empty ? [] : sampleClients();
let questions: Question[] =
  scenario === "asking"
    ? [SAMPLE_QUESTIONS.edit, SAMPLE_QUESTIONS.pair, SAMPLE_QUESTIONS.held].map(askedNow)
    : [];
let held = empty ? [] : sampleHeld(hostile);
let paused = false;
let settings = {
  home: "/home/ada/.config/gatehouse",
  configFile: "/home/ada/.config/gatehouse/gatehouse.json",
  port: 4780,
  consentDefault: "ask" as const,
  consentTimeoutSeconds: 50,
  anonymous: "deny" as const,
  versions: { gatehouse: "0.1.0", node: "24.21.0", sqlite: "3.51.0" },
  configError:
    scenario === "failing"
      ? "gatehouse.json, line 14, column 7: expected a comma. The last good version keeps running."
      : null,
};
const hub = () => ({
  pid: process.pid,
  url: "http://127.0.0.1:4780/mcp",
  version: "0.1.0",
  startedAt: new Date().toISOString(),
  paused,
  desktop: false,
  problems,
});
let problems =
  scenario === "troubled" ? [...SAMPLE_PROBLEMS] : scenario === "restarted" ? [...SAMPLE_START_PROBLEMS] : [];
let indexed: Searched | undefined = scenario === "troubled" ? { through: 1_200, of: 3_000 } : undefined;
const tellIndex = (): void => {
  if (indexed === undefined) return;
  broadcast("historyChanged", { chain: { through: 3_000, of: 3_000, key: "keychain" }, indexed });
};
const { broadcast, drop } = startMockListener({
  port: Number(values.port),
  call,
  mock: (path, query) => {
    if (path === "/mock/flood")
      flood(Number(query.get("count") ?? 10_000), Number(query.get("seconds") ?? 10));
    if (path === "/mock/approve" && questions[0] !== undefined) answer(questions[0].id, true);
    if (path === "/mock/record") record(Number(query.get("count") ?? 1));
    if (path === "/mock/drop") drop();
    if (path === "/mock/mend") {
      problems = [];
      broadcast("hubChanged", hub());
    }
    if (path === "/mock/index") {
      indexed = { through: Number(query.get("through")), of: 3_000 };
      tellIndex();
    }
  },
});
// As a hub does while its index is being made.
if (indexed !== undefined)
  setInterval(() => indexed !== undefined && indexed.through < indexed.of && tellIndex(), 500).unref();

const log = createMockCalls({
  indexed: () => indexed,
  count: empty ? 0 : scenario === "million" ? 1_000_000 : 3_000,
  hostile,
  servers: () => servers,
  clients: () => clients,
});

const policy = createMockPolicy({
  empty,
  hostile,
  servers: () => servers,
  clients: () => clients,
  broadcast: (name) => broadcast(name, {}),
});

const secrets = createMockSecrets({ scenario, broadcast });

function apply(change: Change): void {
  if (change.type === "server.add") {
    const summary = {
      ...(sampleServers()[0] as (typeof servers)[number]),
      name: change.name,
      state: "starting" as const,
      callsToday: 0,
      tools: null,
      pid: null,
    };
    servers = [...servers, summary];
    broadcast("serverChanged", summary);
    setTimeout(() => {
      const ready = { ...summary, state: "ready" as const, tools: 9, pid: 4_242 };
      servers = servers.map((server) => (server.name === ready.name ? ready : server));
      broadcast("serverChanged", ready);
    }, 600);
  } else if (change.type === "server.remove") {
    servers = servers.filter((server) => server.name !== change.name);
    broadcast("serverRemoved", { name: change.name });
  } else if (change.type === "server.enable" || change.type === "server.disable") {
    const enabled = change.type === "server.enable";
    servers = servers.map((server) =>
      server.name === change.name ? { ...server, enabled, state: enabled ? "ready" : "disabled" } : server,
    );
    for (const server of servers) if (server.name === change.name) broadcast("serverChanged", server);
  } else if (change.type === "pins.accept") {
    const { ids } = change;
    const servers = new Set(held.filter(({ id }) => ids.includes(id)).map(({ server }) => server));
    held = held.filter(({ id }) => !ids.includes(id));
    for (const server of servers)
      broadcast("pinsChanged", { server, held: held.filter((item) => item.server === server).length });
  } else if (change.type === "client.revoke") {
    clients = clients.map((client) =>
      client.name === change.name ? { ...client, revokedAt: new Date().toISOString(), sessions: 0 } : client,
    );
    for (const client of clients) if (client.name === change.name) broadcast("clientChanged", client);
  } else if (change.type === "client.update") {
    const { name, newName = name, profile, labels } = change;
    clients = clients.map((client) =>
      client.name === name
        ? {
            ...client,
            name: newName,
            profile: profile === undefined ? client.profile : profile,
            labels: labels ?? client.labels,
          }
        : client,
    );
    for (const client of clients) if (client.name === newName) broadcast("clientChanged", client);
  } else if (change.type.startsWith("secret.")) secrets.apply(change);
  else if (change.type === "settings.set") {
    secrets.apply(change);
    settings = { ...settings, port: change.port ?? settings.port };
    broadcast("settingsChanged", settings);
  } else policy.apply(change);
}

function answer(id: string, approve: boolean): void {
  const question = questions.find((entry) => entry.id === id);
  if (question === undefined)
    throw new GatehouseError("not_found", "this question has been answered already");
  questions = questions.filter((entry) => entry.id !== id);
  if (approve && question.change !== null) apply(question.change);
  ownCalls.get(id)?.(approve ? "ok" : "denied");
  broadcast("questionAnswered", { id, answer: approve ? "approve" : "deny", by: "operator" });
}

async function call(method: string, params: unknown): Promise<unknown> {
  const p = params as Record<string, never>;
  const find = (name: string) => {
    const found = servers.find((server) => server.name === name);
    if (found === undefined) throw new GatehouseError("not_found", `there is no server called ${name}`);
    return found;
  };
  const failing = [
    "calls.list",
    "servers.get",
    "clients.get",
    "audit.list",
    "rules.list",
    "profiles.list",
    "metrics.series",
    "metrics.cost",
    "runs.list",
    "runs.get",
  ];
  if (scenario === "failing" && failing.includes(method))
    throw new GatehouseError(
      "storage_unusable",
      "The call log cannot be read: the disk is full.",
      "Free some space, then press Try again.",
    );
  if (scenario === "loading" && method !== "hub.status") return await new Promise(() => undefined);
  switch (method) {
    case "hub.status":
      if (scenario === "loading") return await new Promise(() => undefined);
      return {
        hub: hub(),
        servers,
        clients: clients.filter((client) => client.revokedAt === null),
        pending: questions.length,
      };
    case "hub.pause":
      paused = true;
      broadcast("hubChanged", hub());
      return { ok: true };
    case "hub.resume":
      throw new GatehouseError(
        "forbidden",
        "Only the desktop app or the command line can let calls through again.",
        "Run `gatehouse resume` in a terminal.",
      );
    case "hub.diagnose":
      if (scenario === "failing")
        throw new GatehouseError("internal", "the diagnosis was interrupted", "Try again.");
      return sampleDiagnosis(p, hostile, (progress) => broadcast("diagnosisProgressed", progress));
    case "servers.list":
      return { servers };
    case "servers.get":
      return sampleDetail(find(p.name as unknown as string), hostile);
    case "servers.log":
      return sampleLogPage(p as unknown as LogQuery, hostile);
    case "servers.health":
      return {
        servers: servers.map(sampleHealth),
        saved: empty ? { processes: 0, memoryBytes: 0 } : { processes: 13, memoryBytes: 612_000_000 },
        everyMs: 60_000,
      };
    case "servers.parse":
      return parsePasted(p.text as unknown as string, (name) =>
        servers.some((server) => server.name === name),
      );
    case "clients.list":
      return { clients };
    case "calls.list":
      return log.list(p as never);
    case "calls.count":
      return log.count(p as never);
    case "calls.export":
      return await log.export(p as never);
    case "calls.fixture":
      return log.fixture(p as never);
    case "calls.headers":
      return { headers: [] };
    case "calls.get":
      return log.get(p as never);
    case "runs.list":
      return sampleRuns(log.list({ limit: 3_000 }).calls, (p as { client?: string }).client);
    case "runs.get": {
      const { call: id } = p as unknown as { call: number };
      const found = sampleRun(log.list({ limit: 3_000 }).calls, id, hostile);
      if (found === undefined) throw new GatehouseError("not_found", `call ${id} is no longer in the log`);
      return found;
    }
    case "calls.make":
      return makeCall(p as unknown as OwnCall);
    case "calls.stop":
      ownCalls.get((p as unknown as { key: string }).key)?.("cancelled");
      return { ok: true };
    case "pins.list":
      return { held };
    case "questions.list":
      return { pending: questions };
    case "questions.ask": {
      const change = (p as unknown as { change: Change }).change;
      const question: Question = {
        id: `q${Math.random().toString(36).slice(2, 6)}`,
        kind: change.type === "pins.accept" ? "tool" : change.type.startsWith("server") ? "server" : "config",
        client: null,
        server: "name" in change ? change.name : change.type === "pins.accept" ? "github" : null,
        tool: null,
        arguments: null,
        askedAt: new Date().toISOString(),
        deadline: null,
        title:
          change.type === "server.add"
            ? `Add the server “${change.name}”`
            : `${change.type} ${"name" in change ? change.name : ""}`,
        change,
        launch: change.type === "server.add" ? launchOf(change.config) : null,
        warnings: [],
        call: null,
        pairing: null,
        held: change.type === "pins.accept" ? held.filter((item) => change.ids.includes(item.id)) : null,
      };
      questions = [...questions, question];
      broadcast("questionAsked", question);
      return { id: question.id };
    }
    case "questions.answer":
      answer(p.id as unknown as string, false);
      return { ok: true };
    case "settings.get":
      return settings;
    default: {
      const known =
        policy.answer(method, params) ??
        secrets.answer(method, params) ??
        sampleMetrics(method, params, empty);
      if (known !== undefined) return known;
      throw new GatehouseError("forbidden", `a viewer may not call ${method}`);
    }
  }
}

interface OwnCall {
  readonly key: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: string;
  readonly project?: string | null;
}
/** The person's own calls under way: each ends by an answer, by being stopped, or at once where nothing asks. */
const ownCalls = new Map<string, (ended: "ok" | "denied" | "cancelled") => void>();
async function makeCall({ key, server, tool, arguments: given, project = null }: OwnCall): Promise<unknown> {
  const asked = ["delete-everything", "write_file"].includes(tool);
  const status = await new Promise<"ok" | "denied" | "cancelled">((resolve) => {
    ownCalls.set(key, resolve);
    if (!asked) {
      setTimeout(() => resolve("ok"), 150);
      return;
    }
    const question = askedNow({ ...SAMPLE_QUESTIONS.write, id: key, client: "you", server, tool });
    questions = [...questions, question];
    broadcast("questionAsked", question);
  });
  ownCalls.delete(key);
  if (questions.some(({ id }) => id === key)) answer(key, status === "ok");
  const id = log.newest() + 1;
  const summary: CallSummary = {
    ...sampleCall(id, Date.now(), false),
    client: "you",
    session: null,
    server,
    tool,
    method: "tools/call",
    status,
    rule: status === "ok" ? "person: allow-once" : null,
  };
  const payload = (text: string) => ({ text, bytes: text.length, truncated: false });
  const result = sampleAnswer(id, given);
  const error = `{"code":-32603,"message":"denied by the person"}`;
  const payloads: Pick<CallDetail, "request" | "result" | "error"> = {
    request: payload(`{"name":${JSON.stringify(tool)},"arguments":${given}}`),
    result: status === "ok" ? payload(result) : null,
    error: status === "denied" ? payload(error) : null,
  };
  log.add({ ...summary, ...payloads });
  broadcast("callsRecorded", { calls: [summary], dropped: 0 });
  if (tool === "per-project" && project === null) {
    const message = `the server ${server} runs once per project folder, and this client has not said which one`;
    const unknown = { code: -32602, message, data: { code: "project_unknown", server } };
    return { id, status: "error", answer: JSON.stringify({ jsonrpc: "2.0", id: 1, error: unknown }) };
  }
  const part = status === "ok" ? `"result":${result}` : `"error":${error}`;
  return { id, status, answer: status === "cancelled" ? null : `{"jsonrpc":"2.0","id":1,${part}}` };
}

const record = (count: number): void => {
  const fresh = log.record(count);
  for (let at = 0; at < fresh.length; at += 500)
    broadcast("callsRecorded", { calls: fresh.slice(at, at + 500), dropped: 0 });
  const busy = servers.find((server) => server.name === "everything");
  if (busy !== undefined) {
    busy.callsToday += count;
    broadcast("serverChanged", busy);
  }
};
if (values.live) setInterval(() => record(1 + Math.round(Math.random())), 900).unref();

function flood(total: number, seconds: number): void {
  const ticks = seconds * 4;
  let tick = 0;
  const timer = setInterval(() => {
    record(Math.round(total / ticks));
    tick += 1;
    if (tick >= ticks) clearInterval(timer);
  }, 250);
}
