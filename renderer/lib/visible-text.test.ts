import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVisible, visibleText } from "./visible-text.ts";

const show = (text: string, multiline = false) =>
  visibleText(text, { limit: 1000, multiline })
    .segments.map((segment) => (segment.kind === "text" ? segment.text : `[${segment.text}]`))
    .join("");

describe("visible text", () => {
  it("leaves ordinary text of any script alone", () => {
    for (const text of ["plain", "Grüße, señor", "日本語のテキスト", "עברית", "हिन्दी", "e\u0301"])
      expect(show(text)).toBe(text);
  });

  it.each([
    ["a right-to-left override", "safe\u202egnp.exe", "safe[RLO]gnp.exe"],
    ["a zero-width space", "pay\u200bpal", "pay[ZWSP]pal"],
    ["a null and a bell", "a\u0000\u0007b", "a[NUL][BEL]b"],
    ["a run of one control", `a${"\u0000".repeat(5)}b`, "a[NUL×5]b"],
    ["an ANSI colour", "\u001b[31mred\u001b[0m", "[ESC[31m]red[ESC[0m]"],
    ["an ANSI hyperlink", "\u001b]8;;http://x\u0007y", "[ESC]8;;http://x]y"],
    ["a lone escape", "\u001b", "[ESC]"],
    ["text hidden in tags", "hi\u{e0064}\u{e006f}!", "hi[hidden: do]!"],
    ["a lone surrogate", "a\ud800b", "a[U+D800]b"],
    ["a variation selector outside emoji", "a\ufe0fb", "a[VS]b"],
    ["a Hangul filler", "\u3164", "[HF]"],
  ])("marks %s", (_, input, expected) => {
    expect(show(input)).toBe(expected);
  });

  it("marks line breaks on one line and keeps them in a block", () => {
    expect(show("a\nb")).toBe("a[LF]b");
    expect(show("a\r\nb\tc", true)).toBe("a\nb\tc");
  });

  it("makes few elements of a flood of different glyphs, and still shows each", () => {
    const { segments } = visibleText("\u202e\u0000x".repeat(10_000), { limit: 20_000 });
    expect(segments.length).toBeLessThan(500);
    expect(segments.at(-1)).toMatchObject({
      kind: "text",
      text: expect.stringMatching(/⟨RLO⟩⟨NUL⟩x⟨RLO⟩⟨NUL⟩$/),
    });
    expect(segments.map(({ text }) => text).join("")).toMatch(/^RLONULx/);
  });

  it("keeps a joined emoji whole", () => {
    const family = "👨\u200d👩\u200d👧";
    expect(show(`x ${family} ❤\ufe0f`)).toBe(`x ${family} ❤\ufe0f`);
  });

  it("bounds an emoji flood and says how many are hidden", () => {
    expect(show(`${"🔥".repeat(100)}!`)).toBe(`${"🔥".repeat(6)}[+94 emoji]!`);
  });

  it("bounds accents stacked on one letter", () => {
    expect(show(`z${"\u0301".repeat(50)}`)).toBe(`z${"\u0301".repeat(3)}[+marks×47]`);
  });

  it("looks no further than the limit, and says how much is left", () => {
    const result = visibleText("x".repeat(1_000_000), { limit: 10 });
    expect(result).toEqual({ segments: [{ kind: "text", text: "x".repeat(10) }], rest: 999_990 });
  });

  it("never lets a direction change or a control character through as text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        for (const segment of visibleText(text, { limit: 1000 }).segments)
          expect(segment.text).not.toMatch(
            /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/,
          );
      }),
    );
  });

  it("gives one plain string for accessible names", () => {
    expect(plainVisible("a\u202eb")).toBe("aRLOb");
    expect(plainVisible("x".repeat(200), 5)).toBe("xxxxx…");
  });
});
