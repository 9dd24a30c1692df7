import { describe, expect, it } from "vitest";
import type { CallSummary } from "../../../shared/model/call.ts";
import { callSummary } from "../../testing/calls.ts";
import { createFakeConnection, createFakeSchedule, offline } from "../../testing/fake-connection.ts";
import { createCallsStore } from "./calls-store.ts";
import { HEAD_ROWS, KEPT_PAGES } from "./pages.ts";

const call = (id: number, more: Partial<CallSummary> = {}): CallSummary => callSummary({ id, ...more });
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The most rows that may be in memory. */
const MOST_ROWS = HEAD_ROWS + 500 + KEPT_PAGES * 512;

/** What the hub answers over `stored`, newest first. */
const answers = (stored: CallSummary[]) => ({
  "calls.list": ({ before, limit }: { before?: number; limit: number }) => {
    const found = before === undefined ? stored : stored.filter((entry) => entry.id < before);
    return { calls: found.slice(0, limit), more: found.length > limit };
  },
  "calls.count": () => {
    const counts = new Map<number, number>();
    for (const { id } of stored)
      counts.set(Math.floor(id / 512), (counts.get(Math.floor(id / 512)) ?? 0) + 1);
    return {
      span: 512,
      ranges: [...counts.keys()],
      counts: [...counts.values()],
      newest: stored[0]?.id ?? 0,
    };
  },
});

