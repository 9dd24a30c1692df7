import type { ServerConfig } from "../../../../shared/model/config.ts";
import type { ServerSummary } from "../../../../shared/model/server.ts";
import { type Check, type Finding, fail, ok, warn } from "../check.ts";
import { type TrialDeps, tryStart } from "../trial.ts";

/** A start that takes longer than this, in milliseconds, is worth a word. */
const SLOW_MS = 10_000;

/** A server as the hub has it. */
export interface ServerFacts {
  readonly name: string;
  readonly config: ServerConfig;
  /** As it stands now; looked at when its turn comes. */
  readonly summary: () => Pick<ServerSummary, "state" | "pid" | "restarts" | "startedAt" | "tools">;
  /** The era it is known to speak. */
  readonly known: Parameters<typeof tryStart>[1]["known"];
}

/**
 * Each enabled server: one that runs is left alone and reported; one that does not is started for the trial, greeted,
 * and ended again.
 */
export const serverChecks = (servers: readonly ServerFacts[], trial: TrialDeps): Check[] =>
  servers.map((server) => ({
    id: `server:${server.name}`,
    group: "servers",
    title: `Server ${server.name}`,
    run: () => look(server, trial),
  }));

async function look(server: ServerFacts, trial: TrialDeps): Promise<Finding> {
  const { state, pid, restarts, startedAt, tools } = server.summary();
  if (!server.config.enabled) return ok("it is switched off");
  if (state === "ready" || state === "degraded" || state === "starting") {
    const since = startedAt === null ? "" : ` since ${startedAt}`;
    const facts = [
      pid === null ? undefined : `process ${pid}`,
      tools === null ? undefined : `${tools} tools`,
      restarts === 0 ? undefined : `${restarts} restarts`,
    ].filter((fact) => fact !== undefined);
    return ok(
      `it is ${state}${since}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}; it was left alone`,
    );
  }
  const outcome = await tryStart(trial, { ...server });
  switch (outcome.kind) {
    case "greeted":
      return outcome.tookMs > SLOW_MS
        ? warn(
            "start_slow",
            `it starts, but took ${(outcome.tookMs / 1_000).toFixed(1)} s`,
            'Install its package instead of having it fetched each time, or set "start": "eager".',
          )
        : ok(
            `it starts: it answered within ${(outcome.tookMs / 1_000).toFixed(1)} s and speaks MCP ${outcome.revision}; it was ended again`,
          );
    case "late":
      return fail(
        "start_timeout",
        `it did not answer initialize within ${Math.round(trial.limitMs / 1_000)} s${tail(outcome.stderr)}`,
        "Read its log; see that it is a server on stdio, and that it waits for no login.",
      );
    case "refused":
      return fail(
        "handshake_failed",
        `no conversation came about: ${outcome.sentence}${tail(outcome.stderr)}`,
        "Update the server, or Gatehouse.",
      );
    case "ended":
      return {
        status: outcome.code === "needs_auth" ? "warn" : "fail",
        code: outcome.code,
        sentence: outcome.sentence,
        advice: null,
      };
  }
}

const tail = (stderr: readonly string[]): string =>
  stderr.length === 0 ? "" : `; it said last: ${stderr.slice(-3).join(" | ").slice(0, 500)}`;
