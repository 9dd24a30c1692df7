import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonParser, isContainer, type JsonNode, parseJson, stringMember } from "./parse.ts";

/** Back to JSON text, with numbers as they were written. */
function write(node: JsonNode): string {
  if (isContainer(node)) {
    return node.kind === "array"
      ? `[${node.children.map(write).join(",")}]`
      : `{${node.children.map((child, index) => `${JSON.stringify(node.keys[index])}:${write(child)}`).join(",")}}`;
  }
  return node.kind === "string" ? JSON.stringify(node.text) : node.text;
}

describe("the lossless JSON parser", () => {
  it("keeps big integers, long decimals, key order and duplicate keys as written", () => {
    const text = '{"b":12345678901234567890,"a":0.1000000000000000055511151231257827,"a":-1E+400,"1":null}';
    expect(write(parseJson(text).root)).toBe(text);
  });

  it("agrees with JSON.parse on every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(write(parseJson(JSON.stringify(value, null, 1)).root))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it.each(["", "{", "[1,]", '{"a" 1}', "nul", '"a', "1 2", "{'a':1}", "[1}", '"\n"', "-"])(
    "refuses %j, naming the place",
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  it("shows what there is of a text that was cut anywhere", () => {
    const text = '{"content":[{"type":"text","text":"caf\\u00e9 \\"x\\""},true,null,12.5],"n":{"deep":[[]]}}';
    for (let end = 1; end < text.length; end += 1) {
      const tree = parseJson(text.slice(0, end), true);
      expect(tree.cut).toBe(true);
      expect(isContainer(tree.root) && tree.root.cut).toBe(true);
    }
    expect(parseJson(text, true).cut).toBe(false);
  });

  it("takes 100,000 levels of nesting", () => {
    const tree = parseJson("[".repeat(100_000) + "]".repeat(100_000));
    expect(tree.root.kind).toBe("array");
  });

  it("works in slices, and ends with the same tree", () => {
    const text = JSON.stringify(Array.from({ length: 10_000 }, (_, index) => ({ index })));
    const parser = createJsonParser(text);
    let slices = 1;
    while (!parser.run(() => true)) slices += 1;
    expect(slices).toBeGreaterThan(3);
    expect(write(parser.result().root)).toBe(text);
  });

  it("reads string members", () => {
    expect(stringMember(parseJson('{"type":"text","n":1}').root, "type")).toBe("text");
    expect(stringMember(parseJson('{"type":"text","n":1}').root, "n")).toBeUndefined();
  });
});
