import { expect, test } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import type { HubChild, HubChildEvents } from "./child.ts";
import { createHubProcess, type HubProcess } from "./hub-process.ts";
import type { HubState } from "./hub-state.ts";

const READY = { type: "ready", url: "http://127.0.0.1:4780/mcp", port: 4780 };
const failed = (code: string) => ({ type: "failed", code, message: `it is ${code}`, advice: "do this" });

/** A hub process over children and a clock that the test moves by hand. */
function bench(takeOver: () => Promise<void> = async () => {}) {
  const timers: { at: number; run: () => void }[] = [];
  const children: (HubChildEvents & {
    sent: object[];
    signals: string[];
    disconnected: boolean;
  })[] = [];
  let now = 0;
  const states: HubState[] = [];
  const hub: HubProcess = createHubProcess({
    startChild(events) {
      const record = {
        ...events,
        sent: [] as object[],
        signals: [] as string[],
        disconnected: false,
      };
      children.push(record);
      const child: HubChild = {
        pid: 1_000 + children.length,
        send: (message) => record.sent.push(message),
        disconnect: () => {
          record.disconnected = true;
        },
        kill: (signal) => record.signals.push(signal),
      };
      return child;
    },
    clock: {
      now: () => now,
      after(milliseconds, run) {
        const timer = { at: now + milliseconds, run };
        timers.push(timer);
        return () => {
          const index = timers.indexOf(timer);
          if (index >= 0) timers.splice(index, 1);
        };
      },
    },
    random: () => 0.5,
    takeOver,
    log: () => {},
  });
  hub.onChange((state) => states.push(state));
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
  };
  const last = () => {
    const child = children.at(-1);
    if (child === undefined) throw new Error("no child was started");
    return child;
  };
  return { hub, states, children, last, pass, timers, names: () => states.map(({ state }) => state) };
}

test("a hub that says ready runs, and its control API answers in the owner role", async () => {
  const { hub, last, names } = bench();
  hub.start();
  expect(hub.client).toBeUndefined();
  last().message(READY);
  expect(hub.state).toEqual({ state: "running", url: READY.url, port: 4780 });
  const answer = hub.client?.call("hub.viewerToken", {});
  expect(last().sent).toEqual([
    { type: "control", text: '{"jsonrpc":"2.0","id":1,"method":"hub.viewerToken","params":{}}' },
  ]);
  last().message({ type: "control", text: '{"jsonrpc":"2.0","id":1,"result":{"token":"t"}}' });
  expect(await answer).toEqual({ token: "t" });
  expect(names()).toEqual(["starting", "running"]);
});

test("a hub that dies is started again, later each time, and its calls under way fail", async () => {
  const { hub, last, pass, names, children } = bench();
  hub.start();
  last().message(READY);
  const call = hub.client?.call("hub.status", {});
  last().ended("it was ended by SIGKILL");
  await expect(call).rejects.toMatchObject({ code: "hub_not_running" });
  expect(hub.client).toBeUndefined();
  expect(hub.state).toEqual({
    state: "down",
    reason: "it was ended by SIGKILL",
    attempt: 1,
    retryAt: new Date(250).toISOString(),
  });
  pass(249);
  expect(children).toHaveLength(1);
  pass(1);
  expect(children).toHaveLength(2);
  last().ended("it ended with code 1");
  pass(499);
  expect(children).toHaveLength(2);
  pass(1);
  last().message(READY);
  expect(names()).toEqual(["starting", "running", "down", "starting", "down", "starting", "running"]);
});

test("a run of half a minute starts the backoff anew", () => {
  const { hub, last, pass } = bench();
  hub.start();
  for (let crash = 0; crash < 6; crash += 1) {
    last().ended("it ended");
    pass(20_000);
  }
  last().message(READY);
  pass(30_001);
  last().ended("it ended");
  expect(hub.state).toMatchObject({ state: "down", attempt: 1 });
});

