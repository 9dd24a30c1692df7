import { describe, expect, it } from "vitest";
import type { Limit } from "../../../shared/model/limits.ts";
import { type Admission, type Excess, Limits } from "./limits.ts";

const DAY = 86_400_000;
const limits = (...list: Limit[]): Limits =>
  new Limits(list, (now) => {
    const day = Math.floor(now / DAY);
    return { day, ends: (day + 1) * DAY };
  });
const call = { client: "claude", server: "files", tool: "read" };
const passes = (found: Admission | Excess): found is Admission => "end" in found;

describe("limits", () => {
  it("let as many calls pass at once as are allowed a minute, and then refill evenly", () => {
    const limiter = limits({ client: "*", callsPerMinute: 3 });
    for (let n = 0; n < 3; n++) expect(passes(limiter.admit(call, 0, 0))).toBe(true);
    expect(limiter.admit(call, 0, 0)).toEqual({
      what: "more than 3 calls a minute by claude",
      retryAfter: 20,
    });
    expect(limiter.admit(call, 0, 15_000)).toMatchObject({ retryAfter: 5 });
    expect(passes(limiter.admit(call, 0, 20_000))).toBe(true);
    expect(passes(limiter.admit(call, 0, 20_000))).toBe(false);
    for (let n = 0; n < 3; n++) expect(passes(limiter.admit(call, 0, 600_000))).toBe(true);
    expect(passes(limiter.admit(call, 0, 600_000))).toBe(false);
  });

  it.each<[string, Limit, Partial<typeof call>, boolean]>([
    ["another client has its own count", { client: "*", callsPerMinute: 1 }, { client: "cursor" }, true],
    [
      "another client shares a server's count",
      { server: "*", callsPerMinute: 1 },
      { client: "cursor" },
      false,
    ],
    ["another server is not meant", { server: "files", callsPerMinute: 1 }, { server: "git" }, true],
    [
      "another tool has its own count",
      { server: "*", tool: "*", callsPerMinute: 1 },
      { tool: "write" },
      true,
    ],
    ["without a name all share one", { callsPerMinute: 1 }, { client: "x", server: "y", tool: "z" }, false],
  ])("count apart what they name: %s", (_what, limit, other, passing) => {
    const limiter = limits(limit);
    expect(passes(limiter.admit(call, 0, 0))).toBe(true);
    expect(passes(limiter.admit({ ...call, ...other }, 0, 0))).toBe(passing);
  });

  it("hold how many are under way at once", () => {
    const limiter = limits({ server: "files", inFlight: 1 });
    const first = limiter.admit(call, 0, 0);
    expect(limiter.admit(call, 0, 0)).toEqual({
      what: "more than 1 calls under way at once on files",
      retryAfter: 1,
    });
    if (passes(first)) first.end(0, 1);
    expect(passes(limiter.admit(call, 0, 1))).toBe(true);
  });

  it("count estimated tokens of both directions, until the day ends", () => {
    const limiter = limits({ tool: "read", tokensPerDay: 100 });
    const first = limiter.admit(call, 200, 0);
    if (passes(first)) first.end(200, 10);
    expect(limiter.admit(call, 0, DAY - 60_000)).toEqual({
      what: "more than about 100 tokens today of read",
      retryAfter: 60,
    });
    expect(passes(limiter.admit(call, 0, DAY))).toBe(true);
  });

  it("all hold, and a call that one refuses is counted by none", () => {
    const limiter = limits({ client: "*", callsPerMinute: 2 }, { server: "files", inFlight: 1 });
    const first = limiter.admit(call, 0, 0);
    expect(passes(limiter.admit(call, 0, 0))).toBe(false);
    if (passes(first)) first.end(0, 0);
    expect(passes(limiter.admit(call, 0, 0))).toBe(true);
  });
});
