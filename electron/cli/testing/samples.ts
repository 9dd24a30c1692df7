import type { Answers } from "./fake-hub.ts";

/** A client as the hub tells of it. */
export const client = {
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

const settings = {
  home: "/home",
  configFile: "/home/gatehouse.json",
  port: 4780,
  consentDefault: "ask",
  consentTimeoutSeconds: 50,
  anonymous: "deny",
  versions: {},
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

/** What `hub.status` gives: one server, whose texts are hostile, and one client. */
export const status = {
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

/** Answers all that `gatehouse status` asks. */
export const statusAnswers =
  (configError: string | null = null): Answers =>
  (method) =>
    method === "settings.get" ? { ...settings, configError } : status;
