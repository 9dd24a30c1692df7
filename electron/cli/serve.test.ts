import { expect, it } from "vitest";
import { GatehouseError } from "../../shared/errors.ts";
import type { RunningHub, StartOptions } from "../hub/main.ts";
import type { DesktopChannel, Io } from "./io.ts";
import { runCommandLine } from "./run.ts";
import { quietIo } from "./testing/fake-hub.ts";

/** A hub that ends when it is told to, and a process whose signals and channel the test plays. */
function stage(
  options: { channel?: boolean; fails?: GatehouseError; slow?: boolean; drains?: boolean } = {},
) {
  const log: string[] = [];
  const sent: unknown[] = [];
  const listeners = {
    signal: new Set<(signal: string) => void>(),
    message: new Set<(message: unknown) => void>(),
    disconnect: new Set<() => void>(),
  };
  const on = <T>(set: Set<T>, listener: T): (() => void) => {
    set.add(listener);
    return () => set.delete(listener);
  };
  let started: (() => void) | undefined;
  const ready = new Promise<void>((resolve) => {
    started = resolve;
  });
  let proceed: () => void = () => {};
  const gate = options.slow ? new Promise<void>((resolve) => (proceed = resolve)) : Promise.resolve();
  let emit: ((name: never, data: never) => void) | undefined;
  let given: StartOptions | undefined;
  const startHub = async (startOptions: StartOptions): Promise<RunningHub> => {
    given = startOptions;
    await gate;
    if (options.fails !== undefined) throw options.fails;
    let resolveStopped: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      resolveStopped = resolve;
    });
    startOptions.echo?.("2026 info hello \u001b[1m");
    setImmediate(() => started?.());
    return {
      url: "http://127.0.0.1:5/mcp",
      port: 5,
      home: startOptions.home,
      control: (role) => ({
        call: async (method, params) => {
          if (String(method) === "nope") throw new GatehouseError("bad_request", "there is no such method");
          return { role, method, params } as never;
        },
      }),
      subscribe: (listener) => {
        emit = listener as never;
        return () => void log.push("unsubscribed");
      },
      stop: async (reason, drainMs) => {
        log.push(`stop: ${reason}${drainMs === undefined ? "" : ` in ${drainMs} ms`}`);
        if (options.drains !== true || drainMs === 0) resolveStopped();
      },
      stopped,
    };
  };
  const channel: DesktopChannel | undefined = options.channel
    ? {
        send: (message) => void sent.push(message),
        onMessage: (listener) => on(listeners.message, listener),
        onDisconnect: (listener) => on(listeners.disconnect, listener),
      }
    : undefined;
  const io: Io = {
    ...quietIo,
    out: (text) => void log.push(`out: ${text}`),
    err: (text) => void log.push(`err: ${text}`),
    env: {},
    platform: "linux",
    homedir: "/home/ada",
    cwd: "/",
    now: () => 0,
    loadHub: async () => ({ startHub }),
    process: {
      onSignal: (listener) => on(listeners.signal, listener),
      exit: (code) => void log.push(`exit ${code}`),
      channel,
    },
  };
  const run = (...args: string[]) => runCommandLine(["serve", ...args], io);
  const fire = {
    signal: (name: string) => listeners.signal.forEach((listener) => void listener(name)),
    message: (message: unknown) => listeners.message.forEach((listener) => void listener(message)),
    disconnect: () => listeners.disconnect.forEach((listener) => void listener()),
  };
  const left = () => Object.values(listeners).map((set) => set.size);
  return {
    log,
    sent,
    ready,
    proceed: () => proceed(),
    run,
    fire,
    left,
    given: () => given,
    emit: () => emit,
  };
}

