import type { Dialect } from "./dialect.ts";
import { isObject, own, SchemaError, type SchemaObject } from "./schema-error.ts";

/** A schema with an identity of its own, and the anchors in it (2020-12 Core, 8.2). */
export interface Resource {
  readonly uri: string;
  readonly root: SchemaObject | boolean;
  readonly anchors: Map<string, unknown>;
  readonly dynamicAnchors: Map<string, unknown>;
}

/** What a reference leads to. */
export interface Target {
  readonly schema: unknown;
  readonly resource: Resource;
  /** The name, when it is one of a `$dynamicAnchor`. */
  readonly dynamic: string | undefined;
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const SCHEMA_KEYWORDS = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
  "allOf",
  "anyOf",
  "oneOf",
  "prefixItems",
] as const;
const NAMED_KEYWORDS = [
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
] as const;

/** Most schemas within one, and their deepest nesting. */
const MAX_SCHEMAS = 20_000;
const MAX_DEPTH = 200;
/** Relative references need something to be relative to. */
const BASE = "schema://tool/";

/** The resources of one schema document. Nothing outside of the document is ever read. */
export class Resources {
  readonly root: Resource;
  readonly #dialect: Dialect;
  readonly #byUri = new Map<string, Resource>();
  readonly #of = new Map<object, Resource>();
  #count = 0;

  /** Throws SchemaError when the document is too large or too deep. */
  constructor(document: SchemaObject, dialect: Dialect) {
    this.#dialect = dialect;
    this.root = { uri: BASE, root: document, anchors: new Map(), dynamicAnchors: new Map() };
    this.#byUri.set(BASE, this.root);
    this.#walk(document, this.root, 0);
  }

  /** The resource that a schema belongs to. */
  of(schema: object, fallback: Resource): Resource {
    return this.#of.get(schema) ?? fallback;
  }

  /** Follows a reference from within a resource; undefined when it leads out of the document or nowhere. */
  resolve(reference: string, from: Resource): Target | undefined {
    let url: URL;
    let fragment: string;
    try {
      url = new URL(reference, from.uri);
      fragment = decodeURIComponent(url.hash.slice(1));
    } catch {
      return undefined;
    }
    url.hash = "";
    const resource = reference.startsWith("#") ? from : this.#byUri.get(withoutHash(url.href));
    if (resource === undefined) return undefined;
    if (fragment === "") return { schema: resource.root, resource, dynamic: undefined };
    if (fragment.startsWith("/")) return this.#follow(fragment, resource);
    const schema = resource.anchors.get(fragment);
    if (schema === undefined) return undefined;
    return { schema, resource, dynamic: resource.dynamicAnchors.has(fragment) ? fragment : undefined };
  }

  /** RFC 6901 within a resource, and into those inside it. */
  #follow(pointer: string, from: Resource): Target | undefined {
    let schema: unknown = from.root;
    let resource = from;
    for (const escaped of pointer.slice(1).split("/")) {
      const token = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(schema))
        schema = /^(0|[1-9]\d{0,8})$/.test(token) ? schema[Number(token)] : undefined;
      else schema = isObject(schema) ? own(schema, token) : undefined;
      if (schema === undefined) return undefined;
      if (isObject(schema)) resource = this.of(schema, resource);
    }
    // It may stand where no schema is expected: then what is in it has not been looked at yet.
    if (isObject(schema) && !this.#of.has(schema)) this.#walk(schema, resource, 0);
    return { schema, resource: isObject(schema) ? this.of(schema, resource) : resource, dynamic: undefined };
  }

  #walk(schema: unknown, around: Resource, depth: number): void {
    if (!isObject(schema) || this.#of.has(schema)) return;
    this.#count += 1;
    if (this.#count > MAX_SCHEMAS) throw new SchemaError(`it has more than ${MAX_SCHEMAS} schemas in it`);
    if (depth > MAX_DEPTH) throw new SchemaError(`its schemas are nested more than ${MAX_DEPTH} deep`);
    const resource = this.#identify(schema, around);
    this.#of.set(schema, resource);
    for (const keyword of SCHEMA_KEYWORDS) {
      const inside = own(schema, keyword);
      if (Array.isArray(inside)) for (const each of inside) this.#walk(each, resource, depth + 1);
      else this.#walk(inside, resource, depth + 1);
    }
    for (const keyword of NAMED_KEYWORDS) {
      const inside = own(schema, keyword);
      if (isObject(inside)) for (const each of Object.values(inside)) this.#walk(each, resource, depth + 1);
    }
  }

  #identify(schema: SchemaObject, around: Resource): Resource {
    let resource = around;
    const id = own(schema, "$id");
    if (typeof id === "string" && !(this.#dialect.refAlone && own(schema, "$ref") !== undefined)) {
      if (id.startsWith("#")) {
        if (this.#dialect.refAlone) around.anchors.set(id.slice(1), schema);
      } else resource = this.#add(id, schema, around);
    }
    const anchor = own(schema, "$anchor");
    if (this.#dialect.modern && typeof anchor === "string") resource.anchors.set(anchor, schema);
    const dynamic = own(schema, "$dynamicAnchor");
    if (this.#dialect.latest && typeof dynamic === "string") {
      resource.anchors.set(dynamic, schema);
      resource.dynamicAnchors.set(dynamic, schema);
    }
    return resource;
  }

  #add(id: string, schema: SchemaObject, around: Resource): Resource {
    let uri: string;
    try {
      uri = withoutHash(new URL(id, around.uri).href);
    } catch {
      throw new SchemaError(`the $id ${JSON.stringify(id).slice(0, 100)} in it is no URI`);
    }
    const resource: Resource = { uri, root: schema, anchors: new Map(), dynamicAnchors: new Map() };
    // Of two with one name, the first counts.
    if (!this.#byUri.has(uri)) this.#byUri.set(uri, resource);
    return resource;
  }
}

const withoutHash = (uri: string): string => uri.replace(/#.*$/s, "");
