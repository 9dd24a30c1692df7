import type { AccountView } from "../../shared/model/account.ts";
import { NO_USAGE, type ServerHealth, type ServerUsage } from "../../shared/model/health.ts";
import type { ServerDetail, ServerSummary, Tool } from "../../shared/model/server.ts";
import { FILE_TOOLS, HOSTILE_TOOLS, TOOLS } from "./sample-tools.ts";

const server = (name: string, more: Partial<ServerSummary>): ServerSummary => ({
  name,
  state: "ready",
  transport: "stdio",
  enabled: true,
  tools: 0,
  restarts: 0,
  lastError: null,
  pid: null,
  revision: "2025-11-25",
  callsToday: 0,
  retryAt: null,
  startedAt: new Date(Date.now() - 5_400_000).toISOString(),
  startupMs: null,
  noiseLines: 0,
  lateAnswers: 0,
  strayAnswers: 0,
  labels: {},
  ...NO_USAGE,
  ...more,
});

/** A server in each state. */
export function sampleServers(): ServerSummary[] {
  return [
    server("everything", {
      tools: TOOLS.length,
      pid: 48_213,
      callsToday: 1_284,
      startupMs: 1_380,
      pingMs: 2,
      labels: { environment: "test" },
    }),
    server("files", { tools: 14, pid: 48_220, callsToday: 312, startupMs: 412, pingMs: 1 }),
    server("github", {
      transport: "http",
      startupMs: 640,
      tools: 43,
      callsToday: 96,
      labels: { environment: "production", team: "platform" },
    }),
    server("linear", {
      state: "needs-auth",
      transport: "http",
      tools: 22,
      lastError: "The server wants you to sign in (401).",
    }),
    server("memory", { state: "starting", tools: 9, callsToday: 18, restarts: 1 }),
    server("playwright", {
      tools: 21,
      pid: 48_301,
      callsToday: 57,
      startupMs: 2_210,
      pingMs: 4,
      startedAt: new Date(Date.now() - 190_000_000).toISOString(),
    }),
    server("postgres", {
      state: "failed",
      tools: null,
      revision: null,
      startedAt: null,
      restarts: 5,
      lastError: "Exited with code 1: Error: connect ECONNREFUSED 127.0.0.1:5432",
      retryAt: new Date(Date.now() + 24_000).toISOString(),
    }),
    server("sequential-thinking", { state: "stopped", tools: 1, callsToday: 4, startedAt: null }),
    server("sentry", {
      state: "degraded",
      labels: { environment: "production", team: "platform" },
      transport: "sse",
      tools: 16,
      callsToday: 7,
      lastError: "Ping took 4.2 s",
    }),
    server("weather", { state: "disabled", enabled: false, tools: 3, startedAt: null }),
  ];
}

const USAGE: Record<string, { cpu: number; mb: number; processes: number; instances: number }> = {
  everything: { cpu: 6, mb: 118, processes: 2, instances: 1 },
  files: { cpu: 0.4, mb: 74, processes: 1, instances: 1 },
  memory: { cpu: 38, mb: 61, processes: 1, instances: 1 },
  playwright: { cpu: 84, mb: 1_310, processes: 9, instances: 2 },
};

/** What a server uses now, with ten minutes before it. */
export function sampleHealth({ name }: ServerSummary): ServerHealth {
  const usage = USAGE[name];
  if (usage === undefined) return { name, ...NO_USAGE, points: [] };
  const now = Date.now();
  const points = Array.from({ length: name === "memory" ? 3 : 58 }, (_, index) => {
    const wave = 1 + 0.5 * Math.sin(index / 4 + name.length) + (index % 11 === 3 ? 0.9 : 0);
    return {
      at: now - ((name === "memory" ? 2 : 57) - index) * 10_000,
      cpuPercent: Math.max(0, usage.cpu * wave),
      memoryBytes: usage.mb * 1_000_000 * (0.7 + (0.3 * index) / 57),
    };
  });
  return {
    name,
    ...NO_USAGE,
    instances: usage.instances,
    processes: usage.processes,
    cpuPercent: usage.cpu,
    memoryBytes: usage.mb * 1_000_000,
    points,
    warnings:
      name === "playwright"
        ? [
            {
              code: "memory_over_limit",
              message:
                "the server has held 1310 MB of memory for a minute, more than the 1000 MB that you want to be warned of",
              advice: "Restart it to free the memory, or raise warn.memoryMb in gatehouse.json.",
            },
          ]
        : [],
  };
}