it("serve prints one line when it is ready, logs to stderr, and ends in order at a signal", async () => {
  const { log, ready, run, fire, left, given } = stage();
  const code = run("--port", "0", "--no-ui");
  await ready;
  expect(given()).toMatchObject({
    home: "/home/ada/.config/gatehouse",
    listen: { port: 0, ui: false },
    desktop: false,
  });
  fire.signal("SIGTERM");
  expect(await code).toBe(0);
  expect(log).toEqual([
    "err: 2026 info hello \\u{1b}[1m\n",
    "out: listening http://127.0.0.1:5/mcp\n",
    "stop: SIGTERM",
  ]);
  expect(left()).toEqual([0, 0, 0]);
});

it("a second signal waits for no call, and a third for nothing", async () => {
  const { log, ready, run, fire } = stage({ drains: true });
  const code = run();
  await ready;
  await new Promise((resolve) => setImmediate(resolve));
  fire.signal("SIGINT");
  fire.signal("SIGTERM");
  fire.signal("SIGTERM");
  expect(await code).toBe(0);
  expect(log.slice(2)).toEqual(["stop: SIGINT", "stop: SIGINT in 0 ms", "exit 1"]);
});

it("a second signal ends a hub at once that has not started yet", async () => {
  const { log, ready, run, fire } = stage({ slow: true });
  void run();
  fire.signal("SIGINT");
  fire.signal("SIGINT");
  expect(log).toEqual(["exit 1"]);
  void ready;
});

it("a signal while the hub is starting ends it when it has started, without a ready line", async () => {
  const { log, run, fire, proceed } = stage({ slow: true });
  const code = run();
  fire.signal("SIGHUP");
  proceed();
  expect(await code).toBe(0);
  expect(log).toEqual(["err: 2026 info hello \\u{1b}[1m\n", "stop: SIGHUP"]);
});

it.each([
  ["port_taken", "port 4780 is taken by process 7"],
  ["hub_running", "a hub is running (process 7 at http://127.0.0.1:4780/mcp)"],
  ["config_invalid", "the configuration cannot be used\n  gatehouse.json:1:2: x: is wrong"],
] as const)("serve fails with 1 when the hub says %s", async (code, message) => {
  const { log, run } = stage({ fails: new GatehouseError(code, message, "Do this.") });
  expect(await run()).toBe(1);
  expect(log).toEqual([`err: error: ${code}: ${message}\nDo this.\n`]);
});

it("with a desktop the channel carries ready, calls in the owner role and broadcasts, and its end is the hub's", async () => {
  const { log, sent, ready, run, fire, emit, given, left } = stage({ channel: true });
  const code = run("--desktop", "--port", "0");
  await ready;
  expect(given()).toMatchObject({ desktop: true });
  fire.message({ type: "control", text: '{"jsonrpc":"2.0","id":1,"method":"hub.status","params":{"a":1}}' });
  fire.message({ type: "control", text: '{"jsonrpc":"2.0","id":2,"method":"nope"}' });
  fire.message("nonsense");
  emit()?.("serverRemoved" as never, { name: "s" } as never);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent[0]).toEqual({ type: "ready", url: "http://127.0.0.1:5/mcp", port: 5 });
  const texts = sent.slice(1).map((message) => JSON.parse((message as { text: string }).text));
  expect(texts).toEqual(
    expect.arrayContaining([
      { jsonrpc: "2.0", id: 1, result: { role: "owner", method: "hub.status", params: { a: 1 } } },
      expect.objectContaining({
        id: 2,
        error: expect.objectContaining({ message: "there is no such method" }),
      }),
      { jsonrpc: "2.0", method: "serverRemoved", params: { name: "s" } },
    ]),
  );
  expect(texts).toHaveLength(3);
  fire.disconnect();
  expect(await code).toBe(0);
  expect(log.slice(-2)).toEqual(["stop: the desktop is gone in 2000 ms", "unsubscribed"]);
  expect(left()).toEqual([0, 0, 0]);
});

it("with a desktop a failed start is told over the channel", async () => {
  const { sent, run } = stage({
    channel: true,
    fails: new GatehouseError("port_taken", "taken", "Free it."),
  });
  expect(await run("--desktop")).toBe(1);
  expect(sent).toEqual([{ type: "failed", code: "port_taken", message: "taken", advice: "Free it." }]);
});
