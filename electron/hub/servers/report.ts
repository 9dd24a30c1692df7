import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Problem, ServerFacts } from "../../../shared/model/server.ts";
import type { Lifecycle } from "../../core/supervisor/lifecycle.ts";
import type { ServerEra } from "./era.ts";
import type { ServerJournal } from "./journal.ts";
import { failure, noise, strays } from "./problems.ts";
import { isDown } from "./refusals.ts";
import type { ServerCatalog } from "./server-catalog.ts";

/** What is told of a server. Times are milliseconds since the epoch. */
export interface Reported {
  readonly name: string;
  readonly config: ServerConfig;
  readonly life: Lifecycle;
  readonly catalog: ServerCatalog;
  readonly era: ServerEra | undefined;
  readonly pid: number | null;
  readonly startedAt: number | undefined;
  readonly journal: Pick<ServerJournal, "startupMs" | "lastError" | "lastCode" | "noiseLines" | "answers">;
}

/** The server as lists show it. */
export function summaryOf(server: Reported, callsToday: number): ServerFacts {
  const { config, life, catalog, era, journal } = server;
  const iso = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(at).toISOString();
  return {
    name: server.name,
    state: config.enabled ? life.phase : "disabled",
    transport: config.type,
    enabled: config.enabled,
    tools: catalog.tools?.length ?? null,
    restarts: life.restarts,
    lastError: journal.lastError ?? null,
    pid: server.pid,
    revision: era?.kind === "stateless" ? era.version : (catalog.hello?.revision ?? null),
    callsToday,
    retryAt: iso(life.retryAt),
    startedAt: iso(server.startedAt),
    startupMs: journal.startupMs ?? null,
    noiseLines: journal.noiseLines,
    lateAnswers: journal.answers.late,
    strayAnswers: journal.answers.twice + journal.answers.unknown,
    labels: config.labels ?? {},
  };
}

/** What a person should know of the server and do about. */
export function problemsOf({ life, catalog, journal }: Reported): Problem[] {
  const { lastCode, noiseLines, answers } = journal;
  const { reason, retryAt } = life;
  return [
    ...(isDown(life) && reason !== undefined
      ? [failure(lastCode ?? "failed", reason, retryAt !== undefined)]
      : []),
    ...catalog.problems,
    ...(noiseLines > 0 ? [noise(noiseLines)] : []),
    ...(answers.twice + answers.unknown > 0 ? [strays(answers)] : []),
  ];
}
