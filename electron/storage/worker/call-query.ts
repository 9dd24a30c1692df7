import type { CallFilter } from "../../../shared/model/call.ts";
import { type NameKind, type Names, nameKind } from "../names.ts";
import { statusNumber } from "../status.ts";

/** A filter as SQL. */
export interface CallQuery {
  /** Conditions on `call`, each after an AND. */
  readonly where: string;
  /** What the conditions bind, in order. */
  readonly values: readonly (number | string)[];
  /** For each condition on a name, the ids of the names that meet it. */
  readonly names: readonly (readonly number[])[];
}

/** Translates a filter, its `search` aside; undefined when no call can match. */
export function callQuery(filter: CallFilter, names: Names): CallQuery | undefined {
  const conditions: string[] = [];
  const values: (number | string)[] = [];
  const lists: number[][] = [];
  const named: readonly [column: string, kind: NameKind, pattern: string | undefined][] = [
    ["tool", nameKind.tool, filter.tool],
    ["server", nameKind.server, filter.server],
    ["client", nameKind.client, filter.client],
  ];
  for (const [column, kind, pattern] of named) {
    if (pattern === undefined) continue;
    const ids = names.matching(kind, pattern);
    const [only, ...more] = ids;
    if (only === undefined) return undefined;
    lists.push(ids);
    conditions.push(more.length === 0 ? `${column} = ?` : `${column} IN (SELECT value FROM json_each(?))`);
    values.push(more.length === 0 ? only : JSON.stringify(ids));
  }
  if (filter.status !== undefined) {
    // Written out, so that SQLite sees that the partial index serves.
    const status = statusNumber(filter.status);
    conditions.push(status === 0 ? "status = 0" : `status = ${status} AND status <> 0`);
  }
  if (filter.since !== undefined) {
    conditions.push("started_at >= ?");
    values.push(filter.since);
  }
  return { where: conditions.map((condition) => ` AND ${condition}`).join(""), values, names: lists };
}
