import type { Pattern } from "../pattern/pattern.ts";
import type { Dialect } from "./dialect.ts";
import type { Check } from "./run.ts";
import { isObject, own, SchemaError, type SchemaObject } from "./schema-error.ts";
import { constant } from "./words.ts";

/** What a keyword's compiler may use. */
export interface Compiler {
  readonly dialect: Dialect;
  /** The check of a schema inside. Throws SchemaError when it is none. */
  schema(schema: unknown): Check;
  /** A pattern; undefined when it cannot be run, which is noted. */
  pattern(source: string): Pattern | undefined;
  /** Notes a part of the schema that is not checked. */
  unchecked(why: string): void;
}

/** The check that everything passes. */
export const pass: Check = () => true;

/** For a keyword that is not checked: it lets pass, but is not sure. */
export const unsure: Check = (_value, run) => {
  run.unsure += 1;
  return true;
};

/** A keyword's value, which must be of a kind; undefined when the schema does not have it. Throws SchemaError. */
export function numberOf(schema: SchemaObject, keyword: string): number | undefined {
  return keywordOf(schema, keyword, "a number", (value) => typeof value === "number");
}

/** The same for a whole number from 0 on. */
export function countOf(schema: SchemaObject, keyword: string): number | undefined {
  return keywordOf(
    schema,
    keyword,
    "a whole number",
    (value) => Number.isInteger(value) && Number(value) >= 0,
  );
}

/** The same for a text. */
export function stringOf(schema: SchemaObject, keyword: string): string | undefined {
  return keywordOf(schema, keyword, "a string", (value) => typeof value === "string");
}

/** The same for a list of texts. */
export function namesOf(schema: SchemaObject, keyword: string): readonly string[] | undefined {
  return keywordOf(schema, keyword, "a list of names", isNames);
}

/** The same for a list of anything. */
export function listOf(schema: SchemaObject, keyword: string): readonly unknown[] | undefined {
  return keywordOf(schema, keyword, "a list", Array.isArray);
}

/** The same for an object. */
export function objectOf(schema: SchemaObject, keyword: string): SchemaObject | undefined {
  return keywordOf(schema, keyword, "an object", isObject);
}

/** Whether a value is a list of nothing but texts. */
export const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

function keywordOf<T>(
  schema: SchemaObject,
  keyword: string,
  kind: string,
  fits: (value: unknown) => boolean,
): T | undefined {
  const value = own(schema, keyword);
  if (value === undefined) return undefined;
  if (!fits(value)) throw new SchemaError(`a "${keyword}" in it is ${constant(value)}, which is not ${kind}`);
  return value as T;
}
