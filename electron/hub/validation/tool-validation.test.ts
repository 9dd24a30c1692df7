import { describe, expect, it } from "vitest";
import { bytesOf, judged, listOf, object, validationOf } from "./testing/judging.ts";
import { refusalText } from "./texts.ts";
import type { ToolValidation } from "./tool-validation.ts";

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
