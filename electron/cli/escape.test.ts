import { describe, expect, it } from "vitest";
import { safeJson, visible, visibleLines } from "./escape.ts";
import { painter } from "./io.ts";
import { clip, displayWidth, table } from "./table.ts";
import { duration, parseSince, relativeTime, span } from "./times.ts";

describe("text from servers", () => {
  it.each([
    ["plain text – ünï 漢字 🙂", "plain text – ünï 漢字 🙂"],
    ["\u001b[31mred\u001b[0m", "\\u{1b}[31mred\\u{1b}[0m"],
    ["\u009b31m", "\\u{9b}31m"],
    ["a\r\nb\tc\u0000d\u007f", "a\\u{d}\\u{a}b\\u{9}c\\u{0}d\\u{7f}"],
    ["abc\u202Etxt.exe\u2066\u200F", "abc\\u{202e}txt.exe\\u{2066}\\u{200f}"],
    ["a\u200Bb\u200Dc\uFEFFd\u00ADe\u2060", "a\\u{200b}b\\u{200d}c\\u{feff}d\\u{ad}e\\u{2060}"],
    ["x\u{E0041}\u{E007F}\u{E0100}\uFE01", "x\\u{e0041}\\u{e007f}\\u{e0100}\\u{fe01}"],
    ["a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
    ["\u3164\u115F\u034F\uFFF9", "\\u{3164}\\u{115f}\\u{34f}\\u{fff9}"],
    ["\uD800x", "\\u{d800}x"],
    [`a${"\u0301".repeat(50)}`, `a${"\u0301".repeat(4)}…`],
  ])("%j is shown so that nothing is hidden or obeyed", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it("keeps its lines where lines are meant", () => {
    expect(visibleLines("a\r\nb\u001b\nc")).toBe("a\nb\\u{1b}\nc");
  });

  it("as JSON keeps its value and holds no character that a terminal obeys", () => {
    const value = { "\u202e": "\u009b\u{E0041}\u200b\u007f\u2028", n: [1] };
    const json = safeJson(JSON.stringify(value, null, 1));
    expect(JSON.parse(json)).toEqual(value);
    expect(json).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it("never leaves its cell: it is escaped, cut and aligned", () => {
    const text = table(
      ["NAME", "N"],
      [
        ["a\nb", { text: "1", right: true }],
        ["漢字", { text: "22", right: true }],
        ["x".repeat(1_000_000), "3"],
      ],
    );
    const lines = text.split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe(`a\\u{a}b${" ".repeat(60 - 7)}   1`);
    expect(lines.slice(1, 4).map((line) => displayWidth(line))).toEqual([64, 64, 63]);
    expect(lines[3]).toContain("…");
    expect(clip("漢".repeat(10), 6)).toBe("漢漢…");
    expect(table(["A"], [])).toBe("");
  });
});

it("colours are for terminals that want them", () => {
  const red = (isTerminal: boolean, env: Record<string, string>) => painter({ isTerminal, env }).red("x");
  expect([
    red(true, {}),
    red(false, {}),
    red(true, { NO_COLOR: "1" }),
    red(true, { NO_COLOR: "" }),
    red(true, { TERM: "dumb" }),
  ]).toEqual(["\u001b[31mx\u001b[39m", "x", "x", "\u001b[31mx\u001b[39m", "x"]);
});

it("times are read and told", () => {
  const now = Date.parse("2026-11-22T12:00:00.000Z");
  expect(["90s", "30m", "1.5h", "2d", "1w"].map((text) => (now - parseSince(text, now)) / 1_000)).toEqual([
    90, 1_800, 5_400, 172_800, 604_800,
  ]);
  expect(parseSince("2026-11-22T11:00:00Z", now)).toBe(now - 3_600_000);
  for (const wrong of ["", "soon", "5", "h", "-1h"])
    expect(() => parseSince(wrong, now)).toThrow(expect.objectContaining({ code: "bad_usage" }));
  expect(
    [now + 60_000, now, now - 42_000, now - 300_000, now - 7_200_000, now - 3 * 86_400_000]
      .map((at) => relativeTime(new Date(at).toISOString(), now))
      .concat(relativeTime(null, now), relativeTime("x", now)),
  ).toEqual([
    "in the future",
    "just now",
    "42 s ago",
    "5 min ago",
    "2 h ago",
    "3 days ago",
    "never",
    "unknown",
  ]);
  expect([0, 850, 1_234, 12_345, 999_400, 1_500_000, 90_000_000, 7_200_000_000].map(duration)).toEqual([
    "0 µs",
    "850 µs",
    "1.23 ms",
    "12.3 ms",
    "999 ms",
    "1.50 s",
    "90.0 s",
    "2 h",
  ]);
  expect(span(59)).toBe("59 s");
});
