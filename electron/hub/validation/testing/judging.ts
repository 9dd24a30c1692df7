import { readList } from "../../../core/catalog/entry.ts";
import { sentencesOf } from "../texts.ts";
import { ToolValidation } from "../tool-validation.ts";

/** A value as JSON, or raw JSON as it is. */
export const bytesOf = (value: unknown): Buffer =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
/** The entries of a tools/list. */
export const listOf = (tools: readonly unknown[]) => readList("tools", bytesOf(tools)).entries;

/** What is known of one tool "t". A schema is a value, or raw JSON. */
export function validationOf(inputSchema: unknown, outputSchema?: unknown): ToolValidation {
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
export function judged(schema: unknown, args: unknown): string[] {
  return sentencesOf(
    "arguments",
    validationOf(schema).checkArguments("t", bytesOf(args)) ?? [],
    "with values",
  );
}

/** A schema of an object. */
export const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });
export const DRAFT_07 = { $schema: "http://json-schema.org/draft-07/schema#" };
