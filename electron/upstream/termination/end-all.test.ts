import { describe, expect, it } from "vitest";
import { type FakeMachine, type FakeProcess, fakeMachine } from "../fixtures/fake-system.ts";
import { endAll } from "./end-all.ts";
import { cleanUpAfter } from "./guard-duty.ts";
import { addition, farewell, GuardState, introduction, removal } from "./guard-protocol.ts";
import { terminateTree } from "./terminate-tree.ts";

const mark = "i:s:1";
const process = (pid: number, ppid: number, more: Partial<FakeProcess> = {}): FakeProcess => ({
  pid,
  ppid,
  pgid: pid,
  startTime: pid * 10,
  mark: null,
  ...more,
});
const target = { pid: 100, startTime: 1_000, mark };
const grace = { stdinMs: 1_000, termMs: 1_500, killMs: 1_000 };
const terminate = ({ system, clock }: FakeMachine, log = () => undefined): Promise<void> =>
  terminateTree(target, { system, clock, grace, log });

describe("terminateTree", () => {
  it("sends nothing to a server that goes when its stdin closes", async () => {
    const machine = fakeMachine([process(100, 50, { until: 300 }), process(50, 1)]);
    await terminate(machine);
    expect(machine.sent).toEqual([]);
    expect([...machine.living.keys()]).toEqual([50]);
    expect(machine.now()).toBeLessThan(450);
  });

  it("ends group, descendants and marked processes with SIGTERM, once each, and nobody else", async () => {
    const machine = fakeMachine([
      process(50, 1, { mark: "other:s:1" }),
      process(100, 50, { mark }),
      process(101, 100, { pgid: 100 }),
      process(102, 101, { pgid: 102 }),
      process(103, 1, { pgid: 103, mark }),
      process(104, 103, { pgid: 104 }),
      process(200, 50, { mark: "i:s:2" }),
    ]);
    await terminate(machine);
    expect(machine.sent.map((line) => line.replace(/^\d+ /, ""))).toEqual([
      "SIGTERM 100",
      "SIGTERM 101",
      "SIGTERM 102",
      "SIGTERM 103",
      "SIGTERM 104",
    ]);
    expect([...machine.living.keys()]).toEqual([50, 200]);
  });

  it("follows with SIGKILL what ignores SIGTERM, within 3 s in all, also orphans and newcomers", async () => {
    const stubborn = { ignores: ["SIGTERM"] } as const;
    const machine = fakeMachine([process(100, 50), process(101, 100, { pgid: 101, ...stubborn })]);
    machine.onLook = () => {
      if (machine.now() > 1_200 && machine.living.has(101) && !machine.living.has(102)) {
        machine.living.set(102, process(102, 101, stubborn));
      }
    };
    await terminate(machine);
    expect([...machine.living.keys()]).toEqual([]);
    expect(machine.sent.filter((line) => line.includes("SIGTERM 101"))).toHaveLength(1);
    expect(machine.now()).toBeLessThan(3_000);
  });

  it("never touches a stranger who got the pid, nor the stranger's group and children", async () => {
    const machine = fakeMachine([
      process(100, 1, { startTime: 5_000 }),
      process(101, 100, { pgid: 100, startTime: 5_010 }),
    ]);
    await terminate(machine);
    expect(machine.sent).toEqual([]);
  });

  it("finds the rest of a group whose leader is gone", async () => {
    const machine = fakeMachine([process(101, 1, { pgid: 100 })]);
    await terminate(machine);
    expect([...machine.living.keys()]).toEqual([]);
  });

  it("gives up on what survives SIGKILL, and says so", async () => {
    const machine = fakeMachine([process(100, 50, { ignores: ["SIGTERM", "SIGKILL"] })]);
    const messages: string[] = [];
    const log = (_level: string, message: string): void => void messages.push(message);
    await terminateTree(target, { ...machine, grace, log });
    expect(messages).toEqual([`Processes 100 of ${mark} survived SIGKILL.`]);
  });

  it("ends at least the root when the process table cannot be read", async () => {
    const machine = fakeMachine([process(100, 50)]);
    let failing = true;
    const list = machine.system.list;
    const system = { ...machine.system, list: () => (failing ? Promise.reject(new Error("no ps")) : list()) };
    const end = machine.system.end;
    system.end = (...args) => {
      failing = false;
      return end(...args);
    };
    await terminateTree(target, { ...machine, system, grace });
    expect([...machine.living.keys()]).toEqual([]);
  });

  it("finds a dead parent's children on Windows, where they keep its pid, unless it has passed to another", async () => {
    const machine = fakeMachine(
      [
        process(101, 100, { pgid: null }),
        process(102, 101, { pgid: null }),
        process(103, 102, { pgid: null }),
        // Older than the server: its parent was an earlier holder of the pid.
        process(99, 100, { pgid: null, startTime: 500 }),
      ],
      "windows",
    );
    machine.onLook = (looks) => {
      if (looks === 2) machine.living.delete(102);
    };
    await terminate(machine);
    expect([...machine.living.keys()]).toEqual([99]);
  });

  it("on Windows leaves the children of the pid's new holder alone", async () => {
    const machine = fakeMachine(
      [
        process(100, 1, { pgid: null, startTime: 2_000 }),
        process(101, 100, { pgid: null, startTime: 1_500 }),
        process(102, 100, { pgid: null, startTime: 2_500 }),
      ],
      "windows",
    );
    await terminate(machine);
    expect([...machine.living.keys()]).toEqual([100, 102]);
  });
});

