import { describe, expect, it } from "vitest";
import type { CallSummary } from "../../../shared/model/call.ts";
import { createFakeConnection, createFakeSchedule, offline } from "../../lib/fake-connection.ts";
import { createCallsStore, LIVE_ROWS } from "./calls-store.ts";

const call = (id: number, more: Partial<CallSummary> = {}): CallSummary => ({
  id,
  startedAt: "2026-11-22T12:00:00.000Z",
  client: "claude",
  session: null,
  server: "files",
  tool: "read",
  method: "tools/call",
  status: "ok",
  durationUs: 1,
  times: { queue: 0, consent: 0, upstream: 1, hub: 0 },
  requestBytes: 1,
  resultBytes: 1,
  profile: null,
  project: null,
  rule: null,
  ...more,
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function setUp(stored: CallSummary[] = [call(2), call(1)]) {
  const connection = createFakeConnection({
    "calls.list": ({ before, limit }: { before?: number; limit: number }) => {
      const found = stored.filter((entry) => before === undefined || entry.id < before);
      return { calls: found.slice(0, limit), more: found.length > limit };
    },
  });
  const { schedule, flush } = createFakeSchedule();
  const timers: (() => void)[] = [];
  const calls = createCallsStore(connection, {
    schedule,
    later: (run) => {
      timers.push(run);
      return () => undefined;
    },
  });
  await settle();
  const arrive = (...list: CallSummary[]) => {
    connection.broadcast("callsRecorded", { calls: list, dropped: 0 });
    flush();
  };
  const ids = () => Array.from({ length: calls.store.getState().size }, (_, index) => calls.row(index)?.id);
  return { connection, calls, timers, arrive, ids, flush };
}

describe("the live list of calls", () => {
  it("shows the stored calls and puts new ones on top", async () => {
    const { arrive, ids } = await setUp();
    arrive(call(3), call(4));
    expect(ids()).toEqual([4, 3, 2, 1]);
  });

  it("shows a call once, in its place, however it arrives", async () => {
    const { arrive, ids } = await setUp();
    arrive(call(5));
    arrive(call(4), call(5), call(3));
    expect(ids()).toEqual([5, 4, 3, 2, 1]);
  });

  it("moves nothing while the person reads, and counts what waits", async () => {
    const { calls, arrive, ids } = await setUp();
    calls.setReading(true);
    arrive(call(3), call(4));
    expect(ids()).toEqual([2, 1]);
    expect(calls.store.getState().waiting).toBe(2);
    calls.setReading(false);
    expect(ids()).toEqual([4, 3, 2, 1]);
    expect(calls.store.getState().waiting).toBe(0);
  });

  it("puts what waited in its places, each once, whatever order it came in", async () => {
    const { calls, arrive, ids } = await setUp([call(7), call(2)]);
    calls.setReading(true);
    arrive(call(9), call(12));
    arrive(call(5), call(3));
    arrive(call(10), call(5), call(7), call(12));
    calls.setReading(false);
    expect(ids()).toEqual([12, 10, 9, 7, 5, 3, 2]);
  });

  it("lets in only what the filter wants", async () => {
    const { calls, arrive, ids } = await setUp([]);
    calls.setFilter({ server: "github", status: "error" });
    await settle();
    arrive(
      call(3, { server: "github" }),
      call(4, { server: "github", status: "error" }),
      call(5, { status: "error" }),
    );
    expect(ids()).toEqual([4]);
  });

  it("asks the hub again when it searches payloads and calls arrive", async () => {
    const stored = [call(1)];
    const { connection, calls, timers, arrive, ids } = await setUp(stored);
    calls.setFilter({ search: "needle" });
    await settle();
    stored.unshift(call(2));
    arrive(call(2));
    expect(ids()).toEqual([1]);
    for (const run of timers.splice(0)) run();
    await settle();
    expect(ids()).toEqual([2, 1]);
    expect(connection.calls.at(-1)?.params).toMatchObject({ filter: { search: "needle" } });
  });

  it("stays bounded in a flood, with one update a frame", async () => {
    const { connection, calls, flush, ids } = await setUp();
    let updates = 0;
    calls.store.subscribe(() => {
      updates += 1;
    });
    for (let batch = 0; batch < 100; batch += 1)
      connection.broadcast("callsRecorded", {
        calls: Array.from({ length: 200 }, (_, index) => call(10 + batch * 200 + index)),
        dropped: 0,
      });
    flush();
    expect(updates).toBe(1);
    expect(ids()).toHaveLength(LIVE_ROWS);
    expect(ids()[0]).toBe(20_009);
    expect(calls.store.getState().more).toBe(true);
  });

  it("fetches what the hub left out of a flood", async () => {
    const stored = [call(1)];
    const { connection, calls, timers, ids } = await setUp(stored);
    stored.unshift(call(3), call(2));
    connection.broadcast("callsRecorded", { calls: [], dropped: 2 });
    expect(calls.store.getState().missed).toBe(2);
    for (const run of timers.splice(0)) run();
    await settle();
    expect(ids()).toEqual([3, 2, 1]);
    expect(calls.store.getState().missed).toBe(0);
  });

  it("pages into the past", async () => {
    const { calls, ids } = await setUp(Array.from({ length: 450 }, (_, index) => call(450 - index)));
    expect(ids()).toHaveLength(200);
    await calls.loadOlder();
    await calls.loadOlder();
    await calls.loadOlder();
    expect(ids()).toHaveLength(450);
    expect(calls.store.getState().more).toBe(false);
  });

  it("adds what it missed when the hub is back, and moves nothing that is being read", async () => {
    const stored = [call(2), call(1)];
    const { connection, calls, timers, ids } = await setUp(stored);
    calls.setReading(true);
    connection.become(offline);
    stored.unshift(call(3));
    connection.become({ phase: "online", role: "viewer" });
    for (const run of timers.splice(0)) run();
    await settle();
    expect(ids()).toEqual([2, 1]);
    calls.catchUp();
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("finds a call's place by id", async () => {
    const { calls } = await setUp([call(9), call(5), call(2)]);
    expect([calls.indexOf(9), calls.indexOf(5), calls.indexOf(2), calls.indexOf(3)]).toEqual([0, 1, 2, -1]);
  });

  it("says what failed", async () => {
    const connection = createFakeConnection({
      "calls.list": () => {
        throw new Error("disk full");
      },
    });
    const calls = createCallsStore(connection);
    await settle();
    expect(calls.store.getState()).toMatchObject({ phase: "failed", failure: { message: "disk full" } });
  });
});
