/**
 * A tool's input schema as fields of a form. A schema is its server's word: whatever is unknown, too deep or too big
 * becomes a field for raw JSON, and nothing of it is run (patterns are shown, the hub checks them).
 */
import { isContainer, type JsonNode, member, parseJson, stringMember } from "../../lib/json/parse.ts";
import { writeJson } from "../../lib/json/rows.ts";

export type FieldKind = "string" | "number" | "integer" | "boolean" | "choice" | "array" | "object" | "raw";

/** One value of the arguments, as a form can ask for it. */
export interface Field {
  readonly kind: FieldKind;
  readonly nullable: boolean;
  readonly title: string | null;
  readonly description: string | null;
  /** What the server takes when it is left out, raw JSON. */
  readonly preset: string | null;
  /** Of a choice: the values, raw JSON, with what they are called. */
  readonly choices: readonly { readonly raw: string; readonly label: string }[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Bounds that the number itself may not be. */
  readonly above: number | null;
  readonly below: number | null;
  /** Of a text its length in characters, of a list its items. */
  readonly least: number | null;
  readonly most: number | null;
  /** Words for what else is wanted: a format, a pattern. */
  readonly wanted: readonly string[];
  readonly item: Field | null;
  readonly members: readonly Member[];
}

export interface Member {
  readonly key: string;
  readonly required: boolean;
  readonly field: Field;
}

const DEEPEST = 6;
const MOST_MEMBERS = 100;
/** Fields of a whole form: references to what is around them would be followed to as many as there are atoms. */
const MOST_FIELDS = 2_000;
const MOST_CHOICES = 200;
const SCALARS = ["string", "number", "integer", "boolean", "null", "array", "object"] as const;

const RAW: Field = {
  kind: "raw",
  nullable: false,
  title: null,
  description: null,
  preset: null,
  choices: [],
  minimum: null,
  maximum: null,
  above: null,
  below: null,
  least: null,
  most: null,
  wanted: [],
  item: null,
  members: [],
};

/** What is common to all of a form while it is made. */
interface Making {
  readonly root: JsonNode;
  /** Fields that it may still have. */
  left: number;
}

/** The form of an input schema (raw JSON); null when it is none that a form can be made of. */
export function formOf(inputSchema: string | null): Field | null {
  if (inputSchema === null) return null;
  try {
    const { root } = parseJson(inputSchema);
    const field = fieldOf(root, { root, left: MOST_FIELDS }, 0);
    return field.kind === "object" ? field : null;
  } catch {
    return null;
  }
}

function fieldOf(schema: JsonNode, making: Making, depth: number): Field {
  const { root } = making;
  const found = follow(schema, root);
  making.left -= 1;
  if (found === undefined || depth > DEEPEST || making.left < 0) return { ...RAW, ...wordsOf(schema) };
  const words = { ...wordsOf(found), ...known(wordsOf(schema)) };
  const choices = choicesOf(found);
  const { types, inner, nullable: wraps = false } = typesOf(found, root);
  if (choices !== undefined) return { ...RAW, ...words, kind: "choice", choices };
  if (inner !== undefined) {
    const field = fieldOf(inner, making, depth + 1);
    return { ...field, ...known(words), nullable: wraps || field.nullable };
  }
  const named = types.filter((type) => type !== "null");
  const nullable = named.length < types.length;
  const [type] = named;
  if (named.length !== 1 || type === undefined) return { ...RAW, ...words };
  const field: Field = { ...RAW, ...words, nullable };
  switch (type) {
    case "string":
      return { ...field, kind: "string", ...span(found, "minLength", "maxLength"), wanted: wantedOf(found) };
    case "number":
    case "integer":
      return { ...field, kind: type, ...boundsOf(found), wanted: multipleOf(found) };
    case "boolean":
      return { ...field, kind: "boolean" };
    case "array": {
      const items = member(found, "items");
      // A list whose places differ cannot be asked for item by item.
      if (items?.kind !== "object" || member(found, "prefixItems") !== undefined) return field;
      return {
        ...field,
        kind: "array",
        ...span(found, "minItems", "maxItems"),
        wanted: isTrue(member(found, "uniqueItems")) ? ["no item twice"] : [],
        item: fieldOf(items, making, depth + 1),
      };
    }
    case "object":
      return objectOf(field, found, making, depth);
    default:
      return field;
  }
}

function objectOf(field: Field, schema: JsonNode, making: Making, depth: number): Field {
  const properties = member(schema, "properties");
  // Members of any name cannot be asked for one by one.
  if (properties === undefined)
    return depth === 0 && !takesAnyName(schema) ? { ...field, kind: "object" } : field;
  if (properties.kind !== "object" || !isContainer(properties)) return field;
  if (properties.children.length === 0 && takesAnyName(schema)) return field;
  if (properties.children.length > MOST_MEMBERS || new Set(properties.keys).size < properties.keys.length)
    return field;
  const required = stringsOf(member(schema, "required"));
  return {
    ...field,
    kind: "object",
    members: properties.children.map((child, index) => {
      const key = properties.keys[index] ?? "";
      return { key, required: required.has(key), field: fieldOf(child, making, depth + 1) };
    }),
  };
}

/** Whether an object says that it takes members beside those that it names. */
function takesAnyName(schema: JsonNode): boolean {
  const others = member(schema, "additionalProperties");
  return member(schema, "patternProperties") !== undefined || others?.kind === "object" || isTrue(others);
}

/** A reference within the schema, followed; undefined for any other one, or where references go on and on. */
function follow(schema: JsonNode, root: JsonNode): JsonNode | undefined {
  let found: JsonNode | undefined = schema;
  for (let steps = 0; steps < 8; steps += 1) {
    const target = stringMember(found, "$ref");
    if (target === undefined) return found?.kind === "object" ? found : undefined;
    if (!target.startsWith("#/")) return undefined;
    found = target
      .slice(2)
      .split("/")
      .reduce<JsonNode | undefined>((node, part) => member(node, unescaped(part)), root);
  }
  return undefined;
}

/** A part of a JSON pointer in a URI's fragment (RFC 6901, section 6). */
function unescaped(part: string): string {
  const text = part.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a variant may hold that only says which members must be there: the hub checks that. */
const ONLY_REQUIRES: ReadonlySet<string> = new Set(["required", "not", "title", "description"]);
const onlyRequires = (variants: JsonNode): boolean =>
  variants.kind === "array" &&
  variants.children.every((node) => isContainer(node) && node.keys.every((key) => ONLY_REQUIRES.has(key)));

/**
 * The types that a schema names. `inner` is the one schema that it wraps: in an `anyOf` or `oneOf` beside null, or in an
 * `allOf` alone.
 */
function typesOf(
  schema: JsonNode,
  root: JsonNode,
): { types: string[]; inner?: JsonNode; nullable?: boolean } {
  const variants = member(schema, "anyOf") ?? member(schema, "oneOf");
  if (variants !== undefined && !onlyRequires(variants)) {
    if (variants.kind !== "array" || variants.children.length !== 2) return { types: [] };
    const isNull = (node: JsonNode): boolean => stringMember(follow(node, root), "type") === "null";
    const inner = variants.children.find((node) => !isNull(node));
    return inner !== undefined && variants.children.some(isNull)
      ? { types: [], inner, nullable: true }
      : { types: [] };
  }
  const all = member(schema, "allOf");
  if (all !== undefined) {
    const [only, ...others] = all.kind === "array" ? all.children : [];
    const isAlone = others.length === 0 && member(schema, "properties") === undefined;
    return only !== undefined && isAlone ? { types: [], inner: only } : { types: [] };
  }
  const type = member(schema, "type");
  if (type?.kind === "string" && SCALARS.some((one) => one === type.text)) return { types: [type.text] };
  if (type?.kind === "array") return { types: [...stringsOf(type)] };
  return { types: member(schema, "properties") === undefined ? [] : ["object"] };
}

function choicesOf(schema: JsonNode): Field["choices"] | undefined {
  const constant = member(schema, "const");
  const values = constant === undefined ? member(schema, "enum") : undefined;
  const nodes = constant === undefined ? (values?.kind === "array" ? values.children : []) : [constant];
  const titled = titledChoices(schema);
  if (titled !== undefined) return titled;
  if (nodes.length === 0 || nodes.length > MOST_CHOICES) return undefined;
  return nodes.map((node) => ({ raw: writeJson(node), label: labelOf(node) }));
}

/** `oneOf` of constants with titles, as elicitation forms and some servers write choices. */
function titledChoices(schema: JsonNode): Field["choices"] | undefined {
  const variants = member(schema, "oneOf") ?? member(schema, "anyOf");
  if (variants?.kind !== "array" || variants.children.length === 0 || variants.children.length > MOST_CHOICES)
    return undefined;
  const found: { raw: string; label: string }[] = [];
  for (const variant of variants.children) {
    const value = member(variant, "const");
    if (value === undefined) return undefined;
    found.push({ raw: writeJson(value), label: stringMember(variant, "title") ?? labelOf(value) });
  }
  return found;
}

const labelOf = (node: JsonNode): string => (isContainer(node) ? writeJson(node) : node.text);

function wordsOf(schema: JsonNode): Pick<Field, "title" | "description" | "preset"> {
  const preset = member(schema, "default");
  return {
    title: stringMember(schema, "title") ?? null,
    description: stringMember(schema, "description") ?? null,
    preset: preset === undefined ? null : writeJson(preset),
  };
}

/** What is there; what is null gives way to what was found elsewhere. */
const known = (words: Partial<Field>): Partial<Field> =>
  Object.fromEntries(Object.entries(words).filter(([, value]) => value !== null));

function wantedOf(schema: JsonNode): string[] {
  const format = stringMember(schema, "format");
  const pattern = stringMember(schema, "pattern");
  return [
    ...(format === undefined ? [] : [`format: ${format}`]),
    ...(pattern === undefined ? [] : [`pattern: ${pattern}`]),
  ];
}

const isTrue = (node: JsonNode | undefined): boolean =>
  node !== undefined && !isContainer(node) && node.kind !== "string" && node.text === "true";

/** The bounds of a number; `exclusiveMinimum` and its twin were words beside the bound in old drafts (draft 4, 5.1.2). */
function boundsOf(schema: JsonNode): Pick<Field, "minimum" | "maximum" | "above" | "below"> {
  const [least, most] = [num(schema, "minimum"), num(schema, "maximum")];
  const [isAbove, isBelow] = ["exclusiveMinimum", "exclusiveMaximum"].map((key) =>
    isTrue(member(schema, key)),
  );
  return {
    minimum: isAbove ? null : least,
    maximum: isBelow ? null : most,
    above: isAbove ? least : num(schema, "exclusiveMinimum"),
    below: isBelow ? most : num(schema, "exclusiveMaximum"),
  };
}

function multipleOf(schema: JsonNode): string[] {
  const step = num(schema, "multipleOf");
  return step === null ? [] : [`a multiple of ${step}`];
}

const num = (schema: JsonNode, key: string): number | null => {
  const found = member(schema, key);
  return found?.kind === "number" && Number.isFinite(Number(found.text)) ? Number(found.text) : null;
};

const span = (schema: JsonNode, least: string, most: string): Pick<Field, "least" | "most"> => ({
  least: num(schema, least),
  most: num(schema, most),
});

const stringsOf = (node: JsonNode | undefined): Set<string> =>
  new Set(
    node?.kind === "array"
      ? node.children.flatMap((child) => (child.kind === "string" ? [child.text] : []))
      : [],
  );
