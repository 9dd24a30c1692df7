import type { CallQueryFilter } from "../../hub/ports/storage.ts";
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
export function callQuery(filter: CallQueryFilter, names: Names): CallQuery | undefined {
  const conditions: string[] = [];
  const values: (number | string)[] = [];
  const lists: number[][] = [];
  /** Adds a condition that one of these columns holds one of the ids beside it; false when none can. */
  const holdsOne = (...columns: readonly (readonly [column: string, ids: readonly number[]])[]): boolean => {
    const possible = columns.filter(([, ids]) => ids.length > 0);
    if (possible.length === 0) return false;
    lists.push(possible.flatMap(([, ids]) => ids));
    const parts = possible.map(([column, ids]) =>
      ids.length === 1 ? `${column} = ?` : `${column} IN (SELECT value FROM json_each(?))`,
    );
    conditions.push(parts.length === 1 ? parts.join("") : `(${parts.join(" OR ")})`);
    for (const [, ids] of possible) values.push(ids.length === 1 ? (ids[0] ?? 0) : JSON.stringify(ids));
    return true;
  };
  const idsOf = (kind: NameKind, texts: readonly string[]): number[] =>
    texts.flatMap((text) => names.exactly(kind, text) ?? []);

  const named: readonly [column: string, kind: NameKind, pattern: string | undefined][] = [
    ["tool", nameKind.tool, filter.tool],
    ["server", nameKind.server, filter.server],
    ["project", nameKind.project, filter.project],
  ];
  for (const [column, kind, pattern] of named)
    if (pattern !== undefined && !holdsOne([column, names.matching(kind, pattern)])) return undefined;
  if (filter.client !== undefined) {
    const { name, ids } = filter.client;
    const asNamed = names.matching(nameKind.client, name);
    if (!holdsOne(["client", asNamed], ["client_id", idsOf(nameKind.clientId, ids)])) return undefined;
  }
  for (const { servers, clientIds } of filter.parties ?? []) {
    const asServer = idsOf(nameKind.server, servers);
    if (!holdsOne(["server", asServer], ["client_id", idsOf(nameKind.clientId, clientIds)])) return undefined;
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
  if (filter.until !== undefined) {
    conditions.push("started_at < ?");
    values.push(filter.until);
  }
  return { where: conditions.map((condition) => ` AND ${condition}`).join(""), values, names: lists };
}
