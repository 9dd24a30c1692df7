import { afterEach, describe, expect, it, vi } from "vitest";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { ProcessMeter, TreeUsage } from "../ports/processes.ts";
import { Health, type HealthDeps, type Instance } from "./health.ts";

const MB = 1_000_000;
const tree = (cpuMs: number, megabytes: number, processes = 1): TreeUsage => ({
  processes,
  cpuMs,
  residentBytes: megabytes * MB,
  ownBytes: (megabytes * MB) / 2,
});

type Fake = { -readonly [K in keyof Instance]: Instance[K] };

function instance(name: string, pid: number | null, more: Partial<Fake> = {}): Fake {
  return {
    name,
    pid,
    config: { isolation: "shared" },
    startedAt: 0,
    isReady: true,
    era: { kind: "session" },
    ping: () => Promise.resolve(),
    ...more,
  };
}

/** A health whose time, processes and instances belong to the test. */
function bench(more: Partial<HealthDeps<Fake>> = {}) {
  let now = 0;
  let timer: { readonly at: number; readonly act: () => void } | undefined;
  const looks: number[][] = [];
  const changed: string[] = [];
  const warnings: string[] = [];
  const trees = new Map<number, TreeUsage>();
  const instances: Fake[] = [];
  const connected = new Set<string | null>();
  const busy = new Set<Fake>();
  let fails = false;
  let armed = (): void => {};
  const meter: ProcessMeter = {
    pace: { watched: 3_000, unwatched: 30_000 },
    measure: async (roots) => {
      looks.push([...roots]);
      if (fails) throw new Error("no ps");
      return new Map(roots.flatMap((pid) => [[pid, trees.get(pid)] as const]).filter(hasTree));
    },
    close: () => {},
  };
  const health = new Health<Fake>({
    meter,
    instances: () => instances,
    isBusy: (each) => busy.has(each),
    isConnected: (id) => connected.has(id),
    changed: (name) => changed.push(name),
    log: (_level, message) => warnings.push(message),
    clock: {
      now: () => now,
      after(milliseconds, act) {
        const mine = { at: now + milliseconds, act };
        timer = mine;
        armed();
        return () => {
          if (timer === mine) timer = undefined;
        };
      },
    },
    ...more,
  });
  return {
    health,
    instances,
    trees,
    connected,
    busy,
    looks,
    changed,
    warnings,
    breakMeter: (broken: boolean) => {
      fails = broken;
    },
    nextAt: () => timer?.at,
    /** Lets time pass, and everything happen that is due meanwhile. */
    async pass(milliseconds: number, each: () => void = () => {}) {
      const until = now + milliseconds;
      for (;;) {
        const due = timer;
        if (due === undefined || due.at > until) break;
        now = due.at;
        timer = undefined;
        const next = new Promise<void>((resolve) => {
          armed = resolve;
        });
        each();
        due.act();
        await next;
      }
      now = until;
    },
  };
}

const hasTree = (pair: readonly [number, TreeUsage | undefined]): pair is readonly [number, TreeUsage] =>
  pair[1] !== undefined;

afterEach(() => vi.useRealTimers());

describe("what servers use", () => {
  it("is since a server's start at its first sample, and between samples from then on", async () => {
    const { health, instances, trees, pass } = bench();
    instances.push(instance("files", 100, { startedAt: -10_000 }));
    trees.set(100, tree(4_000, 50, 2));
    await pass(30_000);
    expect(health.of("files")).toMatchObject({
      instances: 1,
      cpuPercent: 10,
      memoryBytes: 50 * MB,
      processes: 2,
    });
    trees.set(100, tree(4_000 + 15_000, 80, 3));
    await pass(30_000);
    expect(health.of("files")).toMatchObject({ cpuPercent: 50, memoryBytes: 80 * MB, processes: 3 });
  });

  it("is the sum of all instances of a server, and starts anew with a new process", async () => {
    const { health, instances, trees, pass } = bench();
    const one = instance("files", 100);
    instances.push(one, instance("files", 101), instance("other", 102));
    trees.set(100, tree(3_000, 10)).set(101, tree(6_000, 20)).set(102, tree(0, 5));
    await pass(30_000);
    expect(health.of("files")).toMatchObject({ instances: 2, cpuPercent: 30, memoryBytes: 30 * MB });
    one.pid = 103;
    one.startedAt = 30_000;
    trees.set(103, tree(300, 7));
    await pass(30_000);
    expect(health.of("files")).toMatchObject({ cpuPercent: 1, memoryBytes: 27 * MB });
  });

  it("is nothing of a server that does not run or runs elsewhere", async () => {
    const { health, instances, trees, pass, looks } = bench();
    const files = instance("files", 100);
    instances.push(files, instance("remote", null));
    trees.set(100, tree(0, 10));
    await pass(30_000);
    expect([health.of("remote").memoryBytes, health.of("remote").instances]).toEqual([null, 1]);
    files.pid = null;
    files.startedAt = undefined;
    await pass(30_000);
    expect([health.of("files").memoryBytes, health.of("files").instances]).toEqual([null, 0]);
    // With no process to measure nobody looks.
    expect(looks).toEqual([[100]]);
  });

  it("is looked at often only while somebody watches, and kept for ten minutes", async () => {
    const { health, instances, trees, pass, nextAt, looks } = bench();
    instances.push(instance("files", 100));
    trees.set(100, tree(0, 10));
    expect(nextAt()).toBe(30_000);
    const first = await health.watch(["files"]);
    expect([first.everyMs, first.servers[0]?.points.length, looks.length]).toEqual([3_000, 1, 1]);
    await pass(12_000);
    expect(looks.length).toBe(5);
    // Fifteen seconds after the last question nobody is taken to watch any more.
    await pass(60_000);
    expect(looks.length).toBeLessThan(9);
    await pass(700_000);
    const { servers } = await health.watch(["files"]);
    const points = servers[0]?.points ?? [];
    expect(points[0]?.at).toBeGreaterThan(772_000 - 600_000);
    expect(points.length).toBeGreaterThan(15);
    expect(points.length).toBeLessThanOrEqual(60);
  });

  it("that cannot be measured is told of once, and again after it could be", async () => {
    const { instances, pass, warnings, breakMeter } = bench();
    instances.push(instance("files", 100));
    breakMeter(true);
    await pass(90_000);
    expect(warnings).toEqual(["what servers use cannot be measured: no ps"]);
    breakMeter(false);
    await pass(30_000);
    breakMeter(true);
    await pass(30_000);
    expect(warnings).toHaveLength(2);
  });
});

