import type { RunSummary } from "../../../shared/model/run.ts";
import { RUN_PAUSE_MS } from "../../../shared/model/run.ts";
import { span } from "../../lib/format.ts";

/** How long a run went on, for people. */
export function lengthOf(run: Pick<RunSummary, "startedAt" | "endedAt">): string {
  const milliseconds = Date.parse(run.endedAt) - Date.parse(run.startedAt);
  return milliseconds < 1_000 ? "< 1 s" : span(milliseconds);
}

/** Whether two runs of pages that follow each other are one: the older page's end, and the newer page's cut begin. */
const continues = (newer: RunSummary, older: RunSummary): boolean =>
  newer.openStart &&
  newer.client === older.client &&
  newer.session === older.session &&
  (newer.session !== null || newer.project === older.project) &&
  Date.parse(newer.startedAt) - Date.parse(older.endedAt) <= RUN_PAUSE_MS;

/** Adds an older page of runs; a run that the page's end had cut is put together again. */
export function withOlder(newer: readonly RunSummary[], older: readonly RunSummary[]): RunSummary[] {
  const rest = [...older];
  const joined = newer.map((run) => {
    const at = rest.findIndex((one) => continues(run, one));
    const [begin] = at < 0 ? [] : rest.splice(at, 1);
    return begin === undefined ? run : joinedRun(run, begin);
  });
  return [...joined, ...rest];
}

function joinedRun(newer: RunSummary, older: RunSummary): RunSummary {
  const tools = new Map<string, RunSummary["tools"][number]>();
  for (const tool of [...newer.tools, ...older.tools]) {
    const key = JSON.stringify([tool.server, tool.name]);
    tools.set(key, { ...tool, calls: tool.calls + (tools.get(key)?.calls ?? 0) });
  }
  return {
    ...newer,
    id: older.id,
    startedAt: older.startedAt,
    openStart: older.openStart,
    project: newer.project ?? older.project,
    calls: newer.calls + older.calls,
    denied: newer.denied + older.denied,
    failed: newer.failed + older.failed,
    servers: [...new Set([...older.servers, ...newer.servers])],
    tools: [...tools.values()].sort((a, b) => b.calls - a.calls),
    requestBytes: newer.requestBytes + older.requestBytes,
    resultBytes: newer.resultBytes + older.resultBytes,
    times: {
      queue: newer.times.queue + older.times.queue,
      consent: newer.times.consent + older.times.consent,
      upstream: newer.times.upstream + older.times.upstream,
      hub: newer.times.hub + older.times.hub,
    },
  };
}
