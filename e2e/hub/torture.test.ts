import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerDetail } from "../../shared/model/server.ts";
import { type OpenControl, openControl } from "../lib/control.ts";
import { temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient, Message } from "../lib/mcp-client.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { newMark, PATIENCE, startTestHub, type TestHub, textOf } from "./kit.ts";

const TORTURE = fileURLToPath(new URL("../fixtures/torture-server.ts", import.meta.url));
/** What a stop may take, and a busy machine on top, in milliseconds. */
const GONE_LIMIT = 15_000;

const home = temporaryHome();
const healed = (name: string): string => join(home, `${name}.healed`);
const mark = newMark();
const markOf = (name: string): string => `${mark}-of-${name}.`;

/** One server: its arguments, and its settings in gatehouse.json. */
const entry = (name: string, args: readonly string[] = [], settings: object = {}) => ({
  [name]: {
    command: process.execPath,
    args: [TORTURE, ...args],
    env: { TORTURE_MARK: markOf(name) },
    ...settings,
  },
});

const mcpServers = {
  ...entry("crash-start", ["--start", "crash", "--until", healed("crash-start")]),
  ...entry("hang-start", ["--start", "hang", "--until", healed("hang-start")], { startSeconds: 1 }),
  ...entry("slow-start", ["--start", "slow", "--ms", "10000"]),
  ...entry("crash-call"),
  ...entry("killed-call"),
  ...entry("deaf", ["--deaf"]),
  ...entry("in-group", ["--grandchild", "group"]),
  ...entry("own-session", ["--deaf", "--grandchild", "session"]),
  ...entry("stderr-flood"),
  ...entry("stdout-flood"),
  ...entry("no-reading", [], { timeouts: { echo: 1 } }),
  ...entry("twice"),
  ...entry("unknown-ids"),
  ...entry("half"),
  ...entry("no-stdout"),
  ...entry("late", [], { timeouts: { hang: 0.3 } }),
};

