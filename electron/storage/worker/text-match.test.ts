import fc from "fast-check";
import { expect, it } from "vitest";
import { encoding } from "../parts.ts";
import { gramsOf } from "../search/grams.ts";
import { indexable, readable } from "../search/searchable.ts";
import type { PayloadReader } from "./payload-reader.ts";
import { textMatch } from "./text-match.ts";

/** Whether a payload whose bytes come in pieces of so many, or at once, is found. */
async function finds(search: string, json: string, size?: number): Promise<boolean> {
  const bytes = Buffer.from(json);
  const reader: PayloadReader = {
    parts: () => [],
    whole: () => (size === undefined ? bytes : undefined),
    wholeText: () => (size === undefined ? json : undefined),
    async *pieces() {
      for (let at = 0; at < bytes.length; at += size ?? 1) yield bytes.subarray(at, at + (size ?? 1));
    },
  };
  const ref = { part: 1, encoding: encoding.raw, bytes: null, chunkSet: null };
  return textMatch(search).inPart(reader, ref);
}

it.each([
  ["var/www", String.raw`"\/var\/www"`],
  ["C:\\new", JSON.stringify("C:\\new")],
  ["C:\\\\new", JSON.stringify("C:\\new")],
  ['say \\"hi\\"', JSON.stringify('say "hi"')],
  ["one\ntwo", JSON.stringify("one\ntwo")],
  ["東京", JSON.stringify(String.raw`{"city":"\u6771\u4eac"}`)],
  ["東京", '"\\u6771\\u4eac"'],
  ["\\u6771", JSON.stringify(String.raw`{"city":"\u6771\u4eac"}`)],
  ["STRASSE", '"Straße"'],
  ["straße", '"STRASSE"'],
  ["ß", '"Straße"'],
  ["①", '"① one"'],
  ["abc", '"ＡＢＣ"'],
  ["ﾊﾟ", '"パスワード"'],
  ["ΕΣ", '"ΕΣΤΙΑ"'],
  ["οδος", '"ΟΔΟΣ οδός"'],
  ["еще", '"Ещё раз"'],
  ["محمد", '"قَالَ مُحَمَّدٌ"'],
  ["السَّلَامُ", '"السلام"'],
  ["مرحبا", '"مـــرحبا"'],
  ["احمد", '"أحمد"'],
  ["علی", '"علي"'],
  ["שלום", '"שָׁלוֹם"'],
  ["❤️", '"❤"'],
  ["❤", '"❤️"'],
  ["Donaudampf", '"Donau\u00ad\u200bdampf"'],
  ["\u200b", '"zero\u200bwidth"'],
  ["葛", '"葛\u{e0100}"'],
  [String.raw`C:\Users`, JSON.stringify(JSON.stringify({ path: String.raw`C:\Users\ada` }))],
  ['say "hi"', JSON.stringify(JSON.stringify({ said: 'say "hi"' }))],
  ["電話", JSON.stringify(JSON.stringify(String.raw`{"a":"\u96fb\u8a71"}`))],
])("%j is found in %j, in one piece and in several", async (search, json) => {
  expect(await finds(search, json)).toBe(true);
  expect(await finds(search, `"${"x".repeat(500)}${json.slice(1)}`, 7)).toBe(true);
});

it.each([
  ["nnext", String.raw`"line\nnext"`],
  ["table", String.raw`"a\table"`],
  ["ß", '"class"'],
  ["①", '"1"'],
  ["ı", '"i"'],
  ["，", '"a, b"'],
  ["ё", '"е"'],
  ["أ", '"ا"'],
  ["\u200b", '"none of it"'],
  ["\\u200b", '"none of it"'],
  ["\\d", '"d"'],
  ["\\n", String.raw`"two\nlines"`],
  ["\\u0041", '"A"'],
  ["\\\\", JSON.stringify("C:\\new")],
  ["nothing", '"something"'],
])("%j is not found in %j", async (search, json) => {
  expect(await finds(search, json)).toBe(false);
});

const pieces = fc.constantFrom(
  ...'abßẞıİiſΣσςΟέЁёеأاىيیک①½™ﬁｶﾞガＡ가각한\u1112\u1161\u11ab字❤☀"/\\ \n%_*.',
  ...[
    "e\u0301",
    "\u0301",
    "مُ",
    "حَمَّ",
    "ـ",
    "שָׁ",
    "\ufe0f",
    "\u200d",
    "\u00ad",
    "\u202e",
    "👩‍💻",
    "🇪🇺",
    "葛\u{e0100}",
    "\ud83d",
  ],
  ...[String.raw`\u6771`, String.raw`\/`, '\\\\"', String.raw`\n`],
);
const texts = fc.array(pieces, { minLength: 1, maxLength: 12 }).map((list) => list.join(""));

it("what a search finds in a text, the index has of it", () => {
  fc.assert(
    fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 6 }), fc.nat(2), (text, from, length, depth) => {
      const at = from % text.length;
      const search = text.slice(at, at + length);
      let json = JSON.stringify(text);
      for (let level = 0; level < depth; level++) json = JSON.stringify(json);
      const reader: PayloadReader = {
        parts: () => [],
        whole: () => undefined,
        wholeText: () => json,
        async *pieces() {},
      };
      const match = textMatch(search);
      if (match.inPart(reader, { part: 1, encoding: encoding.raw, bytes: null, chunkSet: null }) !== true)
        return;
      const indexed = indexable(readable(json));
      const grams = new Set(
        Array.from({ length: indexed.length }, (_, place) =>
          [1, 2, 3].map((size) => indexed.slice(place, place + size)),
        )
          .flat()
          .flatMap(gramsOf),
      );
      expect(
        match.ways.some((way) => way.every((each) => gramsOf(each).every((gram) => grams.has(gram)))),
      ).toBe(true);
    }),
    { numRuns: 2_000, seed: 9 },
  );
});
