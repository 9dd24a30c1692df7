import { blockSize, prepareBlocks } from "../blocks.ts";
import { LAST_ID, notAround } from "../damage.ts";
import type { Connection } from "../database.ts";
import { type Names, nameKind } from "../names.ts";
import type { Chain } from "./chain.ts";

/** How long calls are kept, and how large their database may grow. */
export interface RetentionRules {
  /** 0: for ever. */
  readonly days: number;
  /** Megabytes of the database; 0: without bound. */
  readonly maxMb: number;
  /** Days of single servers. */
  readonly servers: readonly { readonly name: string; readonly days: number }[];
}

/**
 * Removes old calls with all that belongs to them, in many small transactions, and gives their pages back to the file
 * system. The newest call always stays, so that no id is used twice, and so do calls that are not chained yet.
 */
export interface Retention {
  setRules(rules: RetentionRules): void;
  /** Works for at most about so many milliseconds; true: there is more to do. */
  run(now: number, milliseconds: number): boolean;
  /** Calls removed since the worker began. */
  removed(): number;
}

interface Options {
  readonly connection: Connection;
  readonly names: Names;
  readonly chain: Chain;
  /** The last call that is in the sums. */
  readonly summedUp: () => number;
  readonly inTurn: <T>(write: () => T) => T;
  /** Removes some of the pieces of a large payload; false when none are left. */
  readonly removePieces: (chunkSet: number) => boolean;
  /** Milliseconds from anywhere, by which a step's writing is timed: it waits for the disk too, so by the clock. */
  readonly stopwatch?: () => number;
}

/** A step's writing is kept under the longest; steps grow while they take less than the short time. Milliseconds. */
const longestStep = 3;
const shortStep = 1;
const mostCalls = 256;
const mostBytes = 1024 * 1024;
const mostPages = 256;
/** Free pages that are left for new calls to use. */
const sparePages = 256;
/** What a call takes in the database beside its payloads, about. */
const rowBytes = 512;
const dayMs = 86_400_000;

