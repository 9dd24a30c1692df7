import { describe, expect, it } from "vitest";
import type { CallDetail } from "../../shared/model/call.ts";
import { callDetail, payload } from "../testing/calls.ts";
import { comparable } from "./comparable.ts";
import { sideBySide } from "./side-by-side.ts";

const call = (result: unknown, request: unknown = { name: "t" }, error: unknown = null): CallDetail =>
  callDetail({
    request: payload(request),
    result: result === null ? null : payload(result),
    error: error === null ? null : payload(error),
  });

describe("what of calls is compared", () => {
  it("does not differ by the order of members or by spaces, within texts neither", () => {
    const one = call(
      '{"structuredContent":{"b":1,"a":2},"content":[{"type":"text","text":"{\\"y\\":1, \\"x\\":2}"}]}',
    );
    const other = call(
      '{"content":[{"text":"{\\"x\\":2,\\"y\\":1}","type":"text"}],"structuredContent":{"a":2,"b":1}}',
    );
    expect(comparable(one, "result")).toBe(comparable(other, "result"));
  });

  it("differs in every digit of a number", () => {
    const one = call(null, '{"name":"t","arguments":{"n":12345678901234567890}}');
    const other = call(null, '{"name":"t","arguments":{"n":12345678901234567891}}');
    expect(comparable(one, "arguments")).toBe('{\n  "n": 12345678901234567890\n}');
    expect(comparable(one, "arguments")).not.toBe(comparable(other, "arguments"));
  });

  it("differs where an image differs between its ends, which two of one program often share", () => {
    const image = (middle: string) =>
      call({ content: [{ type: "image", data: "A".repeat(500) + middle + "B".repeat(500) }] });
    expect(comparable(image("C"), "result")).not.toBe(comparable(image("D"), "result"));
    expect(comparable(image("C"), "result")).toBe(comparable(image("C"), "result"));
  });

  it("shows what is not text of a resource by its ends, and tells it apart", () => {
    const resource = (middle: string) =>
      call({ contents: [{ uri: "a://b", blob: "A".repeat(500) + middle + "B".repeat(500) }] });
    const text = comparable(resource("C"), "result");
    expect(text).toContain(`"blob": "1001 characters of base64: ${"A".repeat(32)}…${"B".repeat(32)} (`);
    expect(text).not.toBe(comparable(resource("D"), "result"));
  });

  it("is a text line by line, media by their ends, and what else the result says", () => {
    expect(
      comparable(
        call({
          content: [
            { type: "text", text: "one\ntwo" },
            { type: "image", mimeType: "image/png", data: "QUJD" },
          ],
          isError: true,
        }),
        "result",
      ),
    ).toBe(
      [
        "── content 1: text ──",
        "one",
        "two",
        "── content 2: image ──",
        "4 characters of base64: QUJD",
        "{",
        '  "mimeType": "image/png"',
        "}",
        "── the rest of the result ──",
        "{",
        '  "isError": true',
        "}",
      ].join("\n"),
    );
  });

  it("is the error where a call failed, and the text itself where it is no JSON", () => {
    expect(comparable(call(null, {}, { code: -1 }), "result")).toBe('error\n{\n  "code": -1\n}');
    expect(comparable(call("oops"), "result")).toBe("oops");
    expect(comparable(call(null), "result")).toBe("");
  });
});

describe("two texts side by side", () => {
  const text = (line: { pieces: readonly { text: string }[] } | null): string | null =>
    line === null ? null : line.pieces.map((piece) => piece.text).join("");

  it("have what took each other's place in one row", () => {
    const rows = sideBySide("a\nb\nc\n", "a\nB\nc\nd\n").map((row) =>
      row.kind === "gap" ? row.text : [row.kind, text(row.left), text(row.right)],
    );
    expect(rows).toEqual([
      ["same", "a", "a"],
      ["changed", "b", "B"],
      ["same", "c", "c"],
      ["changed", null, "d"],
    ]);
  });

  it("fold what did not change, unless all is wanted", () => {
    const before = `${Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n")}\nend\n`;
    const after = before.replace("end", "END");
    expect(sideBySide(before, after)[0]).toEqual({ kind: "gap", text: "37 unchanged lines" });
    expect(sideBySide(before, after, true)).toHaveLength(41);
  });
});
