import { expect, test } from "vitest";
import { onBeforeQuit } from "./before-quit.ts";
import { createQuit, drainWords } from "./quit.ts";
import { onSystemShutdown } from "./system-shutdown.ts";

const LEFT = { calls: 2, questions: 0, until: "2026-11-22T12:00:30.000Z" };

/** An app whose hub ends when the test says so, and a person who answers when the test says so. */
function stage() {
  const log: string[] = [];
  let hubEnded: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    hubEnded = resolve;
  });
  let choose: (now: boolean) => void = () => {};
  let signal: AbortSignal | undefined;
  const listeners = new Map<string, (...args: never[]) => void>();
  const on = (name: string, listener: (...args: never[]) => void) => listeners.set(name, listener);
  const fire = (name: string, ...args: unknown[]) => listeners.get(name)?.(...(args as never[]));
  const app = {
    on,
    quit: () => {
      log.push("quit");
      fire("before-quit", { preventDefault: () => log.push("prevented") });
    },
    exit: () => log.push("exit"),
  };
  const quit = createQuit({
    stopHub: (seconds) => {
      log.push(`stop in ${seconds} s`);
      return ended;
    },
    ask: (words, given) => {
      log.push(words);
      signal = given;
      return new Promise((resolve) => {
        choose = resolve;
      });
    },
    quit: () => app.quit(),
  });
  const quitting = onBeforeQuit(app as never, quit.end, quit.hurry);
  onSystemShutdown(app as never, { on } as never, quit.goingDown);
  return {
    log,
    app,
    quit,
    quitting,
    fire,
    hubEnded: () => hubEnded(),
    choose: (now: boolean) => choose(now),
    signal: () => signal,
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("quitting waits for the hub, then quits for good", async () => {
  const { log, app, quitting, hubEnded } = stage();
  app.quit();
  expect(quitting.begun).toBe(true);
  hubEnded();
  await settled();
  expect(log).toEqual(["quit", "prevented", "stop in 30 s", "quit"]);
});

test("a person whose calls are waited for is asked once, and can quit now", async () => {
  const { log, app, quit, hubEnded, choose, signal } = stage();
  quit.draining(LEFT);
  app.quit();
  quit.draining(LEFT);
  quit.draining({ ...LEFT, calls: 1 });
  choose(true);
  await settled();
  expect(log.slice(2)).toEqual(["stop in 30 s", "2 calls are still running", "stop in 0 s"]);
  expect(signal()?.aborted).toBe(false);
  hubEnded();
  await settled();
  expect(signal()?.aborted).toBe(true);
});

test("a person who waits, or whose question is taken back, ends nothing", async () => {
  const { log, app, quit, choose } = stage();
  app.quit();
  quit.draining(LEFT);
  choose(false);
  await settled();
  expect(log.slice(3)).toEqual(["2 calls are still running"]);
});

test("quitting a second time waits for no call", () => {
  const { log, app } = stage();
  app.quit();
  app.quit();
  expect(log).toEqual(["quit", "prevented", "stop in 30 s", "quit", "prevented", "stop in 0 s"]);
});

test("a machine that shuts down is not held up: the wait is short, and nobody is asked", async () => {
  const { log, quit, fire } = stage();
  fire("shutdown");
  quit.draining(LEFT);
  expect(log).toEqual(["quit", "prevented", "stop in 2 s"]);
});

test("a session that ends on Windows shortens a wait that has begun", () => {
  const { log, app, fire } = stage();
  const window = new Map<string, () => void>();
  fire(
    "browser-window-created",
    {},
    { on: (name: string, listener: () => void) => window.set(name, listener) },
  );
  app.quit();
  window.get("session-end")?.();
  expect(log.at(-1)).toBe("stop in 2 s");
});

test.each([
  [1, 0, "1 call is still running"],
  [2, 0, "2 calls are still running"],
  [1, 1, "1 question waits for an answer"],
  [0, 1, "1 question waits for an answer"],
  [3, 1, "3 calls are still running, and 1 question waits for an answer"],
])("%i calls and %i questions in words", (calls, questions, words) => {
  expect(drainWords({ calls, questions })).toBe(words);
});
