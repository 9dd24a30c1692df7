import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { fakeMachine } from "../fixtures/fake-system.ts";
import { allGone, fixture, isAlive, loginWith, openServer } from "../fixtures/harness.ts";
import { type AskEngine, type ContainerEngine, endContainers } from "./containers.ts";
import { cleanUpAfter } from "./guard-duty.ts";
import { addition, GuardState, introduction } from "./guard-protocol.ts";
import { createChildRecord, sweepLeftovers } from "./leftovers.ts";
import type { ChildProcessRecord } from "./membership.ts";
import { currentSystem } from "./process-system.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-docker-"));
  copyFileSync(fixture("fake-docker.mjs"), join(folder, "docker"));
  // A script without an ending is a module only where a package says so.
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  chmodSync(join(folder, "docker"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Call {
  readonly args: string[];
  readonly env: Record<string, string>;
}
const calls = (): Call[] =>
  readFileSync(join(folder, "calls.log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const containers = (): string[] => readdirSync(join(folder, "containers"));

/** A server in a container of the fake docker, once it runs: its client's process and the one inside. */
async function startContainer(image: string, instance = "inst") {
  const children: ChildProcessRecord[] = [];
  const registry = {
    register: (child: ChildProcessRecord) => void children.push(child),
    unregister: () => undefined,
  };
  const path = [folder, dirname(process.execPath)].join(delimiter);
  const server = openServer(
    {
      command: "docker",
      args: ["--context", "far", "run", "-i", "--rm", image],
      env: { API_KEY: "secret", DOCKER_CONFIG: "/declared" },
    },
    {
      instance,
      registries: [registry],
      login: loginWith(path),
      env: { HOME: "/h", DOCKER_HOST: "tcp://x" },
      grace: { stdinMs: 200, termMs: 200, killMs: 2_000 },
    },
  );
  const { pid, inside } = JSON.parse((await server.message(0)).toString()) as { pid: number; inside: number };
  const [child] = children;
  if (child === undefined) throw new Error("the transport has registered no child");
  return { server, pid, inside, child };
}

describe.skipIf(process.platform === "win32")("a server in a container", () => {
  it("is labelled with its hub and its start, and stopped by that although its client has left it running", async () => {
    const { server, pid, inside } = await startContainer("good");
    expect(calls()[0]?.args).toEqual([
      ..."--context far run --label io.gatehouse.instance=inst --label io.gatehouse.mark=inst:fixture:1 -i --rm good".split(
        " ",
      ),
    ]);
    expect(calls()[0]?.env).toMatchObject({ API_KEY: "secret", DOCKER_HOST: "tcp://x" });
    await server.transport.stop();
    await allGone([pid, inside]);
    const [list, stop, again] = calls().slice(1);
    expect(list?.args.slice(0, 6)).toEqual(["--context", "far", "ps", "--all", "--no-trunc", "--filter"]);
    expect(stop?.args.slice(0, 5)).toEqual(["--context", "far", "stop", "-t", "1"]);
    expect(stop?.args).toHaveLength(6);
    expect(again?.args).toEqual(list?.args);
    expect(calls()).toHaveLength(4);
    // The engine is asked with what finds it, and with nothing that the server was told in confidence.
    expect(list?.env).toMatchObject({ DOCKER_HOST: "tcp://x", DOCKER_CONFIG: "/declared", HOME: "/h" });
    expect(list?.env.API_KEY).toBeUndefined();
  });

  it("that will not stop is removed by force", async () => {
    const { server, inside } = await startContainer("stubborn");
    await server.transport.stop();
    await allGone([inside]);
    expect(calls().at(-1)?.args.slice(2, 4)).toEqual(["rm", "-f"]);
    expect(containers()).toEqual([]);
  });

  it("is stopped by the guard when the hub is gone, and nobody else's is", async () => {
    const mine = await startContainer("good");
    const other = await startContainer("good", "other");
    const state = new GuardState();
    state.read(introduction("inst") + addition(mine.child));
    await cleanUpAfter(state, currentSystem(), systemClock);
    await allGone([mine.pid, mine.inside]);
    expect(isAlive(other.inside)).toBe(true);
    await other.server.transport.stop();
    await allGone([other.inside]);
  });

  it("is stopped by the next start when hub and guard are gone", async () => {
    const { pid, inside, child } = await startContainer("good");
    const recordFile = join(folder, "children.json");
    createChildRecord({ file: recordFile, instance: "inst", log: () => undefined }).register(child);
    const warnings: string[] = [];
    await sweepLeftovers({ recordFile, log: (_level, message) => warnings.push(message) });
    await allGone([pid, inside]);
    // The start waits for an engine only so long; what that does is told when it is done.
    await vi.waitFor(
      () =>
        expect(warnings).toEqual([
          "Ended 1 processes that an earlier hub had left running.",
          "Stopped 1 containers that an earlier hub had left running.",
        ]),
      { timeout: 30_000 },
    );
  });
});

describe("an engine", () => {
  const engine: ContainerEngine = { file: "docker", args: [], env: {} };

  it("that fails is reported, and stops nothing else", async () => {
    const messages: string[] = [];
    const ask: AskEngine = () => Promise.reject(new Error("cannot connect"));
    const log = (_level: string, message: string): void => void messages.push(message);
    expect(await endContainers(engine, { mark: "i:s:1" }, { ask, log })).toBe(0);
    expect(messages).toEqual([
      "Containers with the label io.gatehouse.mark=i:s:1 may still run: cannot connect",
    ]);
  });

  it("that does not answer does not keep the next hub from starting", async () => {
    const recordFile = join(folder, "children.json");
    const child = { pid: 100, startTime: 1, mark: "old:s:1", engine };
    const machine = fakeMachine([]);
    const { system } = machine;
    createChildRecord({ file: recordFile, instance: "old", log: () => undefined, system }).register(child);
    const ask: AskEngine = () => new Promise(() => undefined);
    expect(await sweepLeftovers({ recordFile, log: () => undefined, ...machine, ask })).toEqual({
      found: 0,
      left: 0,
    });
    expect(machine.now()).toBe(3_000);
  });

  it("is asked once by a guard whose hub had many servers in it, and again for one of another kind", async () => {
    const asked: string[] = [];
    const ask: AskEngine = async ({ file }, [command]) => {
      asked.push(`${file} ${command}`);
      return "";
    };
    const state = new GuardState();
    state.read(introduction("i"));
    for (const pid of [10, 11]) state.read(addition({ pid, startTime: 1, mark: "i:s:1", engine }));
    state.read(
      addition({ pid: 12, startTime: 1, mark: "i:s:2", engine: { ...engine, file: "/x y/podman" } }),
    );
    state.read("+ 13 1 i:s:3 !notjson\n");
    const machine = fakeMachine([]);
    await cleanUpAfter(state, machine.system, machine.clock, ask);
    expect(asked.sort()).toEqual(["/x y/podman ps", "docker ps"]);
    expect([...state.children.keys()]).toEqual([10, 11, 12, 13]);
  });
});
