import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineFramer } from "./framing.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a framer says to chunks: lines as text, lines too long as numbers. */
function frame(chunks: readonly Uint8Array[], maxBytes?: number): (string | number)[] {
  const said: (string | number)[] = [];
  const framer = new LineFramer({
    ...(maxBytes === undefined ? {} : { maxBytes }),
    onLine: (line) => said.push(new TextDecoder("utf-8", { fatal: true }).decode(line)),
    onTooLong: (seen) => said.push(seen),
  });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return said;
}

const singles = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));

describe("LineFramer", () => {
  const sample = bytesOf('{"a":"é😀"}\r\n\n\r\n{"b":"\r"}\nnoise ü\r\r\n{"last":"日"}');
  const lines = ['{"a":"é😀"}', '{"b":"\r"}', "noise ü\r", '{"last":"日"}'];

  test("gives the same lines however two cuts divide the stream, also inside a character or a line end", () => {
    for (let i = 0; i <= sample.length; i++) {
      for (let j = i; j <= sample.length; j++) {
        expect(frame([sample.subarray(0, i), sample.subarray(i, j), sample.subarray(j)])).toEqual(lines);
      }
    }
    expect(frame(singles(sample))).toEqual(lines);
  });

  test("gives the same lines for any chunks, small and large", () => {
    const line = fc
      .tuple(fc.constantFrom("x", "é", "\r", "yz"), fc.nat(3000))
      .map(([unit, n]) => unit.repeat(n));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 2500 })),
        (texts, sizes) => {
          const bytes = bytesOf(texts.map((text) => `${text}\r\n`).join(""));
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? bytes.length;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(frame(chunks)).toEqual(texts.filter((text) => text !== ""));
        },
      ),
    );
  });

  test("drops a line over the limit once, to its end, and goes on", () => {
    for (const end of ["\n", "\r\n"]) {
      const bytes = bytesOf(`1234${end}12345${end}1234567890${end}ok${end}`);
      expect(frame([bytes], 4)).toEqual(["1234", 5, 10, "ok"]);
      expect(frame(singles(bytes), 4).filter((said) => typeof said === "string")).toEqual(["1234", "ok"]);
      expect(frame(singles(bytes), 4).filter((said) => typeof said === "number")).toHaveLength(2);
    }
  });

  test("reports a line that never ends as soon as it is over the limit, and keeps none of it", () => {
    const said: number[] = [];
    const framer = new LineFramer({
      maxBytes: 10,
      onLine: () => said.push(-1),
      onTooLong: (seen) => said.push(seen),
    });
    for (let i = 0; i < 100; i++) framer.push(bytesOf("xxxx"));
    expect(said).toEqual([12]);
    framer.push(bytesOf("xx\n"));
    framer.end();
    expect(said).toEqual([12]);
  });

  test("takes a line of exactly the limit that arrives with its \\r in another chunk", () => {
    expect(frame([bytesOf("1234\r"), bytesOf("\n1234"), bytesOf("\r"), bytesOf("\n")], 4)).toEqual([
      "1234",
      "1234",
    ]);
  });

  test("a line of many blocks in single bytes comes out whole", () => {
    const text = "0123456789abcdef".repeat(16_384);
    expect(frame([...singles(bytesOf(text)), bytesOf("\n")])).toEqual([text]);
  });

  test("an empty stream and empty chunks say nothing", () => {
    expect(frame([])).toEqual([]);
    expect(frame([new Uint8Array(0), bytesOf("\n"), new Uint8Array(0)])).toEqual([]);
  });

  test("a line given out is not changed by what comes later", () => {
    const kept: Uint8Array[] = [];
    const framer = new LineFramer({ onLine: (line) => kept.push(line), onTooLong: () => {} });
    for (const text of ["ab", "c\nde", "f\n", "xyz\n"]) framer.push(bytesOf(text));
    expect(kept.map((line) => new TextDecoder().decode(line))).toEqual(["abc", "def", "xyz"]);
  });
});
