/**
 * Arguments while they are being filled in: what a person has typed, number by number as typed, so that half a number
 * is kept too and no digit is ever lost. It becomes JSON text, never a value.
 */
import { plural } from "../../lib/format.ts";
import { type JsonNode, parseJson } from "../../lib/json/parse.ts";
import { writeJson } from "../../lib/json/rows.ts";
import type { Field } from "./schema.ts";

export type Draft =
  | { readonly kind: "object"; readonly entries: readonly (readonly [key: string, value: Draft])[] }
  | { readonly kind: "array"; readonly items: readonly Draft[] }
  | { readonly kind: "string"; readonly text: string }
  /** Raw JSON as typed: a number, a word, or anything where there is no field for it. */
  | { readonly kind: "raw"; readonly text: string };

/** Something that cannot be sent as it is: `path` is the way to the field, keys and places joined by "/". */
export interface DraftProblem {
  readonly path: string;
  readonly message: string;
}

export const EMPTY: Draft = { kind: "object", entries: [] };

/** A draft of a JSON value: of what a call was made with, or of what was typed as JSON. */
export function draftOf(node: JsonNode): Draft {
  if (node.kind === "object" && "keys" in node)
    return {
      kind: "object",
      entries: node.children.map((child, index) => [node.keys[index] ?? "", draftOf(child)] as const),
    };
  if (node.kind === "array" && "children" in node)
    return { kind: "array", items: node.children.map(draftOf) };
  if (node.kind === "string") return { kind: "string", text: node.text };
  return { kind: "raw", text: writeJson(node) };
}

/** What a field begins with: presets, and required members with nothing typed, choices of one already made. */
export function initialDraft(field: Field): Draft {
  if (field.kind !== "object") return emptyDraft(field);
  return {
    kind: "object",
    entries: field.members.flatMap(({ key, required, field: inner }) => {
      if (inner.preset !== null) return [[key, presetOf(inner.preset)] as const];
      // A text has no value before it is typed: the empty one is a value too.
      if (!required || (inner.kind === "string" && inner.choices.length === 0)) return [];
      return [[key, initialDraft(inner)] as const];
    }),
  };
}

function presetOf(raw: string): Draft {
  try {
    return draftOf(parseJson(raw).root);
  } catch {
    return { kind: "raw", text: raw };
  }
}

/** Nothing typed yet. */
export function emptyDraft(field: Field): Draft {
  const [only, ...others] = field.choices;
  if (only !== undefined && others.length === 0) return { kind: "raw", text: only.raw };
  if (field.kind === "array") return { kind: "array", items: [] };
  if (field.kind === "object") return initialDraft(field);
  return field.kind === "string" ? { kind: "string", text: "" } : { kind: "raw", text: "" };
}

/** The member's draft; undefined where it is left out. Of a name that stands twice it is the last. */
export function entryOf(draft: Draft, key: string): Draft | undefined {
  return draft.kind === "object" ? draft.entries.findLast(([name]) => name === key)?.[1] : undefined;
}

/** The same with a member set, in its place or at the end, or left out (undefined). */
export function withEntry(draft: Draft, key: string, value: Draft | undefined): Draft {
  const entries = draft.kind === "object" ? draft.entries : [];
  if (value === undefined) return { kind: "object", entries: entries.filter(([name]) => name !== key) };
  const at = entries.findLastIndex(([name]) => name === key);
  if (at < 0) return { kind: "object", entries: [...entries, [key, value]] };
  return {
    kind: "object",
    entries: entries.map((entry, index) => (index === at ? ([key, value] as const) : entry)),
  };
}

/** Whether nothing was typed or chosen, which is not the same as null. */
export const isBlank = (draft: Draft): boolean => draft.kind === "raw" && draft.text.trim() === "";

