import type { CallStatus } from "../../../shared/model/call.ts";
import type { CallQueryFilter, ClientQuery } from "../../hub/ports/storage.ts";
import type { BlockBounds, Blocks, IdRange } from "../blocks.ts";
import type { Ends } from "../damage.ts";
import { type NameKind, type Names, nameKind } from "../names.ts";
import { statusNumber } from "../status.ts";

/** A filter as SQL. */
export interface CallQuery {
  /** Conditions on `call`, each after an AND. */
  readonly where: string;
  /** What the conditions bind, in order. */
  readonly values: readonly (number | string)[];
  /** What the conditions mean for blocks. */
  readonly bounds: BlockBounds;
}

/** The ids that a filter's times, and the page, leave. */
export function prepareBounds(
  ends: Ends,
  blocks: Blocks,
): (filter: CallQueryFilter, before: number | undefined) => IdRange {
  return ({ since }, before) => {
    const [oldest, newest] = [ends.oldest(), ends.newest()];
    if (oldest === null || newest === null) return { from: 0, to: 0 };
    return {
      from: Math.max(oldest, since === undefined ? 0 : blocks.floorOf(since)),
      to: Math.min(newest + 1, before ?? Number.POSITIVE_INFINITY),
    };
  };
}

type Column = readonly [column: string, ids: readonly number[]];

const list = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);

/** Translates a filter, its `search` and `error` aside; undefined when no call can match. */
export function callQuery(filter: CallQueryFilter, names: Names): CallQuery | undefined {
  const conditions: string[] = [];
  const values: (number | string)[] = [];
  const lists: number[][] = [];
  /** Adds a condition that one of these columns holds one of the ids beside it; false when none can. */
  const holdsOne = (...columns: readonly Column[]): boolean => {
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
  const holdsNone = (...columns: readonly Column[]): void => {
    for (const [column, ids] of columns) {
      if (ids.length === 0) continue;
      conditions.push(`(${column} IS NULL OR ${column} NOT IN (SELECT value FROM json_each(?)))`);
      values.push(JSON.stringify(ids));
    }
  };
  const idsOf = (kind: NameKind, texts: readonly string[]): number[] =>
    texts.flatMap((text) => names.exactly(kind, text) ?? []);
  const matching = (kind: NameKind, patterns: string | readonly string[]): number[] =>
    list(patterns).flatMap((pattern) => names.matching(kind, pattern));
  const clientColumns = ({ names: patterns, ids }: ClientQuery): readonly Column[] => [
    ["client", matching(nameKind.client, patterns)],
    ["client_id", idsOf(nameKind.clientId, ids)],
  ];

  const named = ["tool", "server", "project", "session", "method"] as const;
  for (const column of named) {
    const wanted = filter[column];
    if (wanted !== undefined && !holdsOne([column, matching(nameKind[column], wanted)])) return undefined;
    const unwanted = filter.not?.[column];
    if (unwanted !== undefined) holdsNone([column, matching(nameKind[column], unwanted)]);
  }
  if (filter.client !== undefined && !holdsOne(...clientColumns(filter.client))) return undefined;
  if (filter.not?.client !== undefined) holdsNone(...clientColumns(filter.not.client));
  for (const { servers, clientIds } of filter.parties ?? []) {
    const asServer = idsOf(nameKind.server, servers);
    if (!holdsOne(["server", asServer], ["client_id", idsOf(nameKind.clientId, clientIds)])) return undefined;
  }
  const numbersOf = (statuses: CallStatus | readonly CallStatus[]): number[] =>
    list(statuses).map(statusNumber);
  // Written out, so that SQLite sees that the partial index serves.
  if (filter.status !== undefined) {
    const numbers = numbersOf(filter.status);
    conditions.push(`status IN (${numbers.join(", ")})${numbers.includes(0) ? "" : " AND status <> 0"}`);
  }
  if (filter.not?.status !== undefined)
    conditions.push(...numbersOf(filter.not.status).map((number) => `status <> ${number}`));
  // An error's text stands with calls that did not end well.
  if (filter.error !== undefined) conditions.push("status <> 0");
  const measured: readonly [condition: string, value: number | undefined][] = [
    ["started_at >= ?", filter.since],
    ["started_at < ?", filter.until],
    ["duration_us >= ?", filter.minDurationUs],
    ["duration_us <= ?", filter.maxDurationUs],
  ];
  for (const [condition, value] of measured) {
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  return {
    where: conditions.map((condition) => ` AND ${condition}`).join(""),
    values,
    bounds: {
      names: lists,
      shortestUs: filter.minDurationUs,
      longestUs: filter.maxDurationUs,
      until: filter.until,
    },
  };
}