function sampleUsage(summary: ServerSummary): ServerUsage {
  const { name: _name, points: _points, ...usage } = sampleHealth(summary);
  return { ...usage, pingMs: summary.pingMs };
}

/** Linear has lost its sign-in; sentry is signed in to twice. */
function sampleAccounts(server: string): AccountView[] {
  const account = (name: string, more: Partial<AccountView> = {}): AccountView => ({
    name,
    issuer: `https://login.${server}.example`,
    subject: "ada@example.com",
    scopes: ["openid", "offline_access", "issues:read", "issues:write"],
    expiresAt: new Date(Date.now() + 2_520_000).toISOString(),
    lastRefresh: new Date(Date.now() - 1_080_000).toISOString(),
    state: "signed-in",
    problem: null,
    ...more,
  });
  if (server === "linear")
    return [
      account("default", { state: "ended", problem: "The issuer no longer takes it (invalid_grant)." }),
    ];
  if (server !== "sentry") return [];
  return [
    account("default"),
    account("work", {
      subject: "ada.lovelace@analytical-engines.example",
      scopes: ["issues:read"],
      state: "waiting",
      problem: "The issuer cannot be reached; it is tried again.",
    }),
  ];
}

/** What the page of a server shows. */
export function sampleDetail(summary: ServerSummary, hostile: boolean): ServerDetail {
  const stdio = summary.transport === "stdio";
  return {
    ...summary,
    ...sampleUsage(summary),
    prefix: summary.name,
    launch: {
      transport: summary.transport,
      command: stdio ? "npx" : null,
      args: stdio
        ? ["-y", `@modelcontextprotocol/server-${summary.name}`, "/home/ada/Documents/My Projects"]
        : [],
      cwd: stdio ? "/home/ada" : null,
      url: stdio ? null : `https://mcp.${summary.name}.example/mcp`,
      envNames: stdio ? ["DEBUG", "FILES_TOKEN"] : [],
      headerNames: summary.transport === "http" && summary.name !== "linear" ? ["Authorization"] : [],
    },
    plainSecrets:
      summary.name === "github"
        ? [
            { place: "env GITHUB_TOKEN", movable: true },
            { place: "argument 3", movable: false },
          ]
        : [],
    accounts: sampleAccounts(summary.name),
    consent:
      summary.name === "memory"
        ? { decision: "ask", by: "consent.default" }
        : { decision: "allow", by: "rules[0]" },
    toolList: hostile ? HOSTILE_TOOLS : summary.tools === null ? [] : toolsOf(summary.name),
    problems:
      summary.name === "playwright"
        ? sampleHealth(summary).warnings
        : summary.state === "failed"
          ? [
              {
                code: "exited",
                message: "The server exited with code 1, five times in a row.",
                advice: "PostgreSQL does not answer on 127.0.0.1:5432. Start it, then press Restart.",
              },
            ]
          : summary.state === "needs-auth"
            ? [
                {
                  code: "needs_auth",
                  message: "The server wants you to sign in.",
                  advice: "Sign in: gatehouse server login linear, or on the server's page.",
                },
              ]
            : [],
  };
}

/** The tools of a server, under its own prefix. */
const toolsOf = (server: string): Tool[] =>
  (server === "files" ? FILE_TOOLS : TOOLS).map((tool) => ({
    ...tool,
    exposedName: `${server}__${tool.name}`.slice(0, 48),
  }));
