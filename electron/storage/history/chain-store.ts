import type { Connection } from "../database.ts";

/** A run of ids without calls, and what vouches for it. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  readonly reason: number;
  readonly before: Buffer;
  readonly after: Buffer;
  readonly mac: Buffer;
}

/**
 * Why ids have no call: removed by retention as they were recorded, missing when they were to be chained, or removed by
 * retention after somebody had altered them. The numbers are what the database holds: append only.
 */
export const gapReason = { retention: 0, missing: 1, altered: 2 } as const;
/** One of these reasons. */
export type GapReason = (typeof gapReason)[keyof typeof gapReason];

export interface Head {
  readonly last: number;
  readonly hash: Buffer;
  readonly mac: Buffer;
}

/** The tables of the chain on one connection. */
export interface ChainStore {
  head(): Head | undefined;
  setHead(head: Head): void;
  hashOf(id: number): Buffer | undefined;
  add(id: number, hash: Buffer): void;
  removeLinks(first: number, last: number): void;
  /** The gap that an id lies in. */
  gapAt(id: number): Gap | undefined;
  putGap(gap: Gap): void;
  removeGap(first: number): void;
  /** The keys in use, from which id on; oldest first. */
  keys(): { first: number; keyId: Buffer }[];
  addKey(first: number, keyId: Buffer): void;
}

/**
 * The chain's statements, prepared once. Throws SQLite's error when the database has not come to the chain's tables
 * yet.
 */
export function prepareChainStore(connection: Connection): ChainStore {
  const head = connection.prepare<[], Head>("SELECT last, hash, mac FROM chain_head");
  const setHead = connection.prepare("INSERT OR REPLACE INTO chain_head VALUES (1, ?, ?, ?)");
  const hashOf = connection.prepare<[number], Buffer>("SELECT hash FROM chain WHERE id = ?").pluck();
  const add = connection.prepare("INSERT INTO chain VALUES (?, ?)");
  const removeLinks = connection.prepare("DELETE FROM chain WHERE id BETWEEN ? AND ?");
  const gapBefore = connection.prepare<[number], Gap>(
    "SELECT * FROM chain_gap WHERE first <= ? ORDER BY first DESC LIMIT 1",
  );
  const putGap = connection.prepare("INSERT OR REPLACE INTO chain_gap VALUES (?, ?, ?, ?, ?, ?)");
  const removeGap = connection.prepare("DELETE FROM chain_gap WHERE first = ?");
  const keys = connection.prepare<[], { first: number; keyId: Buffer }>(
    "SELECT first, key_id AS keyId FROM chain_key ORDER BY first",
  );
  const addKey = connection.prepare("INSERT OR REPLACE INTO chain_key VALUES (?, ?)");

  return {
    head: () => head.get(),
    setHead: ({ last, hash, mac }) => setHead.run(last, hash, mac),
    hashOf: (id) => hashOf.get(id),
    add: (id, hash) => add.run(id, hash),
    removeLinks: (first, last) => removeLinks.run(first, last),
    gapAt(id) {
      const gap = gapBefore.get(id);
      return gap !== undefined && gap.last >= id ? gap : undefined;
    },
    putGap: ({ first, last, reason, before, after, mac }) =>
      putGap.run(first, last, reason, before, after, mac),
    removeGap: (first) => removeGap.run(first),
    keys: () => keys.all(),
    addKey: (first, keyId) => addKey.run(first, keyId),
  };
}
