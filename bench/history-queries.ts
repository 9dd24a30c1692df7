import type { CallFilter } from "../shared/model/call.ts";
import { KNOWN } from "./history-generate.ts";
import type { HistoryHub } from "./history-home.ts";

/** Milliseconds that each run of a query took, from the request to the parsed answer. */
export interface QueryTimes {
  readonly name: string;
  readonly times: readonly number[];
  /** Rows that it found, at most the 50 asked for. */
  readonly rows: number;
  /** Whether all calls were searched. */
  readonly whole: boolean;
}

const DAY_MS = 86_400_000;
const ROWS = 50;

/** Activity without a filter and with each single one, common and rare. */
const lists = (now: number): Readonly<Record<string, CallFilter>> => ({
  "no filter": {},
  "server, common": { server: "files" },
  "server, rare": { server: "time" },
  "tool, common": { tool: "read_text_file" },
  "tool, rare": { tool: "create_event" },
  "tool by pattern": { tool: "git_*" },
  "client, common": { client: "claude-code" },
  "client, rare": { client: "notebook" },
  "project, rare": { project: "/home/ada/src/playground" },
  "session, old": { session: "s-17" },
  "method, rare": { method: "resources/read" },
  "status error": { status: "error" },
  "status timeout": { status: "timeout" },
  "since 30 days": { since: now - 30 * DAY_MS },
  "until 60 days ago": { until: now - 60 * DAY_MS },
  "longer than 500 ms": { minDurationUs: 500_000 },
  "longer than 100 s": { minDurationUs: 100_000_000 },
  "shorter than 150 µs": { maxDurationUs: 150 },
  "not server": { not: { server: ["files", "git"] } },
  "absent server": { server: "no-such-server" },
});

const searches: Readonly<Record<string, string>> = {
  common: KNOWN.common,
  rare: KNOWN.rare,
  absent: KNOWN.absent,
  "absent, of common parts": "therention",
  "part of a path": "/home/ada/src/web/src/",
  "part of an identifier": "awaitConst",
  "one character": "q",
  "one character, absent": "€",
  "two characters": "zq",
  Chinese: KNOWN.chinese,
  "one Chinese character": "据",
  Japanese: KNOWN.japanese,
  Arabic: KNOWN.arabic,
  emoji: KNOWN.emoji,
};

type Run = () => Promise<Pick<QueryTimes, "rows" | "whole">>;

/** Runs each query once a round, so that none finds only its own pages still in the caches. */
async function inRounds(queries: ReadonlyMap<string, Run>, rounds: number): Promise<QueryTimes[]> {
  const times = new Map<string, number[]>();
  const last = new Map<string, Pick<QueryTimes, "rows" | "whole">>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of queries) {
      const began = performance.now();
      last.set(name, await run());
      times.set(name, [...(times.get(name) ?? []), performance.now() - began]);
    }
  }
  return [...queries.keys()].map((name) => ({
    name,
    times: times.get(name) ?? [],
    rows: last.get(name)?.rows ?? 0,
    whole: last.get(name)?.whole ?? false,
  }));
}

const listing =
  ({ control }: HistoryHub, filter: CallFilter): Run =>
  async () => {
    const { calls, searched } = await control.call("calls.list", { filter, limit: ROWS });
    return { rows: calls.length, whole: searched === undefined || searched.through === searched.of };
  };

const each = (filters: Readonly<Record<string, CallFilter>>, hub: HistoryHub): Map<string, Run> =>
  new Map(Object.entries(filters).map(([name, filter]) => [name, listing(hub, filter)]));

/** The first 50 rows of Activity, without a filter and with each. */
export const measureLists = (hub: HistoryHub, rounds: number): Promise<QueryTimes[]> =>
  inRounds(each(lists(Date.now()), hub), rounds);

/** The first 50 rows of a search for a text. */
export const measureSearches = (hub: HistoryHub, rounds: number): Promise<QueryTimes[]> =>
  inRounds(
    each(Object.fromEntries(Object.entries(searches).map(([name, search]) => [name, { search }])), hub),
    rounds,
  );

/** What the Latency screen asks for at once, for 90 days: the series, the heatmap and the lists of tools. */
export function measureLatency({ control }: HistoryHub, rounds: number): Promise<QueryTimes[]> {
  const screen =
    (by?: "server" | "tool" | "client" | "project"): Run =>
    async () => {
      const to = Date.now();
      const span = { from: to - 90 * DAY_MS, to, filter: {} };
      const [series] = await Promise.all([
        control.call("metrics.series", { ...span, ...(by === undefined ? {} : { by }) }),
        control.call("metrics.heatmap", span),
        control.call("metrics.top", { ...span, limit: 8 }),
      ]);
      return { rows: series.groups.length, whole: series.behind < 1_000 };
    };
  const queries = new Map([["90 days", screen()]]);
  for (const by of ["server", "tool", "client", "project"] as const) queries.set(`by ${by}`, screen(by));
  return inRounds(queries, rounds);
}

/** Searches with `list`, for one text after the other, until it is told to stop; resolves with how many. */
export function searchOnAndOn(list: (search: string, limit: number) => Promise<unknown>): {
  stop(): Promise<number>;
} {
  let stopped = false;
  const running = (async () => {
    let count = 0;
    while (!stopped) {
      for (const search of Object.values(searches)) {
        if (stopped) break;
        await list(search, ROWS);
        count += 1;
      }
    }
    return count;
  })();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}
