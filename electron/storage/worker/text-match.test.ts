import { expect, it } from "vitest";
import { encoding } from "../parts.ts";
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
  ["\\d", '"d"'],
  ["nothing", '"something"'],
])("%j is not found in %j", async (search, json) => {
  expect(await finds(search, json)).toBe(false);
});