/** Retention on one connection, in the worker. */
export function openRetention({
  connection,
  names,
  chain,
  summedUp,
  inTurn,
  removePieces,
  stopwatch = () => performance.now(),
}: Options): Retention {
  const blocks = prepareBlocks(connection, notAround);
  const one = (sql: string) => connection.prepare<[], number | null>(sql).pluck();
  const newest = one(`SELECT max(id) FROM call WHERE id <= ${LAST_ID}`);
  const oldest = one("SELECT min(id) FROM call");
  const oldBlocks = connection
    .prepare<[number], number>("SELECT number FROM block WHERE earliest_start < ? ORDER BY number")
    .pluck();
  const old = connection
    .prepare<[number, number, number, number], number>(
      `SELECT id FROM call WHERE id >= ? AND id < ? AND started_at < ? ORDER BY id LIMIT ?`,
    )
    .pluck();
  const oldOfServer = connection
    .prepare<[number, number, number, number, number], number>(
      `SELECT id FROM call WHERE id >= ? AND id < ? AND started_at < ? AND server = ? ORDER BY id LIMIT ?`,
    )
    .pluck();
  const first = connection
    .prepare<[number, number], number>("SELECT id FROM call WHERE id <= ? ORDER BY id LIMIT ?")
    .pluck();
  const sizes = connection
    .prepare<[number], [number, number | null]>(
      `SELECT ifnull(request_bytes, 0) + ifnull(result_bytes, 0) + ifnull(error_bytes, 0),
              (SELECT chunk_set FROM payload WHERE call_id = call.id) FROM call WHERE id = ?`,
    )
    .raw();
  const removeCalls = connection.prepare("DELETE FROM call WHERE id BETWEEN ? AND ?");
  const removeBlock = connection.prepare(
    "DELETE FROM block WHERE number IN (SELECT number FROM block WHERE number < ? LIMIT 2)",
  );
  const pragma = (name: string): number => Number(connection.pragma(name, { simple: true }));
  const pageSize = pragma("page_size");
  const incremental = pragma("auto_vacuum") === 2;

  let rules: RetentionRules = { days: 0, maxMb: 0, servers: [] };
  let calls = 16;
  let pages = 32;
  let removed = 0;
  const pieces: number[] = [];

  /** The size of the next step after one that took so long. */
  const adapted = (size: number, took: number, most: number): number =>
    took > longestStep ? Math.max(1, size >> 1) : took < shortStep ? Math.min(most, size * 2) : size;

  /** As many of the calls as one step may hold: by number, and by the pages that they free. */
  const fitting = (ids: readonly number[]): { ids: number[]; sets: number[] } => {
    const taken: number[] = [];
    const sets: number[] = [];
    let bytes = 0;
    for (const id of ids) {
      const [size, set] = sizes.get(id) ?? [0, null];
      bytes += set === null ? size : 0;
      if (bytes > mostBytes && taken.length > 0) break;
      taken.push(id);
      if (set !== null) sets.push(set);
    }
    return { ids: taken, sets };
  };

  const remove = (candidates: readonly number[]): void => {
    const { ids, sets } = fitting(candidates.slice(0, calls));
    const removals = chain.judge(ids);
    const write = connection.transaction(() => {
      for (const removal of removals) chain.removed(removal);
      for (const [from, to] of runs(ids)) removeCalls.run(from, to);
    });
    let took = 0;
    inTurn(() => {
      const started = stopwatch();
      write.immediate();
      took = stopwatch() - started;
    });
    calls = adapted(calls, took, mostCalls);
    removed += ids.length;
    pieces.push(...sets);
  };

  /** Ids of calls that are to go, the oldest first; empty: none. */
  const candidates = (now: number): number[] => {
    // Until it is chained, nobody could tell whether a call was removed by us.
    const limit = Math.min((newest.get() ?? 0) - 1, chain.removable(), summedUp());
    if (limit < (oldest.get() ?? 1)) return [];
    const rest = limit + 1;
    const within = (numbers: readonly number[], find: (from: number, to: number) => number[]): number[] => {
      const tail = blocks.end();
      for (const from of [...numbers.map((number) => number * blockSize), tail]) {
        const to = from === tail ? rest : Math.min(rest, from + blockSize);
        const ids = from < to ? find(from, to) : [];
        if (ids.length > 0) return ids;
      }
      return [];
    };
    if (rules.days > 0) {
      const before = now - rules.days * dayMs;
      const ids = within(oldBlocks.all(before), (from, to) => old.all(from, to, before, mostCalls));
      if (ids.length > 0) return ids;
    }
    for (const { name, days } of rules.servers) {
      const server = names.exactly(nameKind.server, name);
      if (server === undefined || days <= 0) continue;
      const before = now - days * dayMs;
      const having = new Set(blocks.having(server));
      const numbers = oldBlocks.all(before).filter((number) => having.has(number));
      const ids = within(numbers, (from, to) => oldOfServer.all(from, to, before, server, mostCalls));
      if (ids.length > 0) return ids;
    }
    const used = (pragma("page_count") - pragma("freelist_count")) * pageSize;
    const excess = rules.maxMb > 0 ? used - rules.maxMb * 1024 * 1024 : 0;
    return excess > 0 ? worth(first.all(limit, mostCalls), excess) : [];
  };

  /** The first of these calls, as many as take up about so many bytes: what may stay is not removed with them. */
  const worth = (ids: readonly number[], bytes: number): number[] => {
    let left = bytes;
    const end = ids.findIndex((id) => {
      if (left <= 0) return true;
      left -= rowBytes + (sizes.get(id)?.[0] ?? 0);
      return false;
    });
    return ids.slice(0, end === -1 ? ids.length : end);
  };

  const vacuum = (): boolean => {
    if (!incremental || pragma("freelist_count") <= sparePages) return false;
    let took = 0;
    inTurn(() => {
      const started = stopwatch();
      connection.pragma(`incremental_vacuum(${pages})`);
      took = stopwatch() - started;
    });
    pages = adapted(pages, took, mostPages);
    return true;
  };

  /** One step; false when nothing is left to do. */
  const step = (now: number, found: number[]): boolean => {
    const [set] = pieces;
    if (set !== undefined) {
      if (!removePieces(set)) pieces.shift();
      return true;
    }
    if (found.length === 0) found.push(...candidates(now));
    if (found.length > 0) {
      const before = removed;
      remove(found);
      found.splice(0, removed - before);
      return true;
    }
    const gone = Math.floor((oldest.get() ?? 0) / blockSize);
    if (inTurn(() => removeBlock.run(gone)).changes > 0) return true;
    return vacuum();
  };

  return {
    setRules(next) {
      rules = next;
    },
    run(now, milliseconds) {
      const until = performance.now() + milliseconds;
      // What was found is removed before it is looked for again.
      const found: number[] = [];
      while (step(now, found)) if (performance.now() >= until) return true;
      return false;
    },
    removed: () => removed,
  };
}

/** Ids that follow each other, as first and last. */
function runs(ids: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const id of ids) {
    const run = found.at(-1);
    if (run !== undefined && run[1] === id - 1) run[1] = id;
    else found.push([id, id]);
  }
  return found;
}
