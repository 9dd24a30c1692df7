import { setTimeout as sleep } from "node:timers/promises";
import type { CallRow } from "../electron/hub/ports/storage.ts";
import { openStorage } from "../electron/storage/open.ts";
import type { HistoryHub } from "./history-home.ts";
import { searchOnAndOn } from "./history-queries.ts";
import { openHttpLine } from "./load/http-line.ts";
import { quantile } from "./stats.ts";

/** Something of recording on a long history, as the 99th percentile in milliseconds: alone, and beside searches. */
export interface Beside {
  readonly usual: number;
  readonly searching: number;
  /** Searches that were answered beside it. */
  readonly searches: number;
}

const ROUNDS = 8;
const TIMES_A_ROUND = 400;
const FIRST = 50;
/** Milliseconds between two calls. */
const PAUSE = 5;
/** 1 KB. */
const TEXT = "the quick brown fox jumps over the lazy dog ".repeat(23);
const PARAMS = JSON.stringify({ name: "echo__echo", arguments: { text: TEXT } });
const WORKER = new URL("../dist/node/store-worker.js", import.meta.url);

/** Runs `once` again and again, in turns with and without searches beside it. It gives its milliseconds. */
async function inTurns(
  once: () => Promise<number>,
  list: (search: string, limit: number) => Promise<unknown>,
): Promise<Beside> {
  const times = { usual: [] as number[], searching: [] as number[] };
  let searches = 0;
  for (let n = 0; n < FIRST; n += 1) await once();
  for (let n = 0; n < ROUNDS; n += 1)
    for (const kind of ["usual", "searching"] as const) {
      const beside = kind === "searching" ? searchOnAndOn(list) : undefined;
      for (let n = 0; n < TIMES_A_ROUND; n += 1) {
        times[kind].push(await once());
        await sleep(PAUSE);
      }
      searches += (await beside?.stop()) ?? 0;
    }
  return { usual: quantile(times.usual, 0.99), searching: quantile(times.searching, 0.99), searches };
}

/** A client's wait for the reply to a call with 1 KB, one call after the other. Afterwards all are in the log, or it throws. */
export async function measureReplies({ hub, control }: HistoryHub): Promise<Beside> {
  const line = await openHttpLine({ port: hub.port, path: "/mcp" });
  try {
    const caller = await line.connect();
    let sent = 0;
    const recorded = (): Promise<number> =>
      control
        .call("calls.count", { filter: { server: "echo" } })
        .then(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
    const before = await recorded();
    const once = async (): Promise<number> => {
      const began = performance.now();
      await caller.send(`"method":"tools/call","params":${PARAMS}`);
      sent += 1;
      return performance.now() - began;
    };
    const replies = await inTurns(once, (search, limit) =>
      control.call("calls.list", { filter: { search }, limit }),
    );
    if ((await recorded()) !== before + sent) throw new Error("not every call is in the log");
    return replies;
  } finally {
    line.close();
  }
}

/**
 * A commit by itself: how long the hub's storage, opened in this process, takes from being given a row of 2 KB until the
 * row is committed to SQLite. A reply leaves no earlier.
 */
export async function measureCommits(file: string): Promise<Beside> {
  const storage = openStorage({ file, workerScript: WORKER, log: () => {} });
  const encoder = new TextEncoder();
  const row = (): CallRow => ({
    startedAt: Date.now(),
    clientId: null,
    client: null,
    session: null,
    server: "echo",
    tool: "echo",
    method: "tools/call",
    profile: null,
    project: null,
    rule: null,
    status: "ok",
    durationUs: 900,
    queueUs: 0,
    consentUs: 0,
    upstreamUs: 800,
    hubUs: 100,
    request: encoder.encode(PARAMS),
    result: encoder.encode(JSON.stringify({ content: [{ type: "text", text: TEXT }] })),
    error: null,
  });
  const once = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const given = row();
      const began = performance.now();
      const committed = (error: Error | undefined): void =>
        error === undefined ? resolve(performance.now() - began) : reject(error);
      storage.calls.append(given, committed, true);
    });
  try {
    return await inTurns(once, (search, limit) => storage.calls.list({ search }, limit, undefined));
  } finally {
    await storage.close();
  }
}