test("a failure that the hub explains stays on the screen while it is tried again", () => {
  const { hub, last, pass, names } = bench();
  hub.start();
  last().message(failed("port_taken"));
  last().ended("it ended with code 1");
  expect(hub.state).toMatchObject({
    state: "failed",
    code: "port_taken",
    message: "it is port_taken",
    advice: "do this",
  });
  pass(250);
  expect(hub.state.state).toBe("failed");
  last().message(READY);
  expect(names()).toEqual(["starting", "failed", "running"]);
});

test("a person can start it at once instead of waiting", () => {
  const { hub, last, children, timers } = bench();
  hub.start();
  last().ended("it ended");
  hub.start();
  expect(children).toHaveLength(2);
  expect(timers).toHaveLength(0);
  hub.start();
  expect(children).toHaveLength(2);
});

test("a headless hub that holds the home is taken over from", async () => {
  const taken: number[] = [];
  const { hub, last, children } = bench(async () => {
    taken.push(1);
  });
  hub.start();
  last().message(failed("hub_running"));
  last().ended("it ended with code 1");
  await new Promise((resolve) => setImmediate(resolve));
  expect([taken.length, children.length]).toEqual([1, 2]);
  last().message(READY);
  expect(hub.state.state).toBe("running");
});

test("a hub that cannot be taken over from is a failure that says what to do", async () => {
  const { hub, last, pass, children } = bench(() =>
    Promise.reject(new GatehouseError("hub_running", "process 7 does not end", "End process 7.")),
  );
  hub.start();
  last().message(failed("hub_running"));
  last().ended("it ended with code 1");
  await new Promise((resolve) => setImmediate(resolve));
  expect(hub.state).toMatchObject({ state: "failed", code: "hub_running", advice: "End process 7." });
  pass(250);
  expect(children).toHaveLength(2);
});

const shutdown = (id: number, drainSeconds: number) => ({
  type: "control",
  text: JSON.stringify({ jsonrpc: "2.0", id, method: "hub.shutdown", params: { drainSeconds } }),
});

test("stopping asks the hub to drain, waits for the end, and nothing is started afterwards", async () => {
  const { hub, last, pass, children, timers } = bench();
  hub.start();
  last().message(READY);
  const stopped = hub.stop(30);
  void hub.stop(0);
  expect(last().sent).toEqual([shutdown(1, 30), shutdown(2, 0)]);
  expect(last().disconnected).toBe(false);
  last().ended("it ended with code 0");
  await stopped;
  pass(100_000);
  hub.start();
  expect(hub.state).toEqual({ state: "stopped" });
  expect([children.length, timers.length, last().signals]).toEqual([1, 0, []]);
});

test("a hub that was not ready yet, or does not take the order, sees its channel closed", async () => {
  const early = bench();
  early.hub.start();
  void early.hub.stop(30);
  expect(early.last().disconnected).toBe(true);
  const unwilling = bench();
  unwilling.hub.start();
  unwilling.last().message(READY);
  void unwilling.hub.stop(30);
  unwilling.last().message({
    type: "control",
    text: '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no","data":{"code":"internal"}}}',
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(unwilling.last().disconnected).toBe(true);
});

test("a hub that does not end in order after its drain is ended by force", async () => {
  const { hub, last, pass } = bench();
  hub.start();
  last().message(READY);
  const stopped = hub.stop(30);
  pass(39_999);
  expect(last().signals).toEqual([]);
  pass(1);
  pass(3_000);
  expect(last().signals).toEqual(["SIGTERM", "SIGKILL"]);
  last().ended("it was ended by SIGKILL");
  await stopped;
});

test("a message that is none of the contract is ignored", () => {
  const { hub, last } = bench();
  hub.start();
  for (const message of [null, "ready", { type: "ready" }, { type: "other" }]) last().message(message);
  expect(hub.state.state).toBe("starting");
});
