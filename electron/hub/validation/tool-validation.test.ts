import { describe, expect, it } from "vitest";
import { readList } from "../../core/catalog/entry.ts";
import { refusalText, sentencesOf } from "./texts.ts";
import { ToolValidation } from "./tool-validation.ts";

const bytesOf = (value: unknown): Buffer =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const listOf = (tools: readonly unknown[]) => readList("tools", bytesOf(tools)).entries;

/** A schema is a value, or raw JSON. */
function validationOf(inputSchema: unknown, outputSchema?: unknown): ToolValidation {
  const validation = new ToolValidation();
  if (typeof inputSchema === "string") {
    validation.learn(readList("tools", bytesOf(`[{"name":"t","inputSchema":${inputSchema}}]`)).entries);
    return validation;
  }
  validation.learn(
    listOf([{ name: "t", inputSchema, ...(outputSchema === undefined ? {} : { outputSchema }) }]),
  );
  return validation;
}

/** The sentences about arguments (a value, or raw JSON); [] when they fit. */
function judged(schema: unknown, args: unknown): string[] {
  return sentencesOf(
    "arguments",
    validationOf(schema).checkArguments("t", bytesOf(args)) ?? [],
    "with values",
  );
}

const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });
const DRAFT_07 = { $schema: "http://json-schema.org/draft-07/schema#" };

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

describe("what is wrong with a schema is a problem of the server, and its calls pass", () => {
  it.each<[string, unknown, string, string]>([
    [
      "an unknown type",
      { type: "objekt" },
      "schema_unusable",
      'the input schema of the tool t cannot be used: a "type" in it is "objekt", which is no type',
    ],
    [
      "required as a flag",
      object({ a: { required: true } }),
      "schema_unusable",
      'a "required" in it is true, which is not a list of names',
    ],
    [
      "an unknown dialect",
      { $schema: "http://json-schema.org/draft-04/schema#", type: "object" },
      "schema_unusable",
      "is not known here",
    ],
    [
      "text where a schema should be",
      object({ a: "string" }),
      "schema_unusable",
      '"string" stands in it where a schema should',
    ],
    [
      "a huge schema",
      object({ a: { enum: Array.from({ length: 60_000 }, (_, i) => i) } }),
      "schema_unusable",
      "bytes, and 262144 is the most",
    ],
    [
      "a remote reference",
      object({ a: { $ref: "https://example.com/s" } }),
      "schema_checked_in_part",
      'what "https://example.com/s" refers to is not in it, and is not fetched',
    ],
    [
      "a pattern with look-ahead",
      object({ a: { pattern: "(?=x)" } }),
      "schema_checked_in_part",
      'the pattern "(?=x)" is not checked: it has a look-around',
    ],
    ["a reference to itself", { $ref: "#" }, "schema_too_costly", "it is nested too deeply"],
    [
      "a schema that doubles its work at each step",
      {
        $ref: "#/$defs/s40",
        $defs: Object.fromEntries(
          Array.from({ length: 41 }, (_, i) => [
            `s${i}`,
            i === 0 ? object({}) : { allOf: [{ $ref: `#/$defs/s${i - 1}` }, { $ref: `#/$defs/s${i - 1}` }] },
          ]),
        ),
      },
      "schema_too_costly",
      "it takes too long to check",
    ],
  ])("%s", (_what, schema, code, text) => {
    const validation = validationOf(schema);
    for (let times = 0; times < 10; times += 1)
      expect(validation.checkArguments("t", bytesOf({ a: "x" }))).toBeUndefined();
    expect(validation.problems).toHaveLength(1);
    expect(validation.problems).toMatchObject([{ code, message: expect.stringContaining(text) }]);
    expect(validation.noted).toBe(1);
  });

  it("says nothing of schemas that were never used: they are compiled at the first call", () => {
    const validation = validationOf({ type: "objekt" }, { type: 7 });
    expect(validation.problems).toEqual([]);
  });

  const DEEP = 5_000;
  it.each([
    ["schemas within schemas", `${'{"properties":{"a":'.repeat(DEEP)}{}${"}}".repeat(DEEP)}`],
    [
      "a long chain of references",
      JSON.stringify({
        $ref: "#/$defs/s0",
        $defs: Object.fromEntries(
          Array.from({ length: DEEP }, (_, i) => [`s${i}`, { $ref: `#/$defs/s${i + 1}`, minProperties: 1 }]),
        ),
      }),
    ],
  ])("%s beyond all measure are refused without falling over", (_what, schema) => {
    const validation = validationOf(schema);
    expect(validation.checkArguments("t", bytesOf({ a: 1 }))).toBeUndefined();
    expect(validation.problems).toMatchObject([
      { code: "schema_unusable", message: expect.stringContaining("deep") },
    ]);
  });

  it("checks a text of 100,000 characters against a catastrophic pattern", () => {
    expect(judged(object({ a: { pattern: "^(a+)+$" } }), { a: `${"a".repeat(100_000)}!` })).toHaveLength(1);
  });
});

describe("a refusal", () => {
  it("is bounded, whatever names and values hold, and how many there are", () => {
    const long = "x".repeat(100_000);
    const schema = object(
      {
        [long]: { type: "integer" },
        e: { enum: Array.from({ length: 1_000 }, (_, i) => `${i}${"y".repeat(100)}`) },
      },
      { required: Array.from({ length: 1_000 }, (_, i) => `r${i}`), additionalProperties: false },
    );
    const args = {
      [long]: long,
      e: long,
      ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`u${i}`, long])),
    };
    const text = refusalText("t", validationOf(schema).checkArguments("t", bytesOf(args)) ?? []);
    expect(text.length).toBeLessThan(6_000);
    expect(text).toContain("- and more");
  });

  it("is given also when its reasons take too long to find", () => {
    const nested = (depth: number): unknown => {
      if (depth === 0) return { type: "string" };
      const inner = nested(depth - 1);
      return { anyOf: [inner, { type: "null" }, inner] };
    };
    expect(judged(object({ a: nested(10) }), { a: 1 })).toEqual([
      "arguments must fit the schema, and do not",
    ]);
  });

  it("does not cut a character in two", () => {
    const [sentence] = judged(object({ a: { type: "number" } }), { a: `${"x".repeat(79)}😀😀` });
    expect(sentence).toBe(`arguments.a must be a number, but is the string "${"x".repeat(79)}…"`);
  });
});

describe("what is known of tools", () => {
  const problemsOf = (validation: ToolValidation): string[] => validation.problems.map(({ code }) => code);

  it("stays when the list is learnt again with the same definition, and goes with the tool", () => {
    const validation = validationOf({ type: "objekt" });
    validation.checkArguments("t", undefined);
    validation.learn(listOf([{ name: "t", inputSchema: { type: "objekt" } }]));
    expect(problemsOf(validation)).toEqual(["schema_unusable"]);
    validation.learn(listOf([{ name: "t", inputSchema: { type: "object" } }]));
    expect(problemsOf(validation)).toEqual([]);
  });

  it("counts results that do not fit, lists them once, and keeps values to itself", () => {
    const validation = validationOf(
      { type: "object" },
      object({ n: { type: "number" } }, { required: ["n"] }),
    );
    validation.checkStructured("t", bytesOf({ n: 1 }));
    expect(validation.problems).toEqual([]);
    validation.checkStructured("t", bytesOf({ n: "a secret" }));
    validation.checkStructured("t", undefined);
    expect(validation.problems).toEqual([
      {
        code: "output_mismatch",
        message:
          "the tool t gave 2 results that do not fit its output schema, such as: structuredContent.n must be a number",
        advice: expect.any(String),
      },
    ]);
  });
});
