import { describe, expect, it } from "vitest";
import { allGone, fixture, openServer } from "../fixtures/harness.ts";
import { createProcessMeter } from "./process-meter.ts";
import type { UsageEntry, UsageSource } from "./usage-source.ts";

const entry = (pid: number, ppid: number, more: Partial<UsageEntry> = {}): UsageEntry => ({
  pid,
  ppid,
  pgid: pid,
  startTime: pid * 10,
  mark: null,
  cpuMs: 0,
  residentBytes: 100,
  ...more,
});
const record = (pid: number, mark: string) => ({ pid, startTime: pid * 10, mark });

function fakeSource(countsEnded = true) {
  const source = {
    table: [] as UsageEntry[],
    looks: 0,
    own: new Map<number, number>(),
    pace: { watched: 1, unwatched: 2 },
    countsEnded,
    look: async () => {
      source.looks += 1;
      return source.table;
    },
    ownBytes: ({ pid }: UsageEntry) => source.own.get(pid),
    sameStart: (a: number, b: number) => a === b,
    close: () => undefined,
  };
  return source satisfies UsageSource;
}

describe("the process meter", () => {
  it("counts each running server's group, descendants and marked processes by one look, and nobody else's", async () => {
    const source = fakeSource();
    source.table = [
      entry(50, 1),
      entry(100, 50, { mark: "i:a:1" }),
      entry(101, 1, { pgid: 100 }),
      entry(102, 100),
      entry(103, 1, { mark: "i:a:1", residentBytes: 1_000 }),
      entry(200, 50, { mark: "i:b:2", cpuMs: 70 }),
      entry(300, 50, { mark: "i:a:11" }),
    ];
    source.own.set(103, 40);
    const meter = createProcessMeter(source);
    meter.register(record(100, "i:a:1"));
    meter.register(record(200, "i:b:2"));
    expect([...(await meter.measure([100, 200, 300]))]).toEqual([
      [100, { processes: 4, cpuMs: 0, residentBytes: 1_300, ownBytes: 340 }],
      [200, { processes: 1, cpuMs: 70, residentBytes: 100, ownBytes: 100 }],
    ]);
    expect(source.looks).toBe(1);
  });

  it("does not look at all when no server runs, and counts nothing of a pid that has passed to a stranger", async () => {
    const source = fakeSource();
    source.table = [entry(100, 1, { startTime: 5_000 }), entry(101, 100, { startTime: 5_010 })];
    const meter = createProcessMeter(source);
    expect([...(await meter.measure([100])), source.looks]).toEqual([0]);
    meter.register(record(100, "i:a:1"));
    expect((await meter.measure([100])).get(100)?.processes).toBe(0);
    meter.unregister(100);
    expect((await meter.measure([100])).size).toBe(0);
  });

  it("counts an ended child's time once where its parent's holds it from then on", async () => {
    const source = fakeSource();
    const meter = createProcessMeter(source);
    meter.register(record(100, "i:a:1"));
    const cpu = async () => (await meter.measure([100])).get(100)?.cpuMs;
    source.table = [entry(100, 1, { cpuMs: 10 }), entry(101, 100, { cpuMs: 500 })];
    expect(await cpu()).toBe(510);
    // The child went on for 100 ms, ended, and stands with its parent; another came and went in between.
    source.table = [entry(100, 1, { cpuMs: 10 + 600 + 40 })];
    expect(await cpu()).toBe(650);
  });

  it("never falls where an ended child's time is lost", async () => {
    for (const countsEnded of [true, false]) {
      const source = fakeSource(countsEnded);
      const meter = createProcessMeter(source);
      meter.register(record(100, "i:a:1"));
      const cpu = async () => (await meter.measure([100])).get(100)?.cpuMs ?? 0;
      source.table = [entry(100, 1, { cpuMs: 10 }), entry(101, 100, { cpuMs: 500 })];
      const first = await cpu();
      source.table = [entry(100, 1, { cpuMs: 30 })];
      expect([first, await cpu()]).toEqual([510, countsEnded ? 510 : 530]);
    }
  });

  it.skipIf(process.platform === "win32")(
    "measures a real server together with its child that has left its session",
    async () => {
      const meter = createProcessMeter();
      const server = openServer({ args: [fixture("forker.mjs")] }, { registries: [meter] });
      const { pid, grandchild } = JSON.parse((await server.message(0)).toString());
      const usage = (await meter.measure([pid])).get(pid);
      expect(usage?.processes).toBe(2);
      expect(usage?.cpuMs).toBeGreaterThan(0);
      // Two Node processes hold tens of megabytes, and share some of it.
      expect(usage?.residentBytes).toBeGreaterThan(20_000_000);
      expect(usage?.ownBytes).toBeGreaterThan(0);
      expect(usage?.ownBytes).toBeLessThanOrEqual(usage?.residentBytes ?? 0);
      await server.transport.stop();
      expect((await meter.measure([pid])).size).toBe(0);
      await allGone([pid, grandchild]);
      meter.close();
    },
  );
});
