import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanMessage } from "./scan.ts";

const encoder = new TextEncoder();
const filler = "x".repeat(80);

/** A request with this raw `_meta` in this place of its params. */
const request = (meta: string, before: string): Uint8Array =>
  encoder.encode(`{"jsonrpc":"2.0","id":1,"method":"m","params":{${before}"_meta":${meta},"z":1}}`);

const seen = (bytes: Uint8Array): unknown => {
  const { metaMembers, paramsMembers } = scanMessage(bytes, { duplicates: "deep" });
  const text = (span: { start: number; end: number }): string =>
    new TextDecoder().decode(bytes.subarray(span.start, span.end));
  return [metaMembers, paramsMembers].map((members) => members.map(({ key, value }) => [key, text(value)]));
};

describe("a `_meta` that comes again", () => {
  it("is found to hold the same, wherever it stands and whatever else the message holds", () => {
    const key = fc.string({ maxLength: 30 });
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), fc.integer({ min: 0, max: 50 }), (meta, offset) => {
        const raw = JSON.stringify({ ...meta, filler });
        const first = seen(request(raw, ""));
        expect(seen(request(raw, `"a":"${"b".repeat(offset)}",`))).toEqual([
          (first as unknown[])[0],
          [["a", `"${"b".repeat(offset)}"`], ...(first as [unknown, unknown[]])[1]],
        ]);
      }),
    );
  });

  it("is no longer the same when one byte differs, also behind a known beginning", () => {
    const known = `{"filler":"${filler}","n":1}`;
    for (const other of [
      known.replace("1}", "2}"),
      known.replace("1}", '1,"m":2}'),
      known.replace("x", "y"),
    ]) {
      seen(request(known, ""));
      expect(seen(request(other, ""))).toEqual([
        Object.entries(JSON.parse(other) as object).map(([key, value]) => [key, JSON.stringify(value)]),
        [
          ["_meta", other],
          ["z", "1"],
        ],
      ]);
    }
  });

  it("with duplicate keys or a line break is judged anew every time", () => {
    const doubled = `{"filler":"${filler}","a":{"b":1,"b":2}}`;
    const broken = `{"filler":"${filler}",\n"a":1}`;
    for (let time = 0; time < 3; time += 1) {
      expect(() => seen(request(doubled, ""))).toThrow("duplicate key");
      expect(scanMessage(request(broken, ""), { duplicates: "deep" }).hasLineBreak).toBe(true);
    }
  });

  it("does not hide that the text ends before it does", () => {
    const whole = request(`{"filler":"${filler}"}`, "");
    seen(whole);
    for (let cut = whole.length - 10; cut < whole.length; cut += 1)
      expect(() => seen(whole.subarray(0, cut))).toThrow("the text ends");
  });
});