describe("endAll", () => {
  it("believes in an empty table only after as many looks as it was told", async () => {
    const machine = fakeMachine([]);
    machine.onLook = (looks) => {
      if (looks === 2) machine.living.set(300, process(300, 1, { mark }));
    };
    const prey = { roots: [], hasMark: (found: string) => found === mark, trustGroups: false };
    const phases = [{ signal: "SIGTERM", milliseconds: 700 }] as const;
    expect(await endAll({ ...machine, prey, phases, emptyLooks: 2 })).toEqual([]);
    expect([...machine.living.keys()]).toEqual([]);
  });

  it("never ends the process it runs in", async () => {
    const machine = fakeMachine([process(300, 1, { mark })]);
    const prey = { roots: [], hasMark: () => true, trustGroups: false };
    await endAll({
      ...machine,
      prey,
      phases: [{ signal: "SIGKILL", milliseconds: 10 }],
      emptyLooks: 1,
      self: 300,
    });
    expect([...machine.living.keys()]).toEqual([300]);
  });
});

describe("the guard", () => {
  const stateOf = (...lines: string[]): GuardState => {
    const state = new GuardState();
    for (const character of lines.join("")) state.read(character);
    return state;
  };

  it("learns from the hub's lines, in whatever pieces, and passes over nonsense", () => {
    const other = { pid: 101, startTime: 7, mark: "i:t:2" };
    const state = stateOf(
      introduction("i"),
      addition(target),
      addition(other),
      removal(101),
      "+ 1 2 x\n+ a b c\n?\n",
      "+ 9",
    );
    expect({ ...state, children: [...state.children.values()] }).toMatchObject({
      instance: "i",
      orderly: false,
      children: [target],
    });
    state.read(` 5 z\n${farewell}`);
    expect([state.orderly, [...state.children.keys()]]).toEqual([true, [100, 9]]);
  });

  it("ends all that its hub has started, registered or not, well within 3 s", async () => {
    const stubborn = { ignores: ["SIGTERM"] } as const;
    const machine = fakeMachine([
      process(100, 1, { mark, ...stubborn }),
      process(101, 1, { mark: "i:unregistered:7", ...stubborn }),
      process(102, 100, { pgid: 100 }),
      process(103, 1, { mark: "ii:other-hub:1" }),
    ]);
    expect(
      await cleanUpAfter(stateOf(introduction("i"), addition(target)), machine.system, machine.clock),
    ).toEqual([]);
    expect([...machine.living.keys()]).toEqual([103]);
    expect(machine.sent.filter((line) => line.startsWith("0 SIGTERM"))).toHaveLength(3);
    expect(machine.now()).toBeLessThan(1_500);
  });

  it("without having learnt an instance touches nothing", async () => {
    const machine = fakeMachine([process(100, 1, { mark })]);
    expect(await cleanUpAfter(stateOf(), machine.system, machine.clock)).toEqual([]);
    expect(machine.sent).toEqual([]);
  });
});