describe("a limit that warns", () => {
  const limited = (warn: ServerConfig["warn"]): Partial<Fake> => ({ config: { isolation: "shared", warn } });
  const codes = (health: Health<Fake>): string[] => health.of("files").warnings.map(({ code }) => code);

  it("speaks after a minute above it, tells of the change once, and is silent when it is kept again", async () => {
    const { health, instances, trees, pass, changed } = bench();
    instances.push(instance("files", 100, limited({ memoryMb: 100, cpuPercent: 50 })));
    trees.set(100, tree(0, 150));
    await pass(80_000);
    expect([codes(health), changed]).toEqual([[], []]);
    await pass(10_000);
    expect([codes(health), changed]).toEqual([["memory_over_limit"], ["files"]]);
    expect(health.of("files").warnings[0]?.message).toContain("150 MB");
    await pass(60_000);
    expect(changed).toEqual(["files"]);
    trees.set(100, tree(0, 60));
    await pass(20_000);
    expect([codes(health), changed]).toEqual([[], ["files", "files"]]);
  });

  it("of CPU goes by the mean of the minute, so that a short burst says nothing", async () => {
    const { health, instances, trees, pass } = bench();
    instances.push(instance("files", 100, limited({ cpuPercent: 50 })));
    let cpuMs = 0;
    trees.set(100, tree(cpuMs, 10));
    await pass(90_000);
    cpuMs += 10_000;
    trees.set(100, tree(cpuMs, 10));
    await pass(10_000);
    expect(codes(health)).toEqual([]);
    await pass(90_000, () => {
      cpuMs += 8_000;
      trees.set(100, tree(cpuMs, 10));
    });
    expect(codes(health)).toEqual(["cpu_over_limit"]);
  });
});

describe("a ping", () => {
  it("goes to servers of the session era that are ready and idle, and tells how long the answer took", async () => {
    const { health, instances, busy, pass } = bench();
    const pinged: string[] = [];
    const asked = (name: string, more: Partial<Fake> = {}): Fake =>
      instance(name, null, {
        ping: async () => void pinged.push(name),
        ...more,
      });
    const working = asked("busy");
    instances.push(
      asked("idle"),
      working,
      asked("starting", { isReady: false }),
      asked("stateless", { era: { kind: "stateless" } }),
    );
    busy.add(working);
    expect(health.of("idle").pingMs).toBe(null);
    await pass(340_000);
    expect(pinged).toEqual(["idle"]);
    expect(health.of("idle").pingMs).toBe(0);
    busy.clear();
    await pass(30_000);
    expect(pinged).toEqual(["idle", "busy"]);
  });

  it("left unanswered is a warning until one is answered, and none follows while it is open", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { health, instances, pass, changed } = bench();
    const pongs: (() => void)[] = [];
    const files = instance("files", null, {
      ping: () =>
        new Promise((resolve) => {
          pongs.push(resolve);
        }),
    });
    instances.push(files);
    await pass(330_000);
    expect(pongs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(health.of("files").warnings.map(({ code }) => code)).toEqual(["ping_failed"]);
    await pass(330_000);
    pongs.at(-1)?.();
    await vi.advanceTimersByTimeAsync(0);
    expect([health.of("files").warnings, changed, pongs.length]).toEqual([[], ["files", "files"], 2]);
  });
});

describe("what sharing saves", () => {
  it("is a copy for each connected client that has called a shared server, but the one that runs", async () => {
    const { health, instances, trees, connected, pass } = bench();
    instances.push(
      instance("files", 100),
      instance("own", 101, { config: { isolation: "session" } }),
      instance("remote", null),
    );
    trees.set(100, tree(0, 40, 2)).set(101, tree(0, 40));
    await pass(30_000);
    expect(health.saved()).toEqual({ processes: 0, memoryBytes: 0 });
    for (const client of ["a", "b", "b", null, "gone"])
      for (const server of ["files", "own", "remote"]) health.sharing.used(server, client);
    for (const client of ["a", "b", null, "idle"]) connected.add(client);
    // Three clients, of whose three copies one runs: twice two processes, and memory that no other shares.
    expect(health.saved()).toEqual({ processes: 4, memoryBytes: 40 * MB });
    health.removed("files");
    expect(health.saved()).toEqual({ processes: 0, memoryBytes: 0 });
  });
});
