import { describe, expect, it } from "vitest";
import { pinnedStrings, pinnedText, readableText } from "./pinned-text.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const tool = (text: string): string => pinnedText("tools", bytes(text));

describe("the pinned text of a tool", () => {
  it.each<[string, string, string]>([
    ["the order of keys", '{"name":"a","description":"d"}', '{"description":"d","name":"a"}'],
    [
      "the order of keys in a schema",
      '{"name":"a","inputSchema":{"type":"object","x":{"b":1,"a":2}}}',
      '{"inputSchema":{"x":{"a":2,"b":1},"type":"object"},"name":"a"}',
    ],
    ["white space", '{"name":"a","inputSchema":{}}', ' { "name" : "a" ,\n "inputSchema" : { } } '],
    ["how a character is escaped", '{"name":"\\u0061\\/"}', '{"name":"a/"}'],
    ["members that are not pinned", '{"name":"a","_meta":{"x":1},"icons":[]}', '{"name":"a"}'],
  ])("does not depend on %s", (_what, one, other) => {
    expect(tool(one)).toBe(tool(other));
  });

  it.each<[string, string, string]>([
    ["a description", '{"name":"a","description":"d"}', '{"name":"a","description":"d."}'],
    ["an invisible character", '{"name":"a","title":"d"}', '{"name":"a","title":"d\\u200b"}'],
    [
      "a digit beyond doubles",
      '{"name":"a","inputSchema":{"maximum":9007199254740993}}',
      '{"name":"a","inputSchema":{"maximum":9007199254740992}}',
    ],
    [
      "how a number is written",
      '{"name":"a","inputSchema":{"maximum":1.0}}',
      '{"name":"a","inputSchema":{"maximum":1}}',
    ],
    [
      "the order of an array",
      '{"name":"a","inputSchema":{"enum":[1,2]}}',
      '{"name":"a","inputSchema":{"enum":[2,1]}}',
    ],
    [
      "the first of two equal keys",
      '{"name":"a","title":"x","title":"y"}',
      '{"name":"a","title":"z","title":"y"}',
    ],
    [
      "an annotation",
      '{"name":"a","annotations":{"readOnlyHint":true}}',
      '{"name":"a","annotations":{"readOnlyHint":false}}',
    ],
    ["the output schema", '{"name":"a"}', '{"name":"a","outputSchema":{"type":"object"}}'],
    ["an empty title against none", '{"name":"a","title":""}', '{"name":"a"}'],
    ["a null title against none", '{"name":"a","title":null}', '{"name":"a"}'],
  ])("differs by %s", (_what, one, other) => {
    expect(tool(one)).not.toBe(tool(other));
  });

  it("takes any nesting without a stack of its own", () => {
    const deep = (inner: string): string =>
      `{"name":"a","inputSchema":${"[".repeat(50_000)}${inner}${"]".repeat(50_000)}}`;
    expect(tool(deep("1"))).not.toBe(tool(deep("2")));
    expect(readableText(tool(deep("1")))).toContain("input schema");
  });

  it("keeps lone surrogates apart", () => {
    expect(tool('{"name":"\\ud800"}')).not.toBe(tool('{"name":"\\ud801"}'));
  });
});

describe("the pinned text of other entries", () => {
  it("holds what models read of them", () => {
    expect(pinnedText("prompts", bytes('{"name":"p","arguments":[{"name":"x"}],"icons":1}'))).toBe(
      '{"arguments":[{"name":"x"}],"name":"p"}',
    );
    expect(
      pinnedText("resources", bytes('{"uri":"a://b","name":"n","size":7,"mimeType":"text/plain"}')),
    ).toBe('{"name":"n","uri":"a://b"}');
    expect(pinnedText("templates", bytes('{"uriTemplate":"a://{b}","name":"n","description":"d"}'))).toBe(
      '{"description":"d","name":"n","uriTemplate":"a://{b}"}',
    );
  });
});

describe("the readable text", () => {
  it("sets every value in, so that no value can pretend to be a heading", () => {
    const canonical = tool(
      '{"name":"a","inputSchema":{"b":[],"a":{"x":12345678901234567890}},"description":"one\\ninput schema\\n  {}"}',
    );
    expect(readableText(canonical)).toBe(
      [
        "name",
        "  a",
        "description",
        "  one",
        "  input schema",
        "    {}",
        "input schema",
        "  {",
        '    "b": [],',
        '    "a": {',
        '      "x": 12345678901234567890',
        "    }",
        "  }",
      ]
        .join("\n")
        .replace(
          '    "b": [],\n    "a": {\n      "x": 12345678901234567890\n    }',
          '    "a": {\n      "x": 12345678901234567890\n    },\n    "b": []',
        ),
    );
    expect(readableText('"just\\ntext"')).toBe("just\ntext");
  });

  it("gives strings and members back", () => {
    const canonical = tool('{"name":"a","inputSchema":{"properties":{"key":{"description":"why"}}}}');
    expect(pinnedStrings(canonical)).toEqual([
      "inputSchema",
      "properties",
      "key",
      "description",
      "why",
      "name",
      "a",
    ]);
  });
});
