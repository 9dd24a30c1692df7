import { describe, expect, it } from "vitest";
import { parseJson } from "../../lib/json/parse.ts";
import {
  type Draft,
  draftOf,
  EMPTY,
  emptyDraft,
  entryOf,
  initialDraft,
  problemsOf,
  withEntry,
  writeDraft,
} from "./draft.ts";
import { type Field, formOf } from "./schema.ts";

const form = (properties: object, more: object = {}): Field => {
  const field = formOf(JSON.stringify({ type: "object", properties, ...more }));
  if (field === null) throw new Error("no form");
  return field;
};
const kinds = (field: Field): Record<string, string> =>
  Object.fromEntries(
    field.members.map(({ key, field: inner }) => [key, inner.kind + (inner.nullable ? "?" : "")]),
  );
const typed = (text: string): Draft => draftOf(parseJson(text).root);

it("takes null for a choice only when it was chosen", () => {
  const field = form({ c: { enum: ["a", null] } }, { required: ["c"] });
  expect(problemsOf(field, initialDraft(field))).toEqual([
    { path: "/c", message: "Choose one of the values." },
  ]);
  expect(problemsOf(field, withEntry(EMPTY, "c", typed("null")))).toEqual([]);
});

describe("the form of a schema", () => {
  it("stays small, however often a schema refers to itself", () => {
    const around = Object.fromEntries(
      Array.from({ length: 90 }, (_, n) => [`m${n}`, { $ref: "#/$defs/it" }]),
    );
    const field = form(
      { first: { $ref: "#/$defs/it" } },
      { $defs: { it: { type: "object", properties: around } } },
    );
    const count = ({ members }: Field): number =>
      members.reduce((sum, { field: inner }) => sum + 1 + count(inner), 0);
    expect(count(field)).toBeLessThan(3_000);
    expect(field.members[0]?.field.members).toHaveLength(90);
  });

  it("is that of what an allOf wraps, of what a written reference means, and leaves required members to the hub", () => {
    const field = form(
      {
        wrapped: { allOf: [{ $ref: "#/$defs/My%20type" }], title: "T" },
        nothing: { allOf: [] },
        both: { allOf: [{ type: "string" }, { minLength: 2 }] },
      },
      {
        $defs: { "My type": { enum: ["a", "b"] } },
        anyOf: [{ required: ["wrapped"] }, { required: ["both"] }],
      },
    );
    expect(kinds(field)).toEqual({ wrapped: "choice", nothing: "raw", both: "raw" });
    expect(field.members[0]?.field.title).toBe("T");
  });

  it("has a field for each plain type, for choices, lists, objects and what may be null", () => {
    const field = form(
      {
        text: { type: "string" },
        amount: { type: "number" },
        count: { type: "integer" },
        flag: { type: "boolean" },
        choice: { enum: ["a", 2, null] },
        one: { const: "only" },
        titled: { oneOf: [{ const: "x", title: "X" }] },
        list: { type: "array", items: { type: "string" } },
        inner: { type: "object", properties: { a: { type: "string" } } },
        nullable: { type: ["string", "null"] },
        optional: { anyOf: [{ type: "integer" }, { type: "null" }] },
        referred: { $ref: "#/$defs/it" },
      },
      { $defs: { it: { type: "boolean" } } },
    );
    expect(kinds(field)).toEqual({
      text: "string",
      amount: "number",
      count: "integer",
      flag: "boolean",
      choice: "choice",
      one: "choice",
      titled: "choice",
      list: "array",
      inner: "object",
      nullable: "string?",
      optional: "integer?",
      referred: "boolean",
    });
  });

  it.each([
    ["several types", { type: ["string", "number"] }],
    ["variants", { oneOf: [{ type: "string" }, { type: "number" }] }],
    ["everything at once", { allOf: [{ type: "string" }, { minLength: 1 }] }],
    ["any object", { type: "object" }],
    ["a list of anything", { type: "array" }],
    [
      "a list whose places differ",
      { type: "array", prefixItems: [{ type: "number" }], items: { type: "string" } },
    ],
    ["an object of any names", { type: "object", properties: {}, additionalProperties: { type: "number" } }],
    ["nothing said", {}],
    ["a schema that is none", true],
    ["a reference elsewhere", { $ref: "https://example.com/schema" }],
    ["a reference into nothing", { $ref: "#/$defs/gone" }],
    ["a reference to itself", { $ref: "#/properties/x" }],
  ])("asks for raw JSON where it says %s", (_what, schema) => {
    expect(kinds(form({ x: schema }))).toEqual({ x: "raw" });
  });

  it("ends where a schema contains itself", () => {
    const field = form(
      { node: { $ref: "#/$defs/node" } },
      {
        $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
      },
    );
    expect(JSON.stringify(field).length).toBeLessThan(5_000);
  });

  it("a tool that names no arguments takes none, unless it takes any", () => {
    expect(formOf('{"type":"object"}')?.members).toEqual([]);
    expect(formOf('{"type":"object","properties":{},"additionalProperties":false}')?.members).toEqual([]);
    expect(formOf('{"type":"object","additionalProperties":true}')).toBeNull();
    expect(formOf('{"type":"object","properties":{},"additionalProperties":{"type":"string"}}')).toBeNull();
    expect(formOf('{"type":"object","patternProperties":{"^x":{}}}')).toBeNull();
  });

  it.each([null, "", "[]", "true", '{"type":"string"}', "{"])("there is none for %j", (schema) => {
    expect(formOf(schema)).toBeNull();
  });
});

