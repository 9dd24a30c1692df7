import { setTimeout as sleep } from "node:timers/promises";
import type { HistoryHub } from "./history-home.ts";
import { searchOnAndOn } from "./history-queries.ts";
import { openHttpLine } from "./load/http-line.ts";
import { quantile } from "./stats.ts";

/** Recording on a long history, in milliseconds. */
export interface Recording {
  /** The client's wait for its reply. */
  readonly replyP99: number;
  /** What of it lies outside the call's recorded duration: HTTP, and the commit that the reply waits for. */
  readonly commitP99: number;
}

export interface RecordingFigures {
  readonly usual: Recording;
  readonly searching: Recording;
  /** Searches that were answered beside the calls. */
  readonly searches: number;
}

const ROUNDS = 8;
const CALLS_A_ROUND = 400;
/** Milliseconds between two calls. */
const PAUSE = 5;

/** Calls with 1 KB each, one after the other, in turns with and without searches running beside them. */
export async function measureRecording(target: HistoryHub): Promise<RecordingFigures> {
  const line = await openHttpLine({ port: target.hub.port, path: "/mcp" });
  const text = "the quick brown fox jumps over the lazy dog ".repeat(23);
  const rest = `"method":"tools/call","params":${JSON.stringify({ name: "echo__echo", arguments: { text } })}`;
  const caller = await line.connect();
  const replies = { usual: [] as number[], searching: [] as number[] };
  const commits = { usual: [] as number[], searching: [] as number[] };
  let searches = 0;

  const round = async (kind: keyof typeof replies): Promise<void> => {
    const beside = kind === "searching" ? searchOnAndOn(target) : undefined;
    const times: number[] = [];
    for (let n = 0; n < CALLS_A_ROUND; n += 1) {
      const sent = performance.now();
      await caller.send(rest);
      times.push(performance.now() - sent);
      await sleep(PAUSE);
    }
    searches += (await beside?.stop()) ?? 0;
    const { calls } = await target.control.call("calls.list", {
      filter: { server: "echo" },
      limit: CALLS_A_ROUND,
    });
    if (calls.length !== times.length) throw new Error("not every call is in the log");
    calls.reverse().forEach(({ durationUs }, at) => {
      commits[kind].push(Math.max(0, (times[at] ?? 0) - durationUs / 1_000));
    });
    replies[kind].push(...times);
  };

  try {
    for (let n = 0; n < 50; n += 1) await caller.send(rest);
    for (let n = 0; n < ROUNDS; n += 1) {
      await round("usual");
      await round("searching");
    }
  } finally {
    line.close();
  }
  const figures = (kind: keyof typeof replies): Recording => ({
    replyP99: quantile(replies[kind], 0.99),
    commitP99: quantile(commits[kind], 0.99),
  });
  return { usual: figures("usual"), searching: figures("searching"), searches };
}
