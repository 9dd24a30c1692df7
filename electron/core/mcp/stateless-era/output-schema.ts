import type { Member, Span } from "../../jsonrpc/envelope.ts";
import { elementsOf, encodeJson, membersOf } from "../../jsonrpc/json.ts";
import { type Edit, joinParts, splice } from "../../jsonrpc/splice.ts";
import { objectOf, rawOf, valueAt } from "./edits.ts";
import { stringAt } from "./meta.ts";

/** Values are data in which a `$ref` means nothing. */
const DATA = new Set(["const", "enum", "default", "examples"]);
/** Values are schemas by name: their keys are no keywords. */
const NAMED = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

/**
 * Whether a session era client cannot take a tool's output schema: there its root says `"type":"object"`, while the
 * stateless era allows any schema (SEP-2106).
 */
export function needsWrap(bytes: Uint8Array, schema: Span): boolean {
  if (bytes[schema.start] !== 0x7b) return false;
  const type = valueAt(membersOf(bytes, schema), "type");
  return type === undefined || stringAt(bytes, type) !== "object";
}

/**
 * The schema of `{"result": VALUE}` for a schema of VALUE, as the SDK's servers put it for session era clients; the
 * structured results are wrapped alike. References into the document are moved with it; what has its own `$id` is not
 * touched. `$recursiveRef` (2019-09) is left as it is.
 */
export function wrapSchema(bytes: Uint8Array, schema: Span): Uint8Array {
  const members = membersOf(bytes, schema);
  const edits: Edit[] = [];
  if (!hasOwnBase(bytes, members)) moveRefs(bytes, members, edits);
  const base = schema.start;
  const moved = joinParts(
    splice(
      rawOf(bytes, schema),
      edits.map((edit) => ({ ...edit, start: edit.start - base, end: edit.end - base })),
    ),
  );
  const dialect = valueAt(members, "$schema");
  return objectOf(
    new Map([
      ...(dialect === undefined ? [] : [["$schema", rawOf(bytes, dialect)] as const]),
      ["type", encodeJson("object")],
      ["properties", objectOf(new Map([["result", moved]]))],
      ["required", encodeJson(["result"])],
    ]),
  );
}

function moveRefs(bytes: Uint8Array, members: readonly Member[], edits: Edit[]): void {
  for (const { key, value } of members) {
    if (key === "$ref" || key === "$dynamicRef") {
      const ref = stringAt(bytes, value);
      if (ref === "#" || ref?.startsWith("#/") === true) {
        edits.push({ ...value, bytes: encodeJson(`#/properties/result${ref.slice(1)}`) });
      }
    } else if (NAMED.has(key) && bytes[value.start] === 0x7b) {
      for (const named of membersOf(bytes, value)) moveRefsBelow(bytes, named.value, edits);
    } else if (!DATA.has(key)) moveRefsBelow(bytes, value, edits);
  }
}

function moveRefsBelow(bytes: Uint8Array, span: Span, edits: Edit[]): void {
  if (bytes[span.start] === 0x5b) {
    for (const element of elementsOf(bytes, span)) moveRefsBelow(bytes, element, edits);
  } else if (bytes[span.start] === 0x7b) {
    const members = membersOf(bytes, span);
    if (!hasOwnBase(bytes, members)) moveRefs(bytes, members, edits);
  }
}

/** A fragment is an anchor (draft-07's way to write it) and no new base. */
function hasOwnBase(bytes: Uint8Array, members: readonly Member[]): boolean {
  const id = valueAt(members, "$id");
  return id !== undefined && stringAt(bytes, id)?.startsWith("#") !== true;
}
