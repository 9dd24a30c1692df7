import type { Member, Span } from "../../jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../../jsonrpc/json.ts";
import { valueAt } from "./edits.ts";
import { stringAt } from "./meta.ts";

/** A parameter of a tool that is mirrored in the header `Mcp-Param-NAME` (Streamable HTTP: Custom Headers). */
export interface HeaderParam {
  /** NAME as declared; header names are compared without case. */
  readonly name: string;
  /** The keys that lead from the call's arguments to the value. */
  readonly path: readonly string[];
  readonly type: "string" | "integer" | "boolean" | "number";
}

const MARK = "x-mcp-header";
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** The spec names the first three; the conformance suite and the SDK's servers also declare `number`. */
const TYPES: readonly string[] = ["string", "integer", "boolean", "number"];
/** Keywords that hold one schema, or a list of them. A mark below them is not reachable by `properties` alone. */
const NESTED = new Set(
  "items prefixItems contains additionalProperties unevaluatedProperties unevaluatedItems propertyNames oneOf anyOf allOf not if then else".split(
    " ",
  ),
);
/** Keywords that hold schemas by name. */
const NAMED = new Set(["patternProperties", "dependentSchemas", "$defs", "definitions"]);

/**
 * The marked parameters of a tool's input schema (raw JSON); or, as a text, why the marks are illegal, in which case a
 * client over HTTP must leave the tool out. Read once per tool: a tool without marks, nearly every one, costs a search.
 */
export function headerParams(schema: Uint8Array): readonly HeaderParam[] | string {
  if (!includesMark(schema)) return NONE;
  const params: HeaderParam[] = [];
  const fault = visit(schema, { start: 0, end: schema.length }, [], true, params);
  if (fault !== undefined) return fault;
  const seen = new Set<string>();
  for (const { name } of params) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return `${MARK} ${name} is declared twice (case does not count)`;
    seen.add(lower);
  }
  return params;
}

const NONE: readonly HeaderParam[] = [];

/** Whether the schema can hold the mark: its bytes, or an escape that may spell it. */
function includesMark(schema: Uint8Array): boolean {
  const text = textOf(schema, { start: 0, end: schema.length });
  return text.includes(MARK) || text.includes("\\u");
}

function visit(
  bytes: Uint8Array,
  span: Span,
  path: readonly string[],
  reachable: boolean,
  params: HeaderParam[],
): string | undefined {
  if (bytes[span.start] !== 0x7b) return undefined;
  const members = membersOf(bytes, span);
  const mark = members.find((member) => member.key === MARK);
  if (mark !== undefined) {
    const type = valueAt(members, "type");
    const read = readMark(bytes, mark, type, path, reachable);
    if (typeof read === "string") return read;
    params.push(read);
  }
  for (const { key, value } of members) {
    const fault =
      key === "properties"
        ? visitNamed(bytes, value, path, reachable, params)
        : NAMED.has(key)
          ? visitNamed(bytes, value, [...path, key], false, params)
          : NESTED.has(key)
            ? visitNested(bytes, value, [...path, key], params)
            : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function visitNamed(
  bytes: Uint8Array,
  span: Span,
  path: readonly string[],
  reachable: boolean,
  params: HeaderParam[],
): string | undefined {
  if (bytes[span.start] !== 0x7b) return undefined;
  for (const { key, value } of membersOf(bytes, span)) {
    const fault = visit(bytes, value, [...path, key], reachable, params);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function visitNested(
  bytes: Uint8Array,
  span: Span,
  path: readonly string[],
  params: HeaderParam[],
): string | undefined {
  for (const branch of bytes[span.start] === 0x5b ? elementsOf(bytes, span) : [span]) {
    const fault = visit(bytes, branch, path, false, params);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function readMark(
  bytes: Uint8Array,
  mark: Member,
  typeSpan: Span | undefined,
  path: readonly string[],
  reachable: boolean,
): HeaderParam | string {
  const place = path.length === 0 ? "the schema itself" : path.join(".");
  if (!reachable || path.length === 0)
    return `${MARK} at ${place} is not on a property that "properties" alone lead to`;
  const name = stringAt(bytes, mark.value);
  if (name === undefined || !TOKEN.test(name)) return `${MARK} at ${place} is no header name`;
  const type = typeSpan === undefined ? undefined : stringAt(bytes, typeSpan);
  if (type === undefined || !TYPES.includes(type))
    return `${MARK} at ${place} is on no string, integer or boolean`;
  return { name, path, type: type as HeaderParam["type"] };
}

/** The value of a parameter in a call's arguments. */
export interface ParamValue {
  /** As the header says it, before encoding. */
  readonly text: string;
  /** The raw number, when it is one. */
  readonly number: string | undefined;
}

/** Reads a parameter from the raw arguments: undefined when it is absent, null or nothing that a header can carry. */
export function paramValue(
  bytes: Uint8Array,
  args: Span | undefined,
  param: HeaderParam,
): ParamValue | undefined {
  let span = args;
  for (const key of param.path) {
    if (span === undefined || bytes[span.start] !== 0x7b) return undefined;
    span = membersOf(bytes, span).findLast((member) => member.key === key)?.value;
  }
  if (span === undefined) return undefined;
  const first = bytes[span.start];
  if (first === 0x22) return { text: decodeString(bytes, span), number: undefined };
  const raw = textOf(bytes, span);
  if (raw === "true" || raw === "false") return { text: raw, number: undefined };
  if (first !== 0x2d && !(first !== undefined && first >= 0x30 && first <= 0x39)) return undefined;
  // Integers keep every digit; other spellings are written as the SDK's clients and servers write them.
  if (/^-?(?:[1-9]\d*|0)$/.test(raw) && raw !== "-0") return { text: raw, number: raw };
  const value = Number(raw);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return undefined;
  return { text: String(value), number: raw };
}

/** Whether a decoded header says a parameter's value; numbers are compared as numbers, so 42.0 is 42. */
export function saysValue(header: string, value: ParamValue, param: HeaderParam): boolean {
  if (header === value.text) return true;
  if (value.number === undefined || (param.type !== "integer" && param.type !== "number")) return false;
  if (!/^-?\d+(?:\.\d+)?$/.test(header)) return false;
  const isDecimal = /^-?\d+(?:\.\d+)?$/.test(value.number);
  return isDecimal ? plain(header) === plain(value.number) : Number(header) === Number(value.number);
}

/** A decimal in its one shortest spelling, exact at any length. */
function plain(decimal: string): string {
  const [whole = "", fraction = ""] = decimal.replace("-", "").split(".");
  let end = fraction.length;
  while (fraction[end - 1] === "0") end--;
  const digits = `${whole.replace(/^0+(?=\d)/, "")}${end === 0 ? "" : `.${fraction.slice(0, end)}`}`;
  return decimal.startsWith("-") && digits !== "0" ? `-${digits}` : digits;
}
