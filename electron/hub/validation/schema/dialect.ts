import { own, SchemaError, type SchemaObject } from "./schema-error.ts";

/** What differs between the drafts that are understood. */
export interface Dialect {
  /** `$ref` hides what stands beside it, and "#name" in `$id` is an anchor (draft-07 and before). */
  readonly refAlone: boolean;
  /** `dependencies` means something (draft-07 and before). */
  readonly dependencies: boolean;
  /** The keywords of 2019-09 and later: unevaluated…, dependent…, minContains and maxContains, $anchor. */
  readonly modern: boolean;
  /** `prefixItems`, `$dynamicRef` (2020-12). */
  readonly latest: boolean;
}

const DRAFT_07: Dialect = { refAlone: true, dependencies: true, modern: false, latest: false };
const DRAFT_2019: Dialect = { refAlone: false, dependencies: false, modern: true, latest: false };
const DRAFT_2020: Dialect = { refAlone: false, dependencies: false, modern: true, latest: true };

const DIALECTS = new Map<string, Dialect>([
  ["json-schema.org/draft-06/schema", DRAFT_07],
  ["json-schema.org/draft-07/schema", DRAFT_07],
  ["json-schema.org/draft/2019-09/schema", DRAFT_2019],
  ["json-schema.org/draft/2020-12/schema", DRAFT_2020],
  ["json-schema.org/schema", DRAFT_2020],
]);

/** The dialect of a schema: 2020-12 unless `$schema` says otherwise (MCP, JSON Schema usage). Throws SchemaError for one that is not known. */
export function dialectOf(schema: SchemaObject): Dialect {
  const named = own(schema, "$schema");
  if (named === undefined) return DRAFT_2020;
  const known =
    typeof named === "string" ? DIALECTS.get(named.replace(/^https?:\/\//, "").replace(/#$/, "")) : undefined;
  if (known === undefined)
    throw new SchemaError(`its $schema ${JSON.stringify(named).slice(0, 100)} is not known here`);
  return known;
}
