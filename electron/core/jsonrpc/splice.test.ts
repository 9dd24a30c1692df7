import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeJson } from "./json.ts";
import { scanMessage } from "./scan.ts";
import {
  blankLineBreaks,
  type Edit,
  hasLineBreak,
  joinParts,
  orderEdits,
  partsLength,
  splice,
} from "./splice.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const edit = (start: number, end: number, text: string): Edit => ({ start, end, bytes: bytesOf(text) });

describe("orderEdits", () => {
  test("is a stable sort by place, for few edits and for many", () => {
    const place = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { maxLength: 40 }), (places) => {
        const edits = places.map(([start, length], at) => edit(start, start + length, String(at)));
        const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
        expect(orderEdits([...edits])).toEqual(sorted);
      }),
    );
  });
});

describe("splice", () => {
  test("replaces, inserts and removes, and keeps the rest as views of the same memory", () => {
    const bytes = bytesOf("abcdef");
    const parts = splice(bytes, [
      edit(0, 0, ">"),
      edit(1, 2, "BB"),
      edit(2, 2, "+"),
      edit(2, 2, "-"),
      edit(4, 6, ""),
    ]);
    expect(textOf(joinParts(parts))).toBe(">aBB+-cd");
    expect(partsLength(parts)).toBe(8);
    expect(parts.filter((part) => part.buffer === bytes.buffer).map(textOf)).toEqual(["a", "cd"]);
  });

  test.each([
    ["unsorted", [edit(3, 4, ""), edit(1, 2, "")]],
    ["overlapping", [edit(1, 3, ""), edit(2, 4, "")]],
    ["outside", [edit(5, 7, "")]],
    ["backwards", [edit(3, 2, "")]],
  ])("%s edits are refused", (_, edits) => {
    expect(() => splice(bytesOf("abcdef"), edits)).toThrow(RangeError);
  });

  test("any edits give what cutting and pasting the text gives", () => {
    const cuts = fc.array(fc.tuple(fc.nat(50), fc.string({ maxLength: 5 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.string({ minLength: 50, maxLength: 60 }), cuts, (text, list) => {
        const points = list.map(([at]) => at).sort((a, b) => a - b);
        const edits: Edit[] = [];
        let expected = "";
        let done = 0;
        for (let i = 0; i + 1 < points.length; i += 2) {
          const [start = 0, end = 0] = points.slice(i, i + 2);
          const insert = list[i]?.[1] ?? "";
          edits.push(edit(start, end, insert));
          expected += text.slice(done, start) + insert;
          done = end;
        }
        expect(textOf(joinParts(splice(bytesOf(text), edits)))).toBe(expected + text.slice(done));
      }),
    );
  });

  test("a message whose id and tool name are rewritten parses to the same message otherwise", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.nat(), (args, name, id) => {
        const message = {
          id: "old",
          jsonrpc: "2.0",
          method: "tools/call",
          params: { name: "x", arguments: args },
        };
        const bytes = encodeJson(message);
        const envelope = scanMessage(bytes);
        const spans = [envelope.id, envelope.paramsMembers[0]?.value];
        const edits = [id, name].map((value, i) => ({
          ...(spans[i] ?? { start: -1, end: -1 }),
          bytes: encodeJson(value),
        }));
        expect(JSON.parse(textOf(joinParts(splice(bytes, edits))))).toEqual(
          JSON.parse(JSON.stringify({ ...message, id, params: { name, arguments: args } })),
        );
      }),
    );
  });

  test("one piece is given back as it is, none make an empty text", () => {
    const bytes = bytesOf("abc");
    expect(joinParts([bytes])).toBe(bytes);
    expect(joinParts([])).toEqual(new Uint8Array(0));
    expect(splice(bytesOf(""), [])).toEqual([]);
  });

  test("blanked line breaks leave the same JSON, on one line, in a copy", () => {
    const value = { a: ["x\ny", { b: "\r" }] };
    const bytes = bytesOf(JSON.stringify(value, null, 2).replaceAll("\n", "\r\n"));
    const before = textOf(bytes);
    const blanked = blankLineBreaks(bytes);
    expect(textOf(blanked)).not.toMatch(/[\r\n]/);
    expect([bytes, bytesOf("\r"), blanked].map(hasLineBreak)).toEqual([true, true, false]);
    expect(JSON.parse(textOf(blanked))).toEqual(value);
    expect(textOf(bytes)).toBe(before);
  });
});
