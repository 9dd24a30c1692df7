import { describe, expect, it } from "vitest";
import { AwakeClock } from "./awake-clock.ts";
import { type CallKey, LATE_MS, nextDeadline, OpenCalls } from "./open-calls.ts";

const key = (over: Partial<CallKey> = {}): CallKey => ({
  client: "c",
  session: "s",
  server: "files",
  method: "tools/call",
  target: "read",
  hash: "h",
  ...over,
});

describe("the open calls", () => {
  it("know an identical call by client, session, server, method, target and hash, and by nothing less", () => {
    const calls = new OpenCalls<string>();
    calls.open("q1", key(), "a", 10);
    expect(calls.find(key())?.id).toBe("q1");
    for (const part of ["client", "session", "server", "method", "target", "hash"] as const)
      expect([part, calls.find(key({ [part]: "other" }))]).toEqual([part, undefined]);
    // No two keys are one because of where their texts meet.
    expect(calls.find(key({ client: "cs", session: "" }))).toBeUndefined();
  });

  it("keep each waiter's own deadline; the question's next one is the soonest", () => {
    const calls = new OpenCalls<string>();
    const open = calls.open("q1", key(), "a", 30);
    calls.join("q1", "b", 10);
    expect(nextDeadline(open)).toBe(10);
    expect(calls.pass(9)).toEqual({ timedOut: [], forgotten: [] });
    expect(calls.pass(10).timedOut.map(({ waiter }) => waiter)).toEqual(["b"]);
    expect([open.lateSince, nextDeadline(open)]).toEqual([undefined, 30]);
  });

  it("stay answerable for ten minutes after the last deadline, then are forgotten", () => {
    const calls = new OpenCalls<string>();
    calls.open("q1", key(), "a", 10);
    expect(calls.pass(10).timedOut).toHaveLength(1);
    expect(calls.get("q1")?.lateSince).toBe(10);
    expect(calls.pass(9 + LATE_MS).forgotten).toEqual([]);
    expect(calls.pass(10 + LATE_MS).forgotten.map(({ id }) => id)).toEqual(["q1"]);
    expect([calls.size, calls.find(key())]).toEqual([0, undefined]);
  });

  it("are asked anew, not late any more, when the client repeats the call", () => {
    const calls = new OpenCalls<string>();
    const open = calls.open("q1", key(), "a", 10);
    calls.pass(10);
    calls.join("q1", "b", 20);
    expect([open.lateSince, open.waiters.size]).toEqual([undefined, 1]);
    expect(calls.pass(10 + LATE_MS).forgotten).toEqual([]);
  });

  it("are gone when the last one that waits is withdrawn", () => {
    const calls = new OpenCalls<string>();
    calls.open("q1", key(), "a", 10);
    calls.join("q1", "b", 10);
    expect(calls.leave("q1", "a")).toBe(false);
    expect(calls.leave("q1", "stranger")).toBe(false);
    expect(calls.leave("q1", "b")).toBe(true);
    expect(calls.size).toBe(0);
  });

  it("name the one that has been late for longest", () => {
    const calls = new OpenCalls<string>();
    calls.open("q1", key({ hash: "1" }), "a", 20);
    calls.open("q2", key({ hash: "2" }), "b", 10);
    calls.open("q3", key({ hash: "3" }), "c", 99);
    expect(calls.latest()).toBeUndefined();
    calls.pass(10);
    calls.pass(20);
    expect(calls.latest()?.id).toBe("q2");
  });
});

describe("awake time", () => {
  it("runs with the clock, except while the machine slept", () => {
    const clock = new AwakeClock();
    expect(clock.at(100)).toBe(0);
    expect(clock.at(900)).toBe(800);
    expect(clock.at(5_900)).toBe(5_800);
    expect(clock.at(3_600_000)).toBe(6_800);
    expect(clock.at(3_600_500)).toBe(7_300);
  });

  it("never runs backwards, and does not count while nothing is measured", () => {
    const clock = new AwakeClock();
    clock.at(1_000);
    expect(clock.at(500)).toBe(0);
    expect(clock.at(700)).toBe(200);
    clock.rest();
    expect(clock.at(4_000)).toBe(200);
  });
});
