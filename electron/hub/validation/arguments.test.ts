import { describe, expect, it } from "vitest";
import { DRAFT_07, judged, object } from "./testing/judging.ts";

describe("arguments that do not fit are told with the place, the expectation and what is there", () => {
  it.each<[string, unknown, unknown, string[]]>([
    [
      "a type",
      object({ a: { type: "string" } }),
      { a: 5 },
      ["arguments.a must be a string, but is the number 5"],
    ],
    [
      "several types",
      object({ a: { type: ["integer", "null"] } }),
      { a: 1.5 },
      ["arguments.a must be an integer or null, but is the number 1.5"],
    ],
    [
      "a missing property",
      object({}, { required: ["a", "b"] }),
      { b: 1 },
      ['arguments must have the property "a", which is missing'],
    ],
    [
      "no arguments",
      object({}, { required: ["a"] }),
      {},
      ['arguments must have the property "a", which is missing'],
    ],
    ["not an object", { type: "object" }, [1], ["arguments must be an object, but is an array of 1"]],
    [
      "a constant",
      object({ a: { enum: ["red", "green", 3] } }),
      { a: "blue" },
      ['arguments.a must be one of "red", "green", 3, but is the string "blue"'],
    ],
    [
      "an unknown property",
      object({ path: {} }, { additionalProperties: false }),
      { pth: 1 },
      ['arguments must not have the property "pth" (it takes "path")'],
    ],
    [
      "further properties",
      object({}, { additionalProperties: { type: "integer" } }),
      { x: "1" },
      ['arguments.x must be an integer, but is the string "1"'],
    ],
    [
      "deep inside",
      object({ a: { type: "array", items: object({ "b c": { minimum: 2 } }) } }),
      { a: [{}, { "b c": 1 }] },
      ['arguments.a[1]["b c"] must be at least 2, but is the number 1'],
    ],
    [
      "a tuple",
      object({ a: { prefixItems: [{ type: "string" }], items: false } }),
      { a: ["x", 1] },
      ["arguments.a[1] must not be there"],
    ],
    [
      "alternatives of types",
      object({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }),
      { a: 1 },
      ["arguments.a must be a string or null, but is the number 1"],
    ],
    [
      "alternatives of objects",
      object({
        s: {
          oneOf: [
            object({ k: { const: "c" }, r: { type: "number" } }, { required: ["r"] }),
            object({ k: { const: "q" } }),
          ],
        },
      }),
      { s: { k: "c" } },
      [
        "arguments.s must fit one of 2 alternatives; it is nearest to one that asks:",
        'arguments.s must have the property "r", which is missing',
      ],
    ],
    [
      "too many alternatives",
      object({ a: { oneOf: [{ minimum: 1 }, { minimum: 2 }] } }),
      { a: 3 },
      ["arguments.a must fit exactly one of 2 alternatives, but fits 2 of them"],
    ],
    [
      "a local reference",
      object({ a: { $ref: "#/$defs/n" } }, { $defs: { n: { type: "number" } } }),
      { a: "x" },
      ['arguments.a must be a number, but is the string "x"'],
    ],
    [
      "a recursive reference",
      object({ next: { $ref: "#" }, v: { type: "integer" } }),
      { next: { next: { v: "x" } } },
      ['arguments.next.next.v must be an integer, but is the string "x"'],
    ],
    [
      "an anchor",
      object({ a: { $ref: "#n" } }, { $defs: { x: { $anchor: "n", maximum: 3 } } }),
      { a: 4 },
      ["arguments.a must be at most 3, but is the number 4"],
    ],
    [
      "draft-07: definitions",
      {
        ...DRAFT_07,
        ...object(
          { a: { $ref: "#/definitions/n", type: "string" } },
          { definitions: { n: { type: "number" } } },
        ),
      },
      { a: "x" },
      ['arguments.a must be a number, but is the string "x"'],
    ],
    [
      "draft-07: a tuple",
      { ...DRAFT_07, ...object({ a: { items: [{}], additionalItems: { type: "null" } } }) },
      { a: [1, 2] },
      ["arguments.a[1] must be null, but is the number 2"],
    ],
    [
      "draft-07: dependencies",
      { ...DRAFT_07, ...object({}, { dependencies: { a: ["b"] } }) },
      { a: 1 },
      ['arguments must have the property "b", which is missing'],
    ],
    ["a boolean schema", object({ a: false }), { a: 1 }, ["arguments.a must not be there"]],
    [
      "a pattern",
      object({ a: { pattern: "^\\d+$" } }),
      { a: "x1" },
      ['arguments.a must match the pattern "^\\\\d+$", but is the string "x1"'],
    ],
    [
      "characters, not UTF-16 units",
      object({ a: { minLength: 2 }, b: { maxLength: 1 } }),
      { a: "😀", b: "😀" },
      ['arguments.a must have at least 2 characters, but is the string "😀"'],
    ],
    [
      "nothing unevaluated",
      { allOf: [object({ a: {} })], unevaluatedProperties: false },
      { a: 1, b: 2 },
      ['arguments must not have the property "b"'],
    ],
    [
      "a name from Object.prototype",
      object({}, { required: ["constructor"], properties: { ["__proto__"]: {} } }),
      {},
      ['arguments must have the property "constructor", which is missing'],
    ],
  ])("%s", (_what, schema, args, sentences) => {
    expect(judged(schema, args)).toEqual(sentences);
  });
});