describe("arguments being filled in", () => {
  const field = form(
    {
      path: { type: "string", minLength: 2, maxLength: 5 },
      limit: { type: "integer", minimum: 1, maximum: 10, default: 5 },
      ratio: { type: "number" },
      deep: { type: "boolean" },
      tags: { type: "array", items: { type: "string" }, maxItems: 2 },
      mode: { enum: ["a", "b"] },
      extra: {},
    },
    { required: ["path", "tags"] },
  );

  it("begin with what is required, and with presets", () => {
    expect(JSON.parse(writeDraft(initialDraft(field)))).toEqual({ limit: 5, tags: [] });
    expect(writeDraft(emptyDraft(form({})))).toBe("{}");
  });

  it("keep every digit, member order and unknown members on the way through the form", () => {
    const text = '{\n  "zeta": [\n    1.50\n  ],\n  "limit": 12345678901234567890,\n  "a": null\n}';
    expect(writeDraft(typed(text))).toBe(text);
    const changed = withEntry(typed(text), "limit", { kind: "raw", text: "1e400" });
    expect(writeDraft(changed)).toBe(text.replace("12345678901234567890", "1e400"));
    expect(writeDraft(withEntry(changed, "zeta", undefined))).toBe('{\n  "limit": 1e400,\n  "a": null\n}');
  });

  it("a member is set at the end, and may be called like anything", () => {
    const draft = withEntry(EMPTY, "__proto__", { kind: "string", text: "x" });
    expect(writeDraft(draft)).toBe('{\n  "__proto__": "x"\n}');
    expect(entryOf(draft, "__proto__")).toEqual({ kind: "string", text: "x" });
    expect(entryOf(EMPTY, "constructor")).toBeUndefined();
  });

  it.each([
    ["{}", { "/path": "This is required.", "/tags": "This is required." }],
    ['{"path":"","tags":[]}', { "/path": "This is required." }],
    ['{"path":"a","tags":[]}', { "/path": "At least 2 characters." }],
    ['{"path":"abcdef","tags":[]}', { "/path": "At most 5 characters." }],
    ['{"path":"abc","tags":["x",1,"y"]}', { "/tags": "At most 2 items.", "/tags/1": "This must be a text." }],
    ['{"path":"abc","tags":[],"limit":0}', { "/limit": "At least 1." }],
    ['{"path":"abc","tags":[],"limit":1.5}', { "/limit": "This must be a whole number." }],
    ['{"path":"abc","tags":[],"ratio":"1"}', { "/ratio": "This must be a number." }],
    ['{"path":"abc","tags":[],"deep":1}', { "/deep": "Choose true or false." }],
    ['{"path":"abc","tags":[],"mode":"c"}', { "/mode": "Choose one of the values." }],
    ['{"path":"abc","tags":[],"mode":"b","extra":{"x":[null]}}', {}],
  ])("%s is told what is wrong with it", (text, problems) => {
    const found = problemsOf(field, typed(text)).map(({ path, message }) => [path, message]);
    expect(Object.fromEntries(found)).toEqual(problems);
  });

  it("an empty text is a value where the schema takes one, and nothing typed is none", () => {
    const content = form({ content: { type: "string" } }, { required: ["content"] });
    expect(problemsOf(content, typed('{"content":""}'))).toEqual([]);
    expect(problemsOf(content, initialDraft(content))).toEqual([
      { path: "/content", message: "This is required." },
    ]);
  });

  it.each([
    [{ exclusiveMinimum: 0 }, "0", "More than 0."],
    [{ exclusiveMaximum: 1 }, "1", "Less than 1."],
    [{ minimum: 3, exclusiveMinimum: true }, "3", "More than 3."],
    [{ maximum: 3, exclusiveMaximum: true }, "3", "Less than 3."],
    [{ exclusiveMinimum: 0, exclusiveMaximum: 1 }, "0.5", undefined],
    [{ minimum: 3, exclusiveMinimum: false }, "3", undefined],
  ])("a number within %j: %s", (bounds, text, message) => {
    const ratio = form({ ratio: { type: "number", ...bounds } });
    expect(problemsOf(ratio, typed(`{"ratio":${text}}`))[0]?.message).toBe(message);
  });

  it("half a number and half a JSON text are kept and told", () => {
    const draft: Draft = withEntry(
      withEntry(typed('{"path":"abc","tags":[]}'), "ratio", { kind: "raw", text: "1." }),
      "extra",
      { kind: "raw", text: "{" },
    );
    expect(problemsOf(field, draft).map(({ path }) => path)).toEqual(["/ratio", "/extra"]);
    expect(writeDraft(draft)).toContain('"ratio": 1.');
  });
});
