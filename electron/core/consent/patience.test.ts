import { describe, expect, it } from "vitest";
import { Approvals } from "./approvals.ts";
import { Patience } from "./patience.ts";

describe("a client's patience", () => {
  it("is learnt from two calls given up after the same time, and the answer comes five seconds before", () => {
    const patience = new Patience();
    patience.gaveUp("c", 60_020);
    expect(patience.deadlineOf("c", 300_000)).toBe(300_000);
    patience.gaveUp("c", 60_300);
    expect(patience.deadlineOf("c", 300_000)).toBe(55_020);
    expect(patience.deadlineOf("other", 300_000)).toBe(300_000);
  });

  it("never makes the wait longer than configured", () => {
    const patience = new Patience();
    patience.gaveUp("c", 60_000);
    patience.gaveUp("c", 60_000);
    expect(patience.deadlineOf("c", 50_000)).toBe(50_000);
  });

  it("is not learnt from people, who cancel at any time, nor from what is very short", () => {
    const patience = new Patience();
    for (const ms of [12_000, 31_000, 47_500, 4_000, 4_000]) patience.gaveUp("c", ms);
    expect(patience.deadlineOf("c", 50_000)).toBe(50_000);
  });

  it("is forgotten when the client has waited longer after all", () => {
    const patience = new Patience();
    patience.gaveUp("c", 20_000);
    patience.gaveUp("c", 20_000);
    patience.waited("c", 20_500);
    expect(patience.deadlineOf("c", 50_000)).toBe(15_000);
    patience.waited("c", 45_000);
    expect(patience.deadlineOf("c", 50_000)).toBe(50_000);
  });
});

describe("like approvals", () => {
  it("lead to an offer with the fourth call, which covers all four", () => {
    const approvals = new Approvals<number>();
    approvals.approved("group", "tool", 1);
    approvals.approved("group", "tool", 2);
    expect(approvals.toCover("group", "tool", 3)).toEqual([]);
    approvals.approved("group", "tool", 3);
    expect(approvals.toCover("group", "tool", 4)).toEqual([[1, 2, 3, 4]]);
    expect(approvals.toCover("other", "tool", 4)).toEqual([]);
  });

  it("of other tools of the group count where those of the tool are too few, or do not suffice", () => {
    const approvals = new Approvals<number>();
    for (const [n, tool] of ["a", "b", "a", "a"].entries()) approvals.approved("group", tool, n);
    expect(approvals.toCover("group", "c", 9)).toEqual([[0, 1, 2, 3, 9]]);
    expect(approvals.toCover("group", "a", 9)).toEqual([
      [0, 2, 3, 9],
      [0, 1, 2, 3, 9],
    ]);
  });

  it("begin anew once the tool was denied or covered", () => {
    const approvals = new Approvals<number>();
    for (const each of [1, 2, 3]) approvals.approved("group", "tool", each);
    approvals.forget("group", "tool");
    expect(approvals.toCover("group", "tool", 4)).toEqual([]);
  });
});
