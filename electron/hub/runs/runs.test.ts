import { describe, expect, it } from "vitest";
import type { CallSummary } from "../../../shared/model/call.ts";
import type { CallLog } from "../ports/storage.ts";
import { readRun } from "./runs.ts";

const T0 = Date.parse("2026-03-01T10:00:00Z");

interface Made extends Partial<CallSummary> {
  /** Milliseconds since T0. */
  readonly at: number;
  readonly request?: Buffer;
}

/** A log that holds these calls, a millisecond each, all of one client without sessions. */
function logOf(made: readonly Made[]): Pick<CallLog, "list" | "get"> {
  const rows = made.map(({ at, request, ...more }, index) => {
    const call: CallSummary = {
      id: index + 1,
      startedAt: new Date(T0 + at).toISOString(),
      client: "claude",
      session: null,
      server: "files",
      tool: "read_file",
      method: "tools/call",
      status: "ok",
      durationUs: 1_000,
      times: { queue: 0, consent: 0, upstream: 0, hub: 1_000 },
      requestBytes: request?.length ?? 0,
      resultBytes: 0,
      profile: null,
      project: null,
      rule: null,
      ...more,
    };
    return { at: T0 + at, call, request };
  });
  return {
    async list({ since = 0, until = Number.POSITIVE_INFINITY }, limit, before = Number.POSITIVE_INFINITY) {
      const found = rows.filter(({ at, call }) => at >= since && at < until && call.id < before).reverse();
      return { calls: found.slice(0, limit).map(({ call }) => call), more: found.length > limit };
    },
    async get(id, most) {
      const row = rows[id - 1];
      if (row === undefined) return undefined;
      const { call, request } = row;
      const text = request?.toString("utf8", 0, most) ?? "";
      const bytes = request?.length ?? 0;
      const payload = request === undefined ? null : { text, bytes, truncated: bytes > most };
      return { ...call, request: payload, result: null, error: null };
    },
  };
}
const hostOf = (server: string) => (server === "remote" ? "mcp.example.com" : undefined);
const params = (value: object): Buffer => Buffer.from(JSON.stringify(value));

describe("a run", () => {
  it("names the files of calls that write much into them, and says what was denied", async () => {
    const write = (path: string, bytes: number) =>
      params({ name: "w", arguments: { content: "x".repeat(bytes), path } });
    const log = logOf([
      { at: 0, request: write("/big", 3_000_000) },
      { at: 1, request: write("/huge", 40_000_000) },
      { at: 2, request: write("/big", 10), status: "denied" },
      { at: 3, method: "resources/read", request: params({ uri: "file:///read" }) },
      { at: 4, method: "tools/list", tool: null },
    ]);
    const run = await readRun(log, 1, hostOf);
    expect(run.files).toEqual([
      { name: "/big", calls: 2, denied: 1, tools: ["read_file"] },
      { name: "/read", calls: 1, denied: 0, tools: ["resources/read"] },
    ]);
    expect(run).toMatchObject({ calls: 5, read: 4, openStart: false, openEnd: false });
  });

  it("reached the hosts that calls named, and those of the remote servers that were not kept from them", async () => {
    const fetched = params({ arguments: { url: "https://mcp.example.com/x" } });
    const log = logOf([
      { at: 0, server: "remote", tool: "fetch", request: fetched },
      { at: 1, server: "remote", tool: "list" },
      { at: 2, server: "remote", tool: "send", status: "denied" },
      {
        at: 3,
        tool: "fetch",
        request: params({ arguments: { url: "http://other.example" } }),
        status: "denied",
      },
    ]);
    expect((await readRun(log, 1, hostOf)).hosts).toEqual([
      { name: "mcp.example.com", calls: 2, denied: 0, tools: ["fetch", "list"] },
      { name: "other.example", calls: 1, denied: 1, tools: ["fetch"] },
    ]);
  });

  it("of a client without sessions is that of one project folder", async () => {
    const log = logOf([
      { at: 0, project: "/a" },
      { at: 1, project: "/b" },
      { at: 2, project: "/a" },
    ]);
    expect((await readRun(log, 1, hostOf)).callIds).toEqual([1, 3]);
  });

  it("of more calls than are looked through is shown around the call, its ends said to be open", async () => {
    const log = logOf(Array.from({ length: 12_000 }, (_, index) => ({ at: index * 10 })));
    for (const id of [1, 6_000, 12_000]) {
      const { callIds, openStart, openEnd } = await readRun(log, id, hostOf);
      expect(callIds).toContain(id);
      expect(callIds.length).toBeGreaterThan(2_000);
      expect(callIds.length).toBeLessThanOrEqual(5_000);
      expect({ openStart, openEnd }).toEqual({ openStart: id > 1, openEnd: id < 12_000 });
    }
  });

  it("goes on over hours as long as no pause ends it", async () => {
    const log = logOf(Array.from({ length: 60 }, (_, index) => ({ at: index * 9 * 60_000 })));
    expect(await readRun(log, 30, hostOf)).toMatchObject({ calls: 60, openStart: false, openEnd: false });
  });
});
