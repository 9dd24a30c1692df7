import { describe, expect, it } from "vitest";
import { type FakeProcess, fakeMachine } from "../fixtures/fake-system.ts";
import { allGone, fixture, openServer } from "../fixtures/harness.ts";
import { createProcessTable } from "./process-table.ts";

const entry = (pid: number, ppid: number, more: Partial<FakeProcess> = {}): FakeProcess => ({
  pid,
  ppid,
  pgid: pid,
  startTime: pid * 10,
  mark: null,
  ...more,
});
const record = (pid: number, mark: string) => ({ pid, startTime: pid * 10, mark });

describe("the process table", () => {
  it("gives each running server's group, descendants and marked processes by one look, and nobody else's", async () => {
    const machine = fakeMachine([
      entry(50, 1),
      entry(100, 50, { mark: "i:a:1" }),
      entry(101, 1, { pgid: 100 }),
      entry(102, 100),
      entry(103, 1, { mark: "i:a:1" }),
      entry(200, 50, { mark: "i:b:2" }),
      entry(300, 50, { mark: "i:a:11" }),
    ]);
    let looks = 0;
    machine.onLook = () => {
      looks += 1;
    };
    const table = createProcessTable(machine.system);
    table.register(record(100, "i:a:1"));
    table.register(record(200, "i:b:2"));
    const trees = await table.trees([100, 200, 300]);
    expect([...trees].map(([root, pids]) => [root, pids.toSorted()])).toEqual([
      [100, [100, 101, 102, 103]],
      [200, [200]],
    ]);
    expect(looks).toBe(1);
  });

  it("does not look at all when no server runs, and gives nothing of a pid that has passed to a stranger", async () => {
    const machine = fakeMachine([entry(100, 1, { startTime: 5_000 }), entry(101, 100, { startTime: 5_010 })]);
    const table = createProcessTable(machine.system);
    machine.onLook = () => {
      throw new Error("looked");
    };
    expect([...(await table.trees([100]))]).toEqual([]);
    machine.onLook = () => undefined;
    table.register(record(100, "i:a:1"));
    expect([...(await table.trees([100]))]).toEqual([[100, []]]);
    table.unregister(100);
    expect([...(await table.trees([100]))]).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "finds a real server's child that has left its session",
    async () => {
      const table = createProcessTable();
      const server = openServer({ args: [fixture("forker.mjs")] }, { registries: [table] });
      const { pid, grandchild } = JSON.parse((await server.message(0)).toString());
      expect((await table.trees([pid])).get(pid)?.toSorted()).toEqual([pid, grandchild].toSorted());
      await server.transport.stop();
      expect([...(await table.trees([pid]))]).toEqual([]);
      await allGone([pid, grandchild]);
    },
  );
});
