import { describe, expect, it } from "vitest";
import { ago, bytes, duration, percent, plural, shortSpan, span, until, withLocalTimes } from "./format.ts";

describe("formats", () => {
  it.each([
    [[9, 5, 59], "Nov 22, 09:05"],
    [[9, 12, 0], "Nov 22, 09:05–09:12"],
    [[24, 0, 0], "Nov 22, 09:05–Nov 23, 00:00"],
  ] as const)(
    "puts from when to when as short as can be: until %j it is %s",
    ([hour, minute, second], words) => {
      const at = (...time: [number, number, number]) => new Date(2026, 10, 22, ...time).toISOString();
      expect(shortSpan(at(9, 5, 0), at(hour, minute, second))).toBe(words);
    },
  );

  it("puts local times in the place of those in a sentence, and nothing else", () => {
    const local = new Date(2026, 10, 22, 9, 5).toISOString();
    expect(withLocalTimes(`since ${local}, until ${local.replace(".000", "")}: 2026-11-22 stays`)).toBe(
      "since Nov 22, 09:05, until Nov 22, 09:05: 2026-11-22 stays",
    );
  });

  it.each([
    [0, "0 µs"],
    [420, "420 µs"],
    [1_234, "1.23 ms"],
    [12_340, "12.3 ms"],
    [99_960, "100 ms"],
    [999_600, "1.00 s"],
    [12_340_000, "12.3 s"],
    [125_000_000, "2 m 05 s"],
    [3_720_000_000, "1 h 02 m"],
  ])("%i µs is %s", (microseconds, expected) => {
    expect(duration(microseconds)).toBe(expected);
  });

  it.each([
    [12, "12 B"],
    [1_500, "1.5 KB"],
    [120_000, "120 KB"],
    [999_600, "1.0 MB"],
    [32_000_000, "32.0 MB"],
    [1_240_000_000, "1.2 GB"],
  ])("%i bytes are %s", (count, expected) => {
    expect(bytes(count)).toBe(expected);
  });

  it("says how long ago and how long until", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(ago(now - 10_000, now)).toBe("just now");
    expect(ago(now - 240_000, now)).toBe("4 min ago");
    expect(ago(now - 86_400_000, now)).toBe("yesterday");
    expect(until(now + 12_000, now)).toBe("in 12 s");
    expect(until(now - 1, now)).toBe("now");
  });

  it("says how long something has gone on, in one unit", () => {
    expect([0, 59_999, 300_000, 7_200_000, 200_000_000].map(span)).toEqual([
      "0 s",
      "59 s",
      "5 min",
      "2 h",
      "2 d",
    ]);
  });

  it("says how much of a core is used, more closely where it is little", () => {
    expect([0, 0.04, 0.42, 3, 9.96, 230.4].map(percent)).toEqual([
      "0 %",
      "0 %",
      "0.4 %",
      "3 %",
      "10 %",
      "230 %",
    ]);
  });

  it("counts things", () => {
    expect([plural(1, "tool"), plural(1_200, "tool")]).toEqual(["1 tool", "1,200 tools"]);
  });
});
