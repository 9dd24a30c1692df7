import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Problem, ServerFacts } from "../../../shared/model/server.ts";
import type { Lifecycle } from "../../core/supervisor/lifecycle.ts";
import type { AnswerTally } from "./answer-tally.ts";
import type { ServerEra } from "./era.ts";
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
  /** How long its last start took, in milliseconds. */
  readonly startupMs: number | undefined;
  readonly lastError: string | undefined;
  /** The code of its last end, once it has had one. */
  readonly lastCode: string | undefined;
  readonly noiseLines: number;
  readonly answers: AnswerTally;
}

/** The server as lists show it. */
export function summaryOf(server: Reported, callsToday: number): ServerFacts {
  const { config, life, catalog, era } = server;
  const iso = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(at).toISOString();
  return {
    name: server.name,
    state: config.enabled ? life.phase : "disabled",
    transport: config.type,
    enabled: config.enabled,
    tools: catalog.tools?.length ?? null,
    restarts: life.restarts,
    lastError: server.lastError ?? null,
    pid: server.pid,
    revision: era?.kind === "stateless" ? era.version : (catalog.hello?.revision ?? null),
    callsToday,
    retryAt: iso(life.retryAt),
    startedAt: iso(server.startedAt),
    startupMs: server.startupMs ?? null,
    noiseLines: server.noiseLines,
    lateAnswers: server.answers.late,
    strayAnswers: server.answers.twice + server.answers.unknown,
    labels: config.labels ?? {},
  };
}

/** What a person should know of the server and do about. */
export function problemsOf({ life, catalog, lastCode, noiseLines, answers }: Reported): Problem[] {
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