async function setUp(
  stored: CallSummary[] = [call(2), call(1)],
  more: Partial<ReturnType<typeof answers>> = {},
) {
  const connection = createFakeConnection({ ...answers(stored), ...more });
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

  it("follows the index while a search does not reach all calls, and searches again once it does", async () => {
    let reach = { through: 1, of: 2 };
    const stored = [call(2)];
    const { calls, connection, ids } = await setUp(stored, {
      "calls.list": () => ({ calls: [...stored], more: false, searched: reach }),
    });
    const tell = (through: number) => {
      const chain = { through: 2, of: 2, key: null };
      connection.broadcast("historyChanged", { chain, indexed: { through, of: 2 } });
    };
    calls.setText("needle");
    await settle();
    tell(1);
    expect(calls.store.getState()).toMatchObject({ searched: reach, indexed: { through: 1, of: 2 } });
    stored.push(call(1));
    reach = { through: 2, of: 2 };
    tell(2);
    await settle();
    expect(ids()).toEqual([2, 1]);
    expect(calls.store.getState()).toMatchObject({ searched: reach, indexed: null });
    const asked = connection.calls.length;
    tell(2);
    await settle();
    expect(connection.calls.length).toBe(asked);
  });

  it("moves nothing under somebody who reads when the index is whole: the older calls follow at the end", async () => {
    const stored = [call(3), call(2), call(1)];
    const { calls, connection, ids } = await setUp(stored, {
      "calls.list": ({ before }: { before?: number }) =>
        before === undefined
          ? { calls: [call(3)], more: false, searched: { through: 1, of: 3 } }
          : { calls: [call(2), call(1)], more: false, searched: { through: 3, of: 3 } },
    });
    calls.setText("needle");
    await settle();
    calls.setReading(true);
    connection.broadcast("historyChanged", {
      chain: { through: 3, of: 3, key: null },
      indexed: { through: 3, of: 3 },
    });
    expect([ids(), calls.store.getState().phase, calls.store.getState().more]).toEqual([[3], "ready", true]);
    calls.look(0, 1);
    await settle();
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("lets in only what the filter wants", async () => {
    const { calls, arrive, ids } = await setUp([]);
    calls.setText("server:github status:error");
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
    calls.setText("needle");
    await settle();
    stored.unshift(call(2));
    arrive(call(2));
    expect(ids()).toEqual([1]);
    for (const run of timers.splice(0)) run();
    await settle();
    expect(ids()).toEqual([2, 1]);
    expect(connection.calls.at(-1)?.params).toMatchObject({ filter: { search: "needle" } });
  });

  it("keeps a bounded part of a flood in memory and knows the place of the rest, with one update a frame", async () => {
    const { connection, calls, flush } = await setUp();
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
    expect(calls.store.getState().size).toBe(20_002);
    expect(calls.loaded()).toBeLessThanOrEqual(MOST_ROWS);
    expect(calls.row(0)?.id).toBe(20_009);
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

  it("knows how many there are, and reads what is looked at, wherever that is", async () => {
    const stored = Array.from({ length: 20_000 }, (_, index) => call(40_000 - index * 2));
    const { calls, connection } = await setUp(stored);
    expect(calls.store.getState()).toMatchObject({ size: 20_000, more: false });
    expect(calls.row(10_000)).toBeUndefined();
    for (const first of [10_000, 19_970, 150, 7_777, 0, 12_345]) {
      calls.look(first, first + 30);
      await settle();
      await settle();
      for (let index = first; index < first + 30; index += 1)
        expect(calls.row(index)?.id).toBe(stored[index]?.id);
      expect(calls.indexOf(stored[first]?.id ?? 0)).toBe(first);
    }
    expect(connection.calls.length).toBeLessThan(20);
    expect(calls.store.getState().size).toBe(20_000);
  });

  it("holds few pages in memory, however far is scrolled, and reads those again that it has let go", async () => {
    const stored = Array.from({ length: 50_000 }, (_, index) => call(50_000 - index));
    const { calls } = await setUp(stored);
    for (let first = 0; first < 49_970; first += 400) {
      calls.look(first, first + 30);
      await settle();
      await settle();
      expect(calls.loaded()).toBeLessThanOrEqual(MOST_ROWS);
    }
    expect(calls.row(2_000)).toBeUndefined();
    expect((await calls.fetch(2_000))?.id).toBe(48_000);
  });

  it("moves nothing that is read when calls arrive, and shows places as they are when they are let in", async () => {
    const stored = Array.from({ length: 3_000 }, (_, index) => call(3_000 - index));
    const { calls, arrive } = await setUp(stored);
    calls.setReading(true);
    calls.look(1_500, 1_530);
    await settle();
    await settle();
    arrive(call(3_001), call(3_002));
    expect(calls.row(1_500)?.id).toBe(1_500);
    expect(calls.store.getState()).toMatchObject({ size: 3_000, waiting: 2 });
    calls.setReading(false);
    expect(calls.row(1_502)?.id).toBe(1_500);
    expect(calls.store.getState()).toMatchObject({ size: 3_002, waiting: 0 });
  });

  it("counts anew what retention has taken, as it comes upon it", async () => {
    const stored = Array.from({ length: 2_000 }, (_, index) => call(2_000 - index));
    const { calls } = await setUp(stored);
    stored.splice(1_000);
    for (const first of [1_100, 1_300, 1_900, 1_500]) {
      calls.look(first, first + 30);
      await settle();
      await settle();
    }
    expect(calls.store.getState().size).toBe(1_000);
  });

  it("grows at its end where nothing can be counted", async () => {
    const stored = Array.from({ length: 450 }, (_, index) => call(450 - index));
    const { calls, connection, ids } = await setUp(stored);
    calls.setText('"needle"');
    await settle();
    expect(calls.store.getState()).toMatchObject({ size: 200, more: true });
    for (const last of [200, 400, 450]) {
      calls.look(last - 30, last);
      await settle();
      await settle();
    }
    expect(ids()).toHaveLength(450);
    expect(calls.store.getState().more).toBe(false);
    expect(connection.calls.filter(({ method }) => method === "calls.count")).toHaveLength(1);
  });

  it("can be scrolled through when the hub cannot count", async () => {
    const stored = Array.from({ length: 450 }, (_, index) => call(450 - index));
    const { calls, ids } = await setUp(stored, {
      "calls.count": () => {
        throw new Error("no");
      },
    });
    calls.look(190, 200);
    await settle();
    await settle();
    expect(ids()).toHaveLength(400);
  });

  it("keeps the last right filter in force while what is typed is wrong", async () => {
    const { calls, connection } = await setUp();
    calls.setText("server:files");
    await settle();
    const asked = connection.calls.length;
    calls.setText("server:files status:");
    await settle();
    expect(connection.calls).toHaveLength(asked);
    expect(calls.store.getState()).toMatchObject({
      filter: { server: "files" },
      problems: [{ message: "status: needs a value." }],
    });
    calls.setText("server:files ");
    await settle();
    expect(connection.calls).toHaveLength(asked);
    expect(calls.store.getState().problems).toEqual([]);
  });

  it("begins anew when more came than it keeps while the person was reading", async () => {
    const stored = Array.from({ length: 300 }, (_, index) => call(300 - index));
    const { calls, arrive } = await setUp(stored);
    calls.setReading(true);
    const fresh = Array.from({ length: 3_000 }, (_, index) => call(301 + index));
    stored.unshift(...fresh.toReversed());
    arrive(...fresh);
    expect(calls.row(0)?.id).toBe(300);
    calls.setReading(false);
    await settle();
    await settle();
    expect(calls.store.getState().size).toBe(3_300);
    expect(calls.row(0)?.id).toBe(3_300);
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
