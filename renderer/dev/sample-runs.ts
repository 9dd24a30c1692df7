/** Development only: agent runs over the sample calls. */
import type { CallSummary } from "../../shared/model/call.ts";
import type { RunDetail, RunSummary } from "../../shared/model/run.ts";
import { HOSTILE } from "./sample-hostile.ts";

/** Calls of a run: the samples of a client follow each other without a pause. */
const PER_RUN = 24;

const sum = (calls: readonly CallSummary[], of: (call: CallSummary) => number): number =>
  calls.reduce((total, call) => total + of(call), 0);

function summary(calls: readonly CallSummary[]): RunSummary | undefined {
  const first = calls.at(0);
  const last = calls.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const tools = new Map<string, RunSummary["tools"][number]>();
  for (const { server, tool } of calls) {
    if (tool === null) continue;
    const key = JSON.stringify([server, tool]);
    tools.set(key, { server, name: tool, calls: (tools.get(key)?.calls ?? 0) + 1 });
  }
  return {
    id: first.id,
    client: first.client,
    session: first.session,
    project: first.project,
    startedAt: first.startedAt,
    endedAt: new Date(Date.parse(last.startedAt) + last.durationUs / 1_000).toISOString(),
    calls: calls.length,
    denied: calls.filter(({ status }) => status === "denied").length,
    failed: calls.filter(({ status }) => status !== "denied" && status !== "ok").length,
    servers: [...new Set(calls.flatMap(({ server }) => server ?? []))],
    tools: [...tools.values()].sort((a, b) => b.calls - a.calls),
    requestBytes: sum(calls, ({ requestBytes }) => requestBytes),
    resultBytes: sum(calls, ({ resultBytes }) => resultBytes),
    times: {
      queue: sum(calls, ({ times }) => times.queue),
      consent: sum(calls, ({ times }) => times.consent),
      upstream: sum(calls, ({ times }) => times.upstream),
      hub: sum(calls, ({ times }) => times.hub),
    },
    openStart: false,
  };
}

/** The calls, newest first, in runs of their clients. */
function chunks(calls: readonly CallSummary[], client: string | undefined): CallSummary[][] {
  const byClient = new Map<string, CallSummary[]>();
  for (const call of calls.slice(0, 600).toReversed()) {
    if (client !== undefined && call.client !== client) continue;
    const own = byClient.get(call.client ?? "") ?? [];
    own.push(call);
    byClient.set(call.client ?? "", own);
  }
  return [...byClient.values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / PER_RUN) }, (_, at) =>
      own.slice(at * PER_RUN, (at + 1) * PER_RUN),
    ),
  );
}

/** What runs.list answers. */
export const sampleRuns = (
  calls: readonly CallSummary[],
  client: string | undefined,
): { runs: RunSummary[]; next: null } => ({
  runs: chunks(calls, client)
    .flatMap((own) => summary(own) ?? [])
    .sort((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt)),
  next: null,
});

/** What runs.get answers. */
export function sampleRun(
  calls: readonly CallSummary[],
  id: number,
  hostile: boolean,
): RunDetail | undefined {
  const own = chunks(calls, undefined).find((run) => run.some((call) => call.id === id));
  const found = own === undefined ? undefined : summary(own);
  if (own === undefined || found === undefined) return undefined;
  const place = (name: string, share: number, ...tools: string[]) => ({
    name,
    calls: Math.ceil(own.length * share),
    denied: own[0]?.status === "denied" ? 1 : 0,
    tools,
  });
  return {
    ...found,
    steps: own.map((call) => ({
      server: call.server,
      tool: call.tool,
      method: call.method,
      first: call.id,
      last: call.id,
      calls: 1,
      denied: call.status === "denied" ? 1 : 0,
      failed: call.status !== "denied" && call.status !== "ok" ? 1 : 0,
      startedAt: call.startedAt,
      durationUs: call.durationUs,
    })),
    files: hostile
      ? HOSTILE.slice(0, 6).map((text) => place(text.slice(0, 4_000), 0.01, text.slice(0, 100)))
      : [
          place("/home/ada/proj/shop/src/cart.ts", 0.4, "read_file", "edit_file"),
          place("/home/ada/proj/shop/src/cart.test.ts", 0.2, "read_file", "edit_file"),
          place("/home/ada/proj/shop/package.json", 0.1, "read_file"),
          place("/home/ada/Documents/My Projects/notes.md", 0.01, "read_file"),
        ],
    hosts: hostile
      ? [place("xn--pypal-4ve.example", 0.01, "fetch")]
      : [
          place("api.github.com", 0.3, "search_code", "list_issues"),
          place("docs.example.com:8443", 0.1, "fetch"),
        ],
    callIds: own.map((call) => call.id),
    read: own.length,
    openEnd: false,
  };
}