describe.runIf(process.platform === "linux")("a server that", () => {
  let hub: TestHub;
  let client: McpHttpClient;
  let control: OpenControl;

  beforeAll(async () => {
    hub = await startTestHub({ home, mark, config: { mcpServers } });
    const { port, token } = JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
    control = await openControl(`ws://127.0.0.1:${port}/control`, token);
    client = await hub.connect(await hub.addClient("tormentor"));
  });

  afterAll(async () => {
    control?.close();
    await hub?.stop();
    expect(processesWith(mark)).toEqual([]);
  });

  const call = (server: string, tool: string, text = "x"): Promise<Message> =>
    client.call(`${server}__${tool}`, { text });
  const server = (name: string): Promise<ServerDetail> => control.client.call("servers.get", { name });
  const reaches = (name: string, wanted: (detail: ServerDetail) => boolean): Promise<ServerDetail> =>
    waitFor(
      async () => {
        const detail = await server(name);
        return wanted(detail) ? detail : undefined;
      },
      { deadlineMs: PATIENCE, what: `the state of ${name} to be reached` },
    );
  const works = async (name: string, text: string): Promise<void> =>
    expect(textOf(await call(name, "echo", text))).toBe(text);
  const gone = (name: string): Promise<unknown> =>
    waitFor(() => processesWith(markOf(name)).length === 0, {
      deadlineMs: GONE_LIMIT,
      what: `every process of ${name} to be gone`,
    });
  /** Ends a server as the person does, and waits until nothing of its tree lives. */
  const ends = async (name: string): Promise<void> => {
    await control.client.call("servers.disable", { name });
    await gone(name);
    await reaches(name, ({ state, pid }) => state === "disabled" && pid === null);
  };

  // What takes its time at the start takes it at once.
  test.concurrent("crashes at its start is tried again until its budget is spent, is parked with its last words, and starts once it is mended", async () => {
    const failing = await reaches("crash-start", ({ retryAt }) => retryAt !== null);
    expect(failing).toMatchObject({
      state: "failed",
      lastError: expect.stringMatching(
        /^The server exited with code 3, \d\.\d s after its start: no licence found$/,
      ),
      problems: [{ code: "exited", advice: expect.stringContaining("by itself") }],
    });
    const parked = await reaches(
      "crash-start",
      ({ state, retryAt }) => state === "failed" && retryAt === null,
    );
    expect(parked).toMatchObject({ restarts: 5, problems: [{ code: "exited" }] });
    const direct = hub.client(await hub.addClient("direct"), "/mcp/s/crash-start");
    await direct.initialize();
    expect((await direct.call("echo")).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(
        /exited with code 3.*no licence found; it is not started again by itself/,
      ),
      data: { code: "exited" },
    });
    await gone("crash-start");
    writeFileSync(healed("crash-start"), "");
    await control.client.call("servers.restart", { name: "crash-start" });
    await reaches("crash-start", ({ state, tools }) => state === "ready" && tools !== null);
    await works("crash-start", "mended");
    await ends("crash-start");
  });

  test.concurrent("hangs at its start is ended after startSeconds, and says so", async () => {
    const failing = await reaches("hang-start", ({ state }) => state === "failed");
    expect(failing).toMatchObject({
      lastError: "The server did not answer initialize within 1 s (startSeconds) and was therefore ended.",
      problems: [{ code: "start_timeout" }],
    });
    writeFileSync(healed("hang-start"), "");
    await reaches("hang-start", ({ state, tools }) => state === "ready" && tools !== null);
    await works("hang-start", "awake");
    await ends("hang-start");
  });

  test.concurrent("takes ten seconds to start holds up nobody, and gets the calls that wait for it", async () => {
    // It was started with the hub, to learn what it offers.
    const listed = await reaches("slow-start", ({ tools }) => tools !== null);
    expect(listed).toMatchObject({ state: "ready", restarts: 0, lastError: null });
    await control.client.call("servers.restart", { name: "slow-start" });
    expect(await server("slow-start")).toMatchObject({ state: "starting" });
    const waits = call("slow-start", "echo", "patience");
    await works("twice", "meanwhile");
    expect(await server("slow-start")).toMatchObject({ state: "starting" });
    expect(textOf(await waits)).toBe("patience");
    await ends("slow-start");
  });

  test.each([
    ["crash-call", "crash", "exited with code 7", { exitCode: 7, signal: null }, "last words"],
    ["killed-call", "killed", "was ended by SIGKILL", { exitCode: null, signal: "SIGKILL" }, undefined],
  ])(
    "dies under a call (%s) fails it at once with how and its last words, and serves the next",
    async (name, tool, how, data, last) => {
      await works(name, "before");
      const { error } = await call(name, tool);
      expect(error).toMatchObject({
        code: -32000,
        message: expect.stringContaining(`the server ${name} ended during the call: The server ${how}`),
        data: { code: "exited", server: name, ...data },
      });
      expect(error?.data.stderr.at(-1)).toBe(last);
      await works(name, "after");
      expect(await server(name)).toMatchObject({ state: "ready", restarts: 1, lastError: null });
      await ends(name);
    },
  );

  test.each(["deaf", "in-group", "own-session"])(
    "survives signals or leaves somebody who does (%s) is ended with all of its tree",
    async (name) => {
      await works(name, "here");
      expect(processesWith(markOf(name)).length).toBe(name === "deaf" ? 1 : 2);
      await control.client.call("servers.restart", { name });
      await works(name, "again");
      expect(processesWith(markOf(name)).length).toBe(name === "deaf" ? 1 : 2);
      await ends(name);
    },
  );

  test.each([
    ["stderr-flood", "floodStderr", []],
    ["stdout-flood", "floodStdout", [{ code: "stdout_noise" }]],
  ])("floods (%s) answers all the same, and others are served meanwhile", async (name, tool, problems) => {
    const flooded = call(name, tool, "above water");
    await works("twice", "beside it");
    expect(textOf(await flooded)).toBe("above water");
    expect(await server(name)).toMatchObject({ state: "ready", restarts: 0, problems });
    await works(name, "dry");
    await ends(name);
  });

  test("never reads what it is sent times out, call by call, and is back after a restart", async () => {
    await call("no-reading", "stopReading");
    const bulky = "z".repeat(1024 * 1024);
    const answers = await Promise.all([
      call("no-reading", "echo", bulky),
      call("no-reading", "echo"),
      call("late", "echo", "unhurt"),
    ]);
    for (const { error } of answers.slice(0, 2))
      expect(error).toMatchObject({
        code: -32001,
        message: expect.stringContaining('within 1 s (mcpServers.no-reading.timeouts["echo"]'),
        data: { code: "timeout", server: "no-reading" },
      });
    expect(answers[2]?.result).toBeDefined();
    await control.client.call("servers.restart", { name: "no-reading" });
    await works("no-reading", "reads again");
    await ends("no-reading");
  });

  test.each([
    ["twice", "twice", "answered once what it had answered already"],
    ["unknown-ids", "unknown", "answered 2 times what it was never asked"],
  ])("answers what nobody waits for (%s) is named for it, and nobody gets it", async (name, tool, said) => {
    expect(textOf(await call(name, tool, "one"))).toBe("one");
    await works(name, "in step");
    const detail = await reaches(name, ({ strayAnswers }) => strayAnswers > 0);
    expect(detail).toMatchObject({
      state: "ready",
      lateAnswers: 0,
      problems: [{ code: "stray_answers", message: `the server has ${said}` }],
    });
    await ends(name);
  });

  test("answers after its call has timed out is not blamed: the answer is dropped and counted", async () => {
    expect((await call("late", "hang")).error).toMatchObject({
      code: -32001,
      data: { code: "timeout", setting: 'mcpServers.late.timeouts["hang"]' },
    });
    expect(textOf(await call("late", "late", "in time"))).toBe("in time");
    await works("late", "in step");
    expect(await server("late")).toMatchObject({
      state: "ready",
      lateAnswers: 1,
      strayAnswers: 0,
      problems: [],
    });
    await ends("late");
  });

  test("dies in the middle of a message fails the call, and nothing of the half reaches the next", async () => {
    expect((await call("half", "half")).error).toMatchObject({
      code: -32000,
      message: expect.stringContaining("exited with code 1"),
      data: { code: "exited", server: "half", exitCode: 1 },
    });
    await works("half", "whole");
    expect(await server("half")).toMatchObject({ state: "ready", restarts: 1, strayAnswers: 0 });
    await ends("half");
  });

  test("closes its stdout but lives on is of no use: it is ended and started anew", async () => {
    const [before] = processesWith(markOf("no-stdout"));
    expect((await call("no-stdout", "closeStdout")).error).toMatchObject({
      code: -32000,
      message: expect.stringContaining("closed its stdout and was therefore ended"),
      data: { code: "exited", server: "no-stdout" },
    });
    await works("no-stdout", "speaks again");
    const now = processesWith(markOf("no-stdout"));
    expect(now).toHaveLength(1);
    expect(now[0]?.pid).not.toBe(before?.pid);
    await ends("no-stdout");
  });
});
