import type { MetricsDimension, MetricsFilter } from "../../shared/model/metrics.ts";
import type { Connection } from "./database.ts";
import { type Names, nameKind } from "./names.ts";

/** The ids of names that calls are told apart by; 0 for none. */
export type RollupNames = Readonly<Record<MetricsDimension, number>>;

/** By their position, the `kind` of rollup_key: which dimensions it tells apart. Append only. */
export const rollupKinds: readonly (readonly MetricsDimension[])[] = [
  [],
  ["server"],
  ["server", "tool"],
  ["client"],
  ["project"],
  ["server", "tool", "client", "project"],
];

/** The kind that tells everything apart. */
export const MIXED_KIND = 5;

/** What some sums are of. */
export interface RollupKey extends RollupNames {
  readonly id: number;
  readonly kind: number;
}

/** Which kinds are cheapest to read, first: few keys before many. */
const cheapest = [0, 1, 3, 4, 2, MIXED_KIND];

/** The keys on one connection. */
export interface RollupKeys {
  /** The id of a key; undefined while nothing was summed up by it. */
  find(kind: number, names: RollupNames): number | undefined;
  /** The id of a key, made when it is new: call it only inside a transaction. */
  idOf(kind: number, names: RollupNames): number;
  /** Forgets what is cached: needed after a rollback. */
  forget(): void;
  /** The keys that together are all calls that a filter admits, told apart by `dimensions` at least. */
  matching(filter: MetricsFilter, dimensions: readonly MetricsDimension[]): RollupKey[];
  /** The kind that `matching` takes them from. */
  kindFor(filter: MetricsFilter, dimensions: readonly MetricsDimension[]): number;
}

const cached = 20_000;

/** What makes a key: 0 for what its kind does not tell apart. */
type KeyParts = readonly [kind: number, server: number, tool: number, client: number, project: number];

/** The keys of sums on one connection. */
export function openRollupKeys(connection: Connection, names: Names): RollupKeys {
  const select = connection
    .prepare<[number, number, number, number, number], number>(
      "SELECT id FROM rollup_key WHERE kind = ? AND server = ? AND tool = ? AND client = ? AND project = ?",
    )
    .pluck();
  const insert = connection.prepare(
    "INSERT INTO rollup_key (kind, server, tool, client, project) VALUES (?, ?, ?, ?, ?)",
  );
  const cache = new Map<string, number>();

  const partsOf = (kind: number, { server, tool, client, project }: RollupNames): KeyParts => {
    const told = rollupKinds[kind] ?? [];
    return [
      kind,
      told.includes("server") ? server : 0,
      told.includes("tool") ? tool : 0,
      told.includes("client") ? client : 0,
      told.includes("project") ? project : 0,
    ];
  };
  const keep = (parts: KeyParts, id: number): void => {
    if (cache.size >= cached) cache.clear();
    cache.set(parts.join(), id);
  };
  const find = (parts: KeyParts): number | undefined => {
    const known = cache.get(parts.join());
    if (known !== undefined) return known;
    const id = select.get(...parts);
    if (id !== undefined) keep(parts, id);
    return id;
  };

  /** The ids of a name; what is no tool call has its method in the tool's place. */
  const idsOf = (dimension: MetricsDimension, text: string): number[] => {
    const kinds = dimension === "tool" ? [nameKind.tool, nameKind.method] : [nameKind[dimension]];
    return kinds.flatMap((kind) => names.exactly(kind, text) ?? []);
  };

  const wantedOf = (filter: MetricsFilter) =>
    Object.entries(filter).filter(([, text]) => text !== undefined) as [MetricsDimension, string][];

  const kindFor = (filter: MetricsFilter, dimensions: readonly MetricsDimension[]): number => {
    const needed = [...dimensions, ...wantedOf(filter).map(([dimension]) => dimension)];
    const tells = (kind: number): boolean =>
      needed.every((dimension) => rollupKinds[kind]?.includes(dimension));
    return cheapest.find(tells) ?? MIXED_KIND;
  };

  return {
    find: (kind, told) => find(partsOf(kind, told)),
    idOf(kind, told) {
      const parts = partsOf(kind, told);
      const found = find(parts);
      if (found !== undefined) return found;
      const id = Number(insert.run(...parts).lastInsertRowid);
      keep(parts, id);
      return id;
    },
    forget: () => cache.clear(),
    kindFor,
    matching(filter, dimensions) {
      const wanted = wantedOf(filter);
      const kind = kindFor(filter, dimensions);
      const conditions = wanted.map(([dimension]) => ` AND ${dimension} IN (SELECT value FROM json_each(?))`);
      return connection
        .prepare<unknown[], RollupKey>(
          `SELECT id, kind, server, tool, client, project FROM rollup_key WHERE kind = ${kind}${conditions.join("")}`,
        )
        .all(...wanted.map(([dimension, text]) => JSON.stringify(idsOf(dimension, text))));
    },
  };
}
