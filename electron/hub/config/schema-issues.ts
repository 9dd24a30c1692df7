import type { z } from "zod";
import type { ConfigIssue, KeyPath } from "./issue.ts";
import { didYouMean } from "./suggest.ts";
import type { ConfigTree } from "./tree.ts";

/** Parses a part of the file with a schema; complaints come as plain sentences at their places. */
export function checkWithSchema<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: KeyPath,
  tree: ConfigTree,
): { data: z.output<S> } | { errors: ConfigIssue[] } {
  // A message that a schema brings itself has precedence over this map.
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return { data: result.data };
  const errors: ConfigIssue[] = [];
  for (const issue of result.error.issues) {
    const at = [...path, ...issue.path.filter((part) => typeof part !== "symbol")];
    if (issue.code === "unrecognized_keys") {
      const allowed = keysAt(schema, issue.path);
      for (const key of issue.keys)
        errors.push(
          tree.issueAt([...at, key], "key", `unknown key${didYouMean(key, allowed) || listed(allowed)}`),
        );
    } else if (issue.code === "invalid_key") {
      errors.push(tree.issueAt(at, "key", issue.issues[0]?.message ?? issue.message));
    } else errors.push(tree.issueAt(at, "value", issue.message));
  }
  return { errors };
}

const listed = (allowed: readonly string[]): string =>
  allowed.length === 0 ? "" : `; known here: ${allowed.join(", ")}`;

type Raw = Parameters<z.core.$ZodErrorMap>[0];

function sentence(issue: Raw): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case "invalid_type":
      if (input === undefined) return `is missing: ${noun(issue.expected)} is expected`;
      return `must be ${noun(issue.expected)}, not ${described(input)}${quoteHint(issue.expected, input)}`;
    case "invalid_value": {
      const allowed = issue.values.map(String);
      if (input === undefined) return `is missing: ${choice(allowed)} is expected`;
      const hint = typeof input === "string" ? didYouMean(input, allowed) : "";
      return `must be ${choice(allowed)}, not ${described(input)}${hint}`;
    }
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list in [ ]",
  object: "an object in { }",
  record: "an object in { }",
};
const noun = (expected: string): string => NOUNS[expected] ?? expected;

const choice = (allowed: readonly string[]): string => {
  const quoted = allowed.map((value) => JSON.stringify(value));
  return quoted.length < 2
    ? (quoted[0] ?? "")
    : `${quoted.slice(0, -1).join(", ")} or ${quoted[quoted.length - 1]}`;
};

/** A value in a few words. */
export function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") {
    const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
    return JSON.stringify(shown);
  }
  return typeof value === "number" ? `the number ${value}` : String(value);
}

const quoteHint = (expected: string, input: unknown): string =>
  expected === "string" && (typeof input === "number" || typeof input === "boolean")
    ? `; write "${input}"`
    : "";

/** The keys that a schema allows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of path) at = stepInto(unwrap(at), part);
  const shape = (unwrap(at) as { shape?: Record<string, unknown> } | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape).filter((key) => !key.startsWith("$"));
}

interface SchemaDefinition {
  readonly innerType?: unknown;
  readonly valueType?: unknown;
  readonly element?: unknown;
}

function unwrap(schema: unknown): unknown {
  let at = schema;
  for (;;) {
    const inner = definition(at)?.innerType;
    if (inner === undefined) return at;
    at = inner;
  }
}

function stepInto(schema: unknown, part: PropertyKey): unknown {
  const own = (schema as { shape?: Record<PropertyKey, unknown> } | undefined)?.shape?.[part];
  const inside = definition(schema);
  return own ?? inside?.valueType ?? inside?.element;
}

const definition = (schema: unknown): SchemaDefinition | undefined =>
  (schema as { def?: SchemaDefinition } | undefined)?.def;
