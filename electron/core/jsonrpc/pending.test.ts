import { describe, expect, test } from "vitest";
import { PendingRequests } from "./pending.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("PendingRequests", () => {
  test("a request is taken once, by the id it was given", () => {
    const pending = new PendingRequests<string>();
    expect([pending.add("a"), pending.add("b"), pending.size]).toEqual([1, 2, 2]);
    expect([pending.take(1), pending.take(1), pending.take(3), pending.size]).toEqual([
      "a",
      undefined,
      undefined,
      1,
    ]);
    expect(pending.add("c")).toBe(3);
  });

  test("a raw id is taken from within its message", () => {
    const pending = new PendingRequests<string>();
    for (let i = 0; i < 12; i++) pending.add(`r${i + 1}`);
    expect(pending.takeRaw(bytesOf('{"id":12}'), { start: 6, end: 8 })).toBe("r12");
    expect(pending.takeRaw(bytesOf('{"id":12}'), { start: 6, end: 8 })).toBeUndefined();
  });

  test.each(['"1"', "1.0", "1e0", "01", "-1", "null", "", "0", "9".repeat(400), "1 ", "true"])(
    "the id %j is of nobody's request",
    (raw) => {
      const pending = new PendingRequests<string>();
      pending.add("a");
      const bytes = bytesOf(raw);
      expect(pending.takeRaw(bytes, { start: 0, end: bytes.length })).toBeUndefined();
      expect(pending.size).toBe(1);
    },
  );

  test("an answer that nobody waits for is told apart: late once, a further one, or to an id never given", () => {
    const pending = new PendingRequests<string>();
    for (const name of ["a", "b", "c"]) pending.add(name);
    const judge = (raw: string) => pending.judge(bytesOf(raw), { start: 0, end: raw.length });
    expect([pending.giveUp(1), pending.giveUp(1), pending.take(2), pending.giveUp(3, "expected")]).toEqual([
      "a",
      undefined,
      "b",
      "c",
    ]);
    expect(["1", "1", "2", "3", "4", "0", '"1"', "x"].map(judge)).toEqual([
      "late",
      "twice",
      "twice",
      "expected",
      "unknown",
      "unknown",
      "unknown",
      "unknown",
    ]);
    expect(pending.judge(bytesOf("{}"), undefined)).toBe("unknown");
  });

  test("draining gives all that wait, oldest first, and leaves none", () => {
    const pending = new PendingRequests<string>();
    for (const name of ["a", "b", "c"]) pending.add(name);
    pending.take(2);
    expect(pending.drain()).toEqual(["a", "c"]);
    expect([pending.size, pending.take(1), pending.drain()]).toEqual([0, undefined, []]);
  });
});
