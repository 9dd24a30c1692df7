/**
 * `npm run bench -- --history [--home DIR] [--quick]`: the history with a million calls, through the control API of the
 * built hub as a window asks it. With `--home` the generated history is kept there and used again.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HistoryHub, prepareHistoryHome, settle, startHistoryHub, watchMemory } from "./history-home.ts";
import { measureLatency, measureLists, measureSearches, type QueryTimes } from "./history-queries.ts";
import { type Beside, measureCommits, measureReplies } from "./history-recording.ts";
import { measureScrolling, type ScrollFigures } from "./history-scroll.ts";

/** Everything that is measured on the long history. */
export interface HistoryFigures {
  readonly calls: number;
  readonly lists: readonly QueryTimes[];
  readonly searches: readonly QueryTimes[];
  readonly latency: readonly QueryTimes[];
  readonly commits: Beside;
  readonly replies: Beside;
  readonly scrolling: ScrollFigures;
  /** The highest resident memory of the hub's process in MB: during the queries, then recording, and while indexing. */
  readonly queriesMb: number;
  readonly recordingMb: number;
  readonly indexingMb: number;
  /** Indexing: how many calls in how many seconds, as far as it was watched. */
  readonly indexed: { readonly calls: number; readonly seconds: number };
}

type Say = (text: string) => void;

const settled = 15 * 60_000;
/** Milliseconds for which a lost index is watched being made. */
const indexingWatched = 60_000;

/** Measures; a home that is not given is made and removed. Throws when something cannot be measured. */
export async function measureHistory(
  given: string | undefined,
  rounds: number,
  say: Say,
): Promise<HistoryFigures> {
  const home = given ?? mkdtempSync(join(tmpdir(), "gatehouse-history-"));
  try {
    prepareHistoryHome(home, say);
    await onHub(home, async (hub) => {
      say("waiting until all is indexed, chained and summed up");
      const { done } = await settle(hub, settled, say);
      if (!done) throw new Error("the history was not indexed, chained and summed up within 15 minutes");
    });
    const asked = await onHub(home, (hub) => ask(hub, rounds, say));
    say("commits, with and without searches beside them");
    const commits = await measureCommits(join(home, "gatehouse.db"));
    return { ...asked, commits, ...(await indexAnew(home, say)) };
  } finally {
    if (given === undefined) rmSync(home, { recursive: true, force: true });
  }
}

async function onHub<T>(home: string, use: (hub: HistoryHub) => Promise<T>): Promise<T> {
  const hub = await startHistoryHub(home);
  try {
    return await use(hub);
  } finally {
    await hub.stop();
  }
}

async function ask(hub: HistoryHub, rounds: number, say: Say) {
  const memory = watchMemory(hub.hub.pid);
  try {
    const { indexed } = await hub.control.call("calls.state", {});
    const phase = (name: string): void =>
      say(`${name} (the hub's highest memory so far: ${memory.peakMb().toFixed(0)} MB)`);
    phase("lists");
    const lists = await measureLists(hub, rounds);
    phase("searches");
    const searches = await measureSearches(hub, rounds);
    phase("the Latency screen");
    const latency = await measureLatency(hub, rounds);
    phase("scrolling in a window");
    const scrolling = await measureScrolling(hub);
    const queriesMb = memory.peakMb();
    phase("recording, with and without searches beside it");
    const replies = await measureReplies(hub);
    return {
      calls: indexed.of,
      lists,
      searches,
      latency,
      replies,
      scrolling,
      queriesMb,
      recordingMb: memory.peakMb(),
    };
  } finally {
    memory.stop();
  }
}

/** Takes the index away, watches it being made anew, and puts the old one back. */
async function indexAnew(home: string, say: Say) {
  const file = join(home, "search.db");
  const kept = `${file}.kept`;
  renameSync(file, kept);
  try {
    say("indexing anew");
    return await onHub(home, async (hub) => {
      const memory = watchMemory(hub.hub.pid);
      try {
        await hub.control.call("calls.list", { filter: { search: "begin" }, limit: 1 });
        const { seconds } = await settle(hub, indexingWatched, say);
        const { indexed } = await hub.control.call("calls.state", {});
        return { indexingMb: memory.peakMb(), indexed: { calls: indexed.through, seconds } };
      } finally {
        memory.stop();
      }
    });
  } finally {
    for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) rmSync(path);
    renameSync(kept, file);
  }
}