describe("arguments that fit, or of which nothing is certain, pass", () => {
  it.each<[string, unknown, unknown]>([
    ["a format is an annotation", object({ a: { type: "string", format: "email" } }), { a: "nobody" }],
    [
      "integers beyond 2^53",
      object({ a: { type: "integer", maximum: Number.MAX_SAFE_INTEGER * 4 } }),
      '{"a":9007199254740993}',
    ],
    [
      "a 64-bit bound",
      '{"type":"object","properties":{"a":{"exclusiveMaximum":9223372036854775808}}}',
      '{"a":9223372036854775807}',
    ],
    ["an integer of 400 digits", object({ a: { type: "integer" } }), `{"a":${"9".repeat(400)}}`],
    ["a large multiple", object({ a: { multipleOf: 3 } }), '{"a":9007199254740993}'],
    [
      "two large numbers that JSON.parse makes one",
      object({ a: { uniqueItems: true } }),
      '{"a":[9007199254740992,9007199254740993]}',
    ],
    [
      "a large constant",
      '{"type":"object","properties":{"a":{"const":9007199254740993}}}',
      '{"a":9007199254740993}',
    ],
    [
      "what is not a large constant",
      '{"type":"object","properties":{"a":{"not":{"const":9007199254740993}}}}',
      '{"a":9007199254740992}',
    ],
    ["decimals", object({ a: { multipleOf: 0.01 } }), { a: 1.15 }],
    ["1.0 is an integer", object({ a: { type: "integer", enum: [1] } }), '{"a":1.0}'],
    ["a remote reference", object({ a: { $ref: "https://example.com/schema.json" } }), { a: 1 }],
    [
      "a remote reference under not",
      object({ a: { not: { $ref: "https://example.com/schema.json" } } }),
      { a: 1 },
    ],
    [
      "a remote reference under oneOf",
      object({ a: { oneOf: [{ $ref: "x.json" }, { type: "number" }] } }),
      { a: 1 },
    ],
    [
      "a remote reference under if",
      '{"type":"object","properties":{"a":{"if":{"$ref":"x.json"},"else":false,"then":false}}}',
      { a: 1 },
    ],
    [
      "what a remote reference may have evaluated",
      { $ref: "x.json", unevaluatedProperties: false },
      { a: 1 },
    ],
    ["a dangling reference", object({ a: { $ref: "#/$defs/none" } }), { a: 1 }],
    ["a pattern that needs backtracking", object({ a: { pattern: "^(?!x)" } }), { a: "x" }],
    [
      "a name that such a pattern may have meant",
      object({}, { patternProperties: { "^(?=x)": {} }, additionalProperties: false }),
      { x: 1 },
    ],
    ["OpenAPI's nullable", object({ a: { type: "string", nullable: true } }), { a: null }],
    [
      "a tuple in the old way, without $schema",
      object({ a: { items: [{ type: "string" }, {}] } }),
      { a: ["x", 1, 2] },
    ],
    [
      "unicode names",
      object({ größe: { type: "number" }, "😀": {} }, { additionalProperties: false }),
      { größe: 1, "😀": 2 },
    ],
    ["a lone surrogate", object({ a: { minLength: 1, pattern: "^.$" } }), '{"a":"\\ud83d"}'],
    ["unknown keywords", object({ a: { type: "string", "x-order": 1, example: 5 } }), { a: "" }],
    ["a trivial schema", { type: "object" }, { anything: 1 }],
  ])("%s", (_what, schema, args) => {
    expect(judged(schema, args)).toEqual([]);
  });
});
