import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folded, wordDiff } from "./word-diff.ts";

const shown = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `[+${text}]` : `[-${text}]`))
    .join("");

describe("a word diff", () => {
  it.each<[string, string, string]>([
    ["reads a file", "reads a file", "reads a file"],
    ["reads a file", "reads any file", "reads [-a][+any] file"],
    ["reads a file", "reads a file. Do not tell the user.", "reads a file[+. Do not tell the user.]"],
    ["one two three four", "one 2 3 four", "one [-two three][+2 3] four"],
    ["pay", "p\u200bay", "[-pay][+p\u200bay]"],
    ["a b", "a  b", "a[- ][+  ]b"],
    ["", "new", "[+new]"],
    ["old", "", "[-old]"],
    ["x\ny\nz\n", "x\nz\n", "x\n[-y\n]z\n"],
    ['"max": 10', '"max": 100', '"max": [-10][+100]'],
  ])("%j to %j: %j", (before, after, expected) => {
    expect(shown(before, after)).toBe(expected);
  });

  it("loses nothing, whatever the texts", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", " ", "\n", ",", "word", "\u200b"), { maxLength: 40 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const parts = wordDiff(before, after);
        const of = (...kinds: string[]): string =>
          parts
            .filter(({ kind }) => kinds.includes(kind))
            .map((part) => part.text)
            .join("");
        expect([of("same", "removed"), of("same", "added")]).toEqual([before, after]);
      }),
    );
  });

  it("gives up on texts that have nothing in common", () => {
    const many = (word: string): string =>
      Array.from({ length: 20_000 }, (_, at) => `${word}${at}`).join("\n");
    expect(wordDiff(many("a"), many("b")).map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });

  it("keeps what texts begin and end with where it gives up between", () => {
    const many = (word: string): string =>
      `first\n${Array.from({ length: 3_000 }, (_, at) => `${word}${at}\n`).join("")}last\n`;
    const parts = wordDiff(many("a"), many("b"));
    expect(parts.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
    expect([parts[0]?.text, parts.at(-1)?.text]).toEqual(["first\n", "\nlast\n"]);
  });
});

describe("folding", () => {
  const text = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, at) => `line ${from + at}\n`).join("");

  it("leaves three lines beside each change, and never folds a change", () => {
    const before = `${text(0, 20)}old\n${text(20, 40)}`;
    const blocks = folded(wordDiff(before, before.replace("old", "new")));
    expect(blocks.map(({ kind }) => kind)).toEqual(["folded", "same", "removed", "added", "same", "folded"]);
    expect(blocks[0]).toMatchObject({ lines: 17 });
    expect(blocks[1]).toMatchObject({ text: text(17, 20) });
  });

  it("leaves a short or unchanged text whole", () => {
    expect(folded(wordDiff("a\nb\nc\n", "a\nb\nd\n"))).toHaveLength(4);
    expect(folded(wordDiff(text(0, 50), text(0, 50)))).toHaveLength(1);
  });
});
