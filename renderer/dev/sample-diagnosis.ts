import type { BroadcastData } from "../../shared/contract.ts";
import { type Diagnosis, type DiagnosisCheck, inOrder } from "../../shared/model/diagnosis.ts";

/** Text as a hostile server could have it printed: markup, hidden characters, a line that turns around. */
const HOSTILE = 'exited: <img src=x onerror="document.title=1">\u202e\u0000 **ok**\u200b';

const check = (
  id: string,
  group: DiagnosisCheck["group"],
  title: string,
  sentence: string,
  finding: Partial<DiagnosisCheck> = {},
): DiagnosisCheck => ({
  id,
  group,
  title,
  status: "ok",
  code: null,
  sentence,
  advice: null,
  durationMs: 12,
  ...finding,
});

const checks = (hostile: boolean): DiagnosisCheck[] => [
  check("config", "hub", "gatehouse.json", "~/.config/gatehouse/gatehouse.json is good: 7 servers, 4 rules"),
  check("port", "hub", "Port", "the hub listens at http://127.0.0.1:4780/mcp"),
  check("database", "hub", "Database", "the database is whole, and has 48 MB"),
  check(
    "uvx",
    "programs",
    "uvx",
    "uvx was not found on the PATH that servers are started with; needed by fetch",
    {
      status: "fail",
      code: "program_missing",
      advice: "It comes with uv: see docs.astral.sh/uv.",
    },
  ),
  check("npx", "programs", "npx", "npx 11.19.1 (/usr/bin/npx)"),
  check("proxies", "machine", "Proxies", "HTTPS_PROXY is set, and NO_PROXY does not exempt this machine", {
    status: "warn",
    code: "proxy_without_loopback",
    advice: "Add 127.0.0.1,localhost,::1 to NO_PROXY.",
  }),
  check(
    "server:postgres",
    "servers",
    "Server postgres",
    hostile ? HOSTILE : "The server exited with code 1, 0.4 s after its start: connection refused",
    {
      status: "fail",
      code: "exited",
      durationMs: 412,
    },
  ),
  check(
    "server:memory",
    "servers",
    "Server memory",
    "it is ready (process 4242, 9 tools); it was left alone",
  ),
];

/** A diagnosis as the hub would make it; each check is told first. */
export function sampleDiagnosis(
  params: { run?: string; server?: string },
  hostile: boolean,
  tell: (progress: BroadcastData<"diagnosisProgressed">) => void,
): Diagnosis {
  const found = checks(hostile).filter(
    ({ id }) => params.server === undefined || id === `server:${params.server}`,
  );
  for (const each of found) tell({ run: params.run ?? "", check: each, total: found.length });
  return {
    startedAt: "2026-11-22T12:00:00.000Z",
    durationMs: 1_204,
    checks: inOrder(found),
    report: "Gatehouse 0.1.0, sample report\n",
  };
}
