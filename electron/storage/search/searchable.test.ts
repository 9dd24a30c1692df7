import { expect, it } from "vitest";
import { folded, readable, readablePieces, searchable } from "./searchable.ts";

it.each([
  ["quotes, slashes and backslashes", String.raw`"say \"hi\" in C:\\tmp\/x"`, '"say "hi" in C:\\tmp/x"'],
  ["line breaks and tabs", String.raw`"a\nb\tc\rd\be\ff"`, '"a\nb\tc\rd\be\ff"'],
  ["units, halves of a character too", String.raw`"caf\u00e9 \uD83D\uDE80 \u0022"`, '"café 🚀 ""'],
  [
    "backslashes beside what looks like an escape",
    String.raw`"C:\\users\\u12\\new"`,
    '"C:\\users\\u12\\new"',
  ],
])("JSON is read: %s", (_, json, text) => {
  expect(readable(json)).toBe(text);
});

it("JSON within a text is read too where it hides other scripts or paths, and stays as it is beside that", () => {
  const inner = JSON.stringify({ path: "a/b" }).replace("/", "\\/");
  expect(readable(JSON.stringify(inner))).toBe(`"${inner}"\0"{"path":"a/b"}"`);
  expect(searchable(JSON.stringify(String.raw`{"city":"\u6771\u4eac"}`))).toContain("東京");
  expect(readable(JSON.stringify(String.raw`C:\new\table`))).toBe(String.raw`"C:\new\table"`);
});

it.each([
  ["Straße", "STRASSE"],
  ["ışık İstanbul", "IŞIK istanbul"],
  ["λόγος", "ΛΌΓΟΣ"],
  ["ΐ", "ΐ".toUpperCase()],
  ["café", "CAFE\u0301"],
  ["한국어", "한국어".normalize("NFD")],
  ["क़लम", "क\u093cलम"],
  ["ABC 12", "ａｂｃ　１２"],
  ["ﾃﾞｰﾀ", "データ"],
  ["office™", "oﬃceTM"],
  ["12 µs", "12 ΜS"],
])("%s and %s are the same to a search", (one, other) => {
  expect(folded(one)).toBe(folded(other));
});

it("however a document is cut into pieces, what is read of it is the same", async () => {
  const said = String.raw`a\\u00e9 \\\\\\ \u6570\u636e\u5e93 \ud83d\ude80 "x\/y" 東京\n\"`;
  const json = JSON.stringify({ text: "数e\u0301🚀" }) + said;
  const bytes = Buffer.from(json);
  const whole = readable(json);
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    let joined = "";
    for await (const text of readablePieces(pieces(), 1_000)) joined = text;
    expect(joined, `pieces of ${size} bytes`).toBe(whole);
  }
});
