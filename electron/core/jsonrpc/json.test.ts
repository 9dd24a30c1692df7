import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeString, elementsOf, encodeJson, membersOf, spanEquals, textOf } from "./json.ts";
import { ScanError } from "./scan.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = (bytes: Uint8Array): { start: number; end: number } => ({ start: 0, end: bytes.length });

describe("members and elements", () => {
  test("members come in order, duplicates included, with decoded keys and raw values", () => {
    const bytes = bytesOf('x{ "a" : 1.0 , "\\u0061":{"b":[]}, "":"\\n"}x');
    const span = { start: 1, end: bytes.length - 1 };
    expect(membersOf(bytes, span).map(({ key, value }) => [key, textOf(bytes, value)])).toEqual([
      ["a", "1.0"],
      ["a", '{"b":[]}'],
      ["", '"\\n"'],
    ]);
  });

  test("elements come as spans", () => {
    const bytes = bytesOf('[ 1 ,[2, 3],{"a":[4]} ]');
    expect(elementsOf(bytes, whole(bytes)).map((span) => textOf(bytes, span))).toEqual([
      "1",
      "[2, 3]",
      '{"a":[4]}',
    ]);
    expect(elementsOf(bytesOf("[]"), { start: 0, end: 2 })).toEqual([]);
  });

  test.each(["", "{", "[", '{"a":1}}', "[1]]", "[1,]", '{"a"}', "7", '"x"'])("%j is thrown back", (text) => {
    const bytes = bytesOf(text);
    expect(() => membersOf(bytes, whole(bytes))).toThrow(ScanError);
    expect(() => elementsOf(bytes, whole(bytes))).toThrow(ScanError);
  });

  test("a span that cuts a value is thrown back although the bytes go on", () => {
    const bytes = bytesOf('{"a":12}');
    expect(() => membersOf(bytes, { start: 0, end: 7 })).toThrow("the text ends at byte 7");
  });

  test("nesting is not bounded", () => {
    const bytes = bytesOf("[".repeat(50_000) + "]".repeat(50_000));
    expect(elementsOf(bytes, whole(bytes))).toEqual([{ start: 1, end: 99_999 }]);
  });
});

describe("strings and text", () => {
  test("any string survives encoding and decoding, lone surrogates and a leading BOM included", () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
        const bytes = encodeJson(text);
        expect(decodeString(bytes, whole(bytes))).toBe(text);
      }),
    );
    const bom = bytesOf('"\ufeffx"');
    expect(decodeString(bom, whole(bom))).toBe("\ufeffx");
  });

  test.each(["", '"', "7", '"a', 'a"', '"\\x"', '"a"b"', '"\n"', ' "a"'])("%j is no string token", (text) => {
    const bytes = bytesOf(text);
    expect(() => decodeString(bytes, whole(bytes))).toThrow(SyntaxError);
  });

  test("a value without a JSON form is refused", () => {
    expect(new TextDecoder().decode(encodeJson({ a: [1, "é", undefined] }))).toBe('{"a":[1,"é",null]}');
    expect(() => encodeJson(undefined)).toThrow(TypeError);
  });

  test.each([
    ["null", "null", true],
    ["nulL", "null", false],
    ["null", "nul", false],
    ["é", "é", true],
    ["é", "ee", false],
    ["ab", "é", false],
    ["", "", true],
  ])("the span of %j against %j: %s", (raw, text, equal) => {
    const bytes = bytesOf(`"${raw}"`);
    expect(spanEquals(bytes, { start: 1, end: bytes.length - 1 }, text)).toBe(equal);
  });
});