/** The draft as indented JSON text; what was typed wrongly stands in it as typed. */
export function writeDraft(draft: Draft, indent = ""): string {
  const inner = `${indent}  `;
  switch (draft.kind) {
    case "string":
      return JSON.stringify(draft.text);
    case "raw":
      return isBlank(draft) ? "null" : draft.text.trim();
    case "array":
      return draft.items.length === 0
        ? "[]"
        : `[\n${draft.items.map((item) => inner + writeDraft(item, inner)).join(",\n")}\n${indent}]`;
    case "object":
      return draft.entries.length === 0
        ? "{}"
        : `{\n${draft.entries
            .map(([key, value]) => `${inner}${JSON.stringify(key)}: ${writeDraft(value, inner)}`)
            .join(",\n")}\n${indent}}`;
  }
}

/** The length of a text as JSON Schema counts it (Validation, 6.3): in code points. */
const lengthOf = (text: string): number => [...text].length;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** What the schema's plain words say against a draft, field by field. The hub checks the whole schema again. */
export function problemsOf(
  field: Field,
  draft: Draft | undefined,
  path = "",
  required = true,
): DraftProblem[] {
  const problem = (message: string): DraftProblem[] => [{ path, message }];
  if (draft === undefined) return required ? problem("This is required.") : [];
  if (draft.kind === "raw" && draft.text.trim() === "null" && field.nullable) return [];
  switch (field.kind) {
    case "string": {
      if (draft.kind !== "string") return problem("This must be a text.");
      if (draft.text === "" && required && (field.least ?? 0) > 0) return problem("This is required.");
      if (field.least !== null && lengthOf(draft.text) < field.least)
        return problem(`At least ${plural(field.least, "character")}.`);
      if (field.most !== null && lengthOf(draft.text) > field.most)
        return problem(`At most ${plural(field.most, "character")}.`);
      return [];
    }
    case "number":
    case "integer": {
      const text = draft.kind === "raw" ? draft.text.trim() : undefined;
      if (text === "") return problem(required ? "This is required." : "Type a number, or leave it out.");
      if (text === undefined || !NUMBER.test(text)) return problem("This must be a number.");
      if (field.kind === "integer" && !Number.isInteger(Number(text)))
        return problem("This must be a whole number.");
      if (field.minimum !== null && Number(text) < field.minimum)
        return problem(`At least ${field.minimum}.`);
      if (field.maximum !== null && Number(text) > field.maximum) return problem(`At most ${field.maximum}.`);
      if (field.above !== null && Number(text) <= field.above) return problem(`More than ${field.above}.`);
      if (field.below !== null && Number(text) >= field.below) return problem(`Less than ${field.below}.`);
      return [];
    }
    case "boolean":
      return draft.kind === "raw" && /^(?:true|false)$/.test(draft.text.trim())
        ? []
        : problem("Choose true or false.");
    case "choice": {
      if (isBlank(draft)) return problem("Choose one of the values.");
      const raw = draft.kind === "string" || draft.kind === "raw" ? writeDraft(draft) : undefined;
      return field.choices.some((choice) => choice.raw === raw) ? [] : problem("Choose one of the values.");
    }
    case "array": {
      if (draft.kind !== "array") return problem("This must be a list.");
      const { item } = field;
      return [
        ...(field.least !== null && draft.items.length < field.least
          ? problem(`At least ${plural(field.least, "item")}.`)
          : []),
        ...(field.most !== null && draft.items.length > field.most
          ? problem(`At most ${plural(field.most, "item")}.`)
          : []),
        ...(item === null
          ? []
          : draft.items.flatMap((one, index) => problemsOf(item, one, `${path}/${index}`))),
      ];
    }
    case "object":
      if (draft.kind !== "object") return problem("This must be an object.");
      return field.members.flatMap(({ key, required: needed, field: inner }) =>
        problemsOf(inner, entryOf(draft, key), `${path}/${key}`, needed),
      );
    case "raw":
      return rawProblem(draft, required).flatMap(problem);
  }
}

function rawProblem(draft: Draft, required: boolean): string[] {
  if (draft.kind !== "raw") return [];
  if (draft.text.trim() === "") return [required ? "This is required." : "Type JSON, or leave it out."];
  try {
    parseJson(draft.text);
    return [];
  } catch (error) {
    return [`This is not JSON: ${error instanceof Error ? error.message : String(error)}.`];
  }
}
