import type { CallSummary } from "../../../shared/model/call.ts";
import { RUN_PAUSE_MS, type RunDetail, type RunSummary } from "../../../shared/model/run.ts";

/** The calls of one run, in the order in which they began. */
export interface Run {
  readonly calls: readonly [CallSummary, ...CallSummary[]];
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

const startOf = (call: CallSummary): number => Date.parse(call.startedAt);
const endOf = (call: CallSummary): number => startOf(call) + call.durationUs / 1_000;

/**
 * Calls as runs, the one that ended last first. A run is what one client did in one session without a pause of
 * `pauseMs` between an answer and the next call; clients without sessions are told apart by name and project folder.
 */
export function runsOf(calls: readonly CallSummary[], pauseMs = RUN_PAUSE_MS): Run[] {
  const runs: { calls: [CallSummary, ...CallSummary[]]; start: number; end: number }[] = [];
  const current = new Map<string, (typeof runs)[number]>();
  const inOrder = [...calls].sort((a, b) => startOf(a) - startOf(b) || a.id - b.id);
  for (const call of inOrder) {
    const key = actorOf(call);
    const run = current.get(key);
    const start = startOf(call);
    if (run !== undefined && start - run.end <= pauseMs) {
      run.calls.push(call);
      run.end = Math.max(run.end, endOf(call));
      continue;
    }
    const next: (typeof runs)[number] = { calls: [call], start, end: endOf(call) };
    current.set(key, next);
    runs.push(next);
  }
  return runs.sort((a, b) => b.end - a.end);
}

/** Whose run a call is of: the same text for all of one actor's calls. */
export const actorOf = ({ client, session, project }: CallSummary): string =>
  JSON.stringify(session === null ? [client, null, project] : [client, session]);

const MOST_TOOLS = 50;

/** What a list shows of a run. */
export function summaryOfRun({ calls, start, end }: Run, openStart: boolean): RunSummary {
  const [first] = calls;
  const tools = new Map<string, { name: string; server: string | null; calls: number }>();
  const servers = new Set<string>();
  const sums = { denied: 0, failed: 0, requestBytes: 0, resultBytes: 0 };
  const times = { queue: 0, consent: 0, upstream: 0, hub: 0 };
  let project: string | null = null;
  for (const call of calls) {
    if (call.server !== null) servers.add(call.server);
    if (call.project !== null) project = call.project;
    if (isToolCall(call)) {
      const key = JSON.stringify([call.server, call.tool]);
      const known = tools.get(key) ?? { name: call.tool ?? "", server: call.server, calls: 0 };
      known.calls += 1;
      tools.set(key, known);
    }
    if (call.status === "denied") sums.denied += 1;
    else if (call.status !== "ok") sums.failed += 1;
    sums.requestBytes += call.requestBytes;
    sums.resultBytes += call.resultBytes;
    times.queue += call.times.queue;
    times.consent += call.times.consent;
    times.upstream += call.times.upstream;
    times.hub += call.times.hub;
  }
  return {
    id: first.id,
    client: first.client,
    session: first.session,
    project,
    startedAt: new Date(start).toISOString(),
    endedAt: new Date(end).toISOString(),
    calls: calls.length,
    ...sums,
    servers: [...servers],
    tools: [...tools.values()].sort((a, b) => b.calls - a.calls).slice(0, MOST_TOOLS),
    times,
    openStart,
  };
}

const isToolCall = ({ method, tool }: CallSummary): boolean => method === "tools/call" && tool !== null;

/** What was asked in a run, in order: calls of the same tool in a row are one step. At most `most` steps. */
export function stepsOf({ calls }: Run, most = 1_000): RunDetail["steps"] {
  const steps: RunDetail["steps"] = [];
  for (const call of calls) {
    const tool = isToolCall(call) ? call.tool : null;
    const last = steps.at(-1);
    const same =
      last !== undefined && last.server === call.server && last.tool === tool && last.method === call.method;
    if (!same && steps.length >= most) break;
    const step = same
      ? last
      : {
          server: call.server,
          tool,
          method: call.method,
          first: call.id,
          last: call.id,
          calls: 0,
          denied: 0,
          failed: 0,
          startedAt: call.startedAt,
          durationUs: 0,
        };
    if (!same) steps.push(step);
    step.last = call.id;
    step.calls += 1;
    step.durationUs += call.durationUs;
    if (call.status === "denied") step.denied += 1;
    else if (call.status !== "ok") step.failed += 1;
  }
  return steps;
}
