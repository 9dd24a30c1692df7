import type { HistoryFigures } from "./history.ts";
import type { QueryTimes } from "./history-queries.ts";
import type { Beside } from "./history-recording.ts";
import { shown, table } from "./report.ts";
import { median } from "./stats.ts";

/** Milliseconds that a query may take at the median and at worst. */
interface Bars {
  readonly median: number;
  readonly worst: number;
}

const LISTS: Bars = { median: 150, worst: 400 };
const SCREEN: Bars = { median: 300, worst: Number.POSITIVE_INFINITY };
const MEMORY_MB = 200;
const RECORDING = 2;
const TASK_MS = 50;
/** Elements of the document, whatever the history's length. */
const ELEMENTS = 3_000;

const verdict = (kept: boolean): string => (kept ? "yes" : "**no**");

function queryTable(title: string, bars: Bars, queries: readonly QueryTimes[]): string {
  const worstBar = Number.isFinite(bars.worst) ? `, ${bars.worst} ms at worst` : "";
  return table(
    [title, "median ms", "worst ms", "rows", `within ${bars.median} ms at the median${worstBar}`],
    queries.map(({ name, times, rows, whole }) => {
      const [middle, worst] = [median(times), Math.max(...times)];
      const kept = middle <= bars.median && worst <= bars.worst;
      return [
        name,
        shown(middle, 1),
        shown(worst, 1),
        String(rows),
        whole ? verdict(kept) : `${verdict(false)}: not all calls were searched`,
      ];
    }),
  );
}

/** What was measured on the long history, as tables with what is asked for. */
export function historyTables(figures: HistoryFigures): string {
  const {
    commits,
    replies,
    scrolling,
    queriesMb,
    recordingMb,
    indexingMb,
    indexed,
    calls,
    lists,
    searches,
    latency,
  } = figures;
  const recorded = (name: string, { usual, searching, searches: beside }: Beside, bar?: number): string[] => [
    name,
    shown(usual, 2),
    shown(searching, 2),
    shown(beside, 0),
    shown(searching / usual, 2),
    bar === undefined ? "–" : verdict(searching <= bar * usual),
  ];
  const memory = (name: string, megabytes: number): string[] => [
    name,
    shown(megabytes, 0),
    `under ${MEMORY_MB}`,
    verdict(megabytes < MEMORY_MB),
  ];
  return [
    `${shown(calls, 0)} calls; ${lists[0]?.times.length ?? 0} runs of each query; the first 50 rows.`,
    queryTable("Activity", LISTS, lists),
    queryTable("search for a text", LISTS, searches),
    queryTable("the Latency screen of 90 days", SCREEN, latency),
    table(
      [
        "recording, p99",
        "ms usually",
        "ms beside searches without a pause",
        "searches",
        "ratio",
        "at most 2",
      ],
      [recorded("a commit", commits, RECORDING), recorded("a call's reply, seen by its client", replies)],
    ),
    table(
      ["the window, scrolling over all of them", "", "bar", "kept"],
      [
        [
          "longest task, ms on the CPU",
          shown(scrolling.longestCpuMs, 1),
          `at most ${TASK_MS}`,
          verdict(scrolling.longestCpuMs <= TASK_MS),
        ],
        [
          "longest task, ms by the clock",
          shown(scrolling.longestWallMs, 1),
          `at most ${TASK_MS}`,
          verdict(scrolling.longestWallMs <= TASK_MS),
        ],
        [
          "most elements in the document",
          shown(scrolling.mostElements, 0),
          `at most ${shown(ELEMENTS, 0)}`,
          verdict(scrolling.mostElements <= ELEMENTS),
        ],
        ["Activity opened, ms until its first rows", shown(scrolling.openedMs, 0), "–", "–"],
      ],
    ),
    table(
      ["the hub's process, highest", "MB", "bar", "kept"],
      [
        memory("during the lists, searches and charts", queriesMb),
        memory("then recording with searches without a pause beside it", recordingMb),
        memory("while indexing anew", indexingMb),
      ],
    ),
    `A lost index: ${shown(indexed.calls, 0)} calls indexed anew in ${shown(indexed.seconds, 0)} s.`,
  ].join("\n\n");
}
