import { describe, expect, it } from "vitest";
import { backoffDelay } from "./backoff.ts";
import { DEFAULT_POLICY, initialLifecycle, type Lifecycle, type LifecycleEvent, step } from "./lifecycle.ts";

const run = (events: readonly LifecycleEvent[], from: Lifecycle = initialLifecycle, now = 1_000) =>
  events.reduce<{ state: Lifecycle; commands: string[] }>(
    (acc, event) => {
      const next = step(acc.state, event, now, 0.5);
      return {
        state: next.state,
        commands: [...acc.commands, ...next.commands.map((command) => command.type)],
      };
    },
    { state: from, commands: [] },
  );

const crash: LifecycleEvent = { type: "ended", reason: "exited with code 1", kind: "crash" };
const needed: LifecycleEvent = { type: "needed" };

describe("a server's lifecycle", () => {
  it("starts once however many need it, and becomes ready", () => {
    const { state, commands } = run([needed, needed, { type: "handshaken" }, needed]);
    expect(commands).toEqual(["spawn"]);
    expect(state).toMatchObject({ phase: "ready", restarts: 0, readyAt: 1_000 });
  });

  it("retries a crash after a delay that grows, and counts the restart", () => {
    const first = run([needed, { type: "handshaken" }, crash]);
    expect(first.state).toMatchObject({ phase: "failed", reason: "exited with code 1", retryAt: 1_250 });
    const second = run([{ type: "retryDue" }, crash], first.state);
    expect(second.state).toMatchObject({ phase: "failed", retryAt: 1_500, restarts: 1 });
  });

  it("parks after the crash budget and stays parked until somebody acts", () => {
    let state = initialLifecycle;
    for (let i = 0; i <= DEFAULT_POLICY.crashBudget; i++) {
      state = run([state.phase === "stopped" ? needed : { type: "retryDue" }, crash], state).state;
    }
    expect(state).toMatchObject({ phase: "failed", retryAt: undefined });
    expect(run([needed], state).commands).toEqual([]);
    expect(run([{ type: "reset" }, needed], state)).toMatchObject({
      state: { phase: "starting", crashes: [] },
      commands: ["disarmRetry", "spawn"],
    });
  });

  it("forgets crashes that lie outside the window", () => {
    const old = { ...initialLifecycle, crashes: [0, 0, 0, 0, 0, 0], phase: "ready" as const };
    const { state } = step(old, crash, DEFAULT_POLICY.crashWindowMs + 1, 0.5);
    expect(state.crashes).toHaveLength(1);
    expect(state.retryAt).toBeDefined();
  });

  it("parks at once what cannot heal by retrying", () => {
    expect(run([needed, { ...crash, kind: "permanent" }]).state).toMatchObject({
      phase: "failed",
      retryAt: undefined,
    });
  });

  it("starts a ready server whose session is gone at once, without counting a crash or a restart", () => {
    const lost: LifecycleEvent = { ...crash, kind: "renewal" };
    const { state, commands } = run([needed, { type: "handshaken" }, lost]);
    expect(commands).toEqual(["spawn", "spawn"]);
    expect(state).toMatchObject({ phase: "starting", crashes: [], restarts: 0, renewals: [1_000] });
  });

  it("takes a lost session for a crash after a few in a row, and when the server was not ready", () => {
    const lost: LifecycleEvent = { ...crash, kind: "renewal" };
    const ready: LifecycleEvent = { type: "handshaken" };
    const often = run([needed, ready, lost, ready, lost, ready, lost, ready, lost]);
    expect(often.state).toMatchObject({ phase: "failed", crashes: [1_000], retryAt: 1_250 });
    expect(run([needed, lost]).state).toMatchObject({ phase: "failed", crashes: [1_000] });
    const later = 1_000 + DEFAULT_POLICY.renewalWindowMs;
    const again = run([{ type: "retryDue" }, ready, lost], often.state, later);
    expect(again.state).toMatchObject({ phase: "starting", renewals: [later] });
  });

  it("tries a server that cannot be reached for as long as it takes, ever less often", () => {
    let state = run([needed]).state;
    for (let i = 0; i < 20; i++)
      state = run([{ ...crash, kind: "outage" }, { type: "retryDue" }], state).state;
    const { state: last } = run([{ ...crash, kind: "outage" }], state);
    expect(last).toMatchObject({ phase: "failed", retryAt: 1_000 + DEFAULT_POLICY.maxMs });
  });

  it("parks a server that wants a login until somebody acts", () => {
    const { state, commands } = run([needed, { ...crash, kind: "needs-auth" }, needed]);
    expect(state).toMatchObject({ phase: "needs-auth", retryAt: undefined });
    expect(commands).toEqual(["spawn"]);
    expect(run([{ type: "reset" }, needed], state).state.phase).toBe("starting");
  });

  it("stops in order, and starts again if it was needed meanwhile", () => {
    const stopping = run([needed, { type: "handshaken" }, { type: "stop" }]);
    expect(stopping).toMatchObject({ state: { phase: "stopping" }, commands: ["spawn", "terminate"] });
    expect(run([{ type: "stopped" }], stopping.state).state.phase).toBe("stopped");
    expect(run([needed, { type: "stopped" }], stopping.state)).toMatchObject({
      state: { phase: "starting", restarts: 1 },
      commands: ["spawn"],
    });
  });

  it("takes an end while stopping as the end of the stop, not as a crash", () => {
    const { state } = run([needed, { type: "stop" }, crash]);
    expect(state).toMatchObject({ phase: "stopped", crashes: [] });
  });

  it("spreads the delay by the jitter and never passes the ceiling", () => {
    expect([0, 1, 2, 20].map((attempt) => backoffDelay(attempt, 0.5, DEFAULT_POLICY))).toEqual([
      250, 500, 1_000, 60_000,
    ]);
    expect(backoffDelay(0, 0, DEFAULT_POLICY)).toBe(200);
    expect(backoffDelay(0, 0.999, DEFAULT_POLICY)).toBe(300);
  });
});
