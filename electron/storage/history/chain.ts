import { type Around, asId, LAST_ID, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import { beginning, type ChainHash, keyIdOf, prepareChainHash } from "./chain-hash.ts";
import { type GapReason, gapReason, prepareChainStore } from "./chain-store.ts";

/** A key that the chain may be made with, the preferred first. */
export interface ChainKey {
  readonly key: Uint8Array;
  /** Where it lies: "keychain", or "file" in the home folder, which whoever can change the history can read too. */
  readonly source: "keychain" | "file";
  /** It is older than this start, so that calls of earlier starts were chained: without a chain, that was taken away. */
  readonly isOld?: boolean;
}

/**
 * When a key is taken: only where the chain was made with it ("fits"), also where there is no chain yet ("empty"), or also
 * in place of one that is lost ("lost").
 */
export type TakeKeys = "fits" | "empty" | "lost";

/** Calls that follow each other and are to be removed, and what is to vouch for that; null: they were never chained. */
export interface Removal {
  readonly first: number;
  readonly last: number;
  readonly reason: GapReason | null;
}

/** How far the chain reaches. */
export interface ChainState {
  /** The last call that is chained, and the newest call; 0 without any. */
  readonly through: number;
  readonly of: number;
  /** Where the key lies; null: there is none, nothing is chained. */
  readonly key: ChainKey["source"] | null;
}

/**
 * Chains calls in the order of their ids, behind the commits: a call that was altered before its turn is not noticed,
 * one that has vanished by then is.
 */
export interface Chain {
  /** Chooses the key that the chain goes on with, or that it begins with; gives what was chosen. */
  takeKeys(keys: readonly ChainKey[], when: TakeKeys): ChainKey["source"] | null;
  /** Chains for at most so many milliseconds; true: there is more to do. */
  run(milliseconds: number): boolean;
  state(): ChainState;
  /** The first call that was chained with the key in use. */
  ownFrom(): number;
  /** The hashing with the key in use. */
  hashing(): ChainHash | undefined;
  /** The newest call that may be removed: those that are not chained yet may not, nor any while the key is missing. */
  removable(): number;
  /**
   * Looks at calls, oldest first, that are to be removed: what was altered is told even when it is gone. Reads all of
   * them.
   */
  judge(ids: readonly number[]): Removal[];
  /** Signs that calls are removed: inside the transaction that removes them. Gaps that touch become one. */
  removed(removal: Removal): void;
}

/** In the database's header, where a chain was begun: who takes the chain's tables away does not take this. */
const BEGUN = 0x47617465;

/** Calls hashed before the turn is taken for their links. */
const batch = 128;
/** Ids that are looked at where a page is damaged. */
const farthest = 4_096;

/**
 * The chain as the database has it, without a key until `takeKeys`: until then nothing is chained and nothing may be
 * removed. Writes go through `inTurn`; what `around` cannot read is passed by. `readOnly`: a chain that there is can be
 * followed, with a key that fits.
 */
export function openChain(
  connection: Connection,
  inTurn: <T>(write: () => T) => T,
  around: Around,
  readOnly = false,
): Chain {
  const store = prepareChainStore(connection);
  const next = connection
    .prepare<[number], number>(
      `SELECT id FROM call WHERE id > ? AND id <= ${LAST_ID} ORDER BY id LIMIT ${batch}`,
    )
    .pluck();
  const ends = prepareEnds(connection, around);
  const links = connection.prepare<[], number | null>("SELECT max(id) FROM chain").pluck();
  const isBegun = () => store.head() !== undefined || links.get() !== null;
  const wasBegun = (): boolean => connection.pragma("application_id", { simple: true }) === BEGUN;
  /** Inside a transaction that writes to the chain. */
  const markBegun = (): void => {
    if (!wasBegun()) connection.pragma(`application_id = ${BEGUN}`);
  };
  /** The last of the calls that were there without a chain when the database was opened. */
  const unchained = around(
    () => (isBegun() ? 0 : (ends.newest() ?? 0)),
    () => 0,
  );
  let hashing: ChainHash | undefined;
  let source: ChainKey["source"] | null = null;
  let keyId: Buffer | undefined;

  /** The signed checkpoint for ids without calls, made one with the gaps that it touches. */
  const putGap = (first: number, last: number, reason: number, before: Buffer, after: Buffer): void => {
    if (hashing === undefined) throw new Error("the history's chain has no key");
    let gap = { first, last, before, after };
    const older = store.gapAt(first - 1);
    if (older !== undefined && older.reason === reason && isSigned(older)) {
      store.removeGap(older.first);
      gap = { ...gap, first: older.first, before: older.before };
    }
    const newer = store.gapAt(last + 1);
    if (newer !== undefined && newer.reason === reason && isSigned(newer)) {
      store.removeGap(newer.first);
      gap = { ...gap, last: newer.last, after: newer.after };
    }
    store.putGap({
      ...gap,
      reason,
      mac: hashing.gap(gap.first, gap.last, reason, gap.before, gap.after),
    });
  };

  /** A gap that somebody else made must not become ours. */
  const isSigned = (gap: NonNullable<ReturnType<typeof store.gapAt>>): boolean =>
    hashing?.gap(gap.first, gap.last, gap.reason, gap.before, gap.after).equals(gap.mac) === true;

  const ownFrom = (): number => store.keys().findLast((each) => keyId?.equals(each.keyId))?.first ?? 0;

  /** What a call's link follows. */
  const hashBefore = (id: number): Buffer => store.gapAt(id - 1)?.after ?? store.hashOf(id - 1) ?? beginning;

  /** How a call that was chained with the key in use is to be removed. */
  const reasonFor = (using: ChainHash, id: number): Removal["reason"] => {
    const link = store.hashOf(id);
    // Somebody put it where there is none.
    if (link === undefined && store.gapAt(id) !== undefined) return null;
    const digest = around(
      () => using.digest(id),
      () => null,
    );
    // Damage is told by itself.
    if (digest === null) return gapReason.retention;
    const fits = digest !== undefined && link?.equals(using.link(id, hashBefore(id), digest)) === true;
    return fits ? gapReason.retention : gapReason.altered;
  };

  /** Begins the chain behind a call; without `id` its key is known already. */
  const begin = (using: ChainHash, id: Buffer | undefined, last: number): void => {
    const write = connection.transaction(() => {
      markBegun();
      if (id !== undefined) store.addKey(last + 1, id);
      store.setHead({ last, hash: beginning, mac: using.head(last, beginning) });
    });
    inTurn(() => write.immediate());
  };

  /** The next calls after one, as far as they can be read. */
  const readable = (using: ChainHash, from: number): number[] => {
    const ids: number[] = [];
    for (let id = from + 1; id <= Math.min(ends.newest() ?? 0, from + farthest) && ids.length < batch; id++)
      if (
        around(
          () => using.digest(id) !== undefined,
          () => false,
        )
      )
        ids.push(id);
    return ids;
  };

  /** Chains one batch; false when nothing is left. */
  const step = (using: ChainHash): boolean => {
    const head = store.head();
    const from = head?.last ?? 0;
    // Calls on a damaged page are chained around, as missing: the others must not wait for them for ever.
    const ids = around(
      () => next.all(from),
      () => readable(using, from),
    );
    const [oldest] = ids;
    if (oldest === undefined) return false;
    // An end that somebody has set elsewhere stays told, though the chain goes on from there.
    const altered = head !== undefined && !using.head(head.last, head.hash).equals(head.mac);
    let last = head?.last ?? oldest - 1;
    let before = head?.hash ?? beginning;
    const links: { id: number; hash: Buffer }[] = [];
    const missing: { first: number; last: number; at: Buffer }[] = [];
    for (const id of ids) {
      const digest = around(
        () => using.digest(id),
        () => undefined,
      );
      if (digest === undefined) continue;
      if (id > last + 1) missing.push({ first: last + 1, last: id - 1, at: before });
      before = using.link(id, before, digest);
      links.push({ id, hash: before });
      last = id;
    }
    const write = connection.transaction(() => {
      markBegun();
      for (const { id, hash } of links) store.add(id, hash);
      for (const { first, last, at } of missing) putGap(first, last, gapReason.missing, at, at);
      store.setHead({ last, hash: before, mac: using.head(last, before, altered) });
    });
    inTurn(() => write.immediate());
    return links.length > 0 && ids.length === batch;
  };

  return {
    takeKeys(keys, when) {
      const inUse = store.keys().at(-1);
      const head = store.head();
      /** Where the record of keys was taken away, the key that has signed the end is the one. */
      const hasSigned = (key: Uint8Array): boolean =>
        head !== undefined && prepareChainHash(connection, key).head(head.last, head.hash).equals(head.mac);
      const fits = ({ key }: ChainKey): boolean => inUse?.keyId.equals(keyIdOf(key)) ?? true;
      const mayBegin = inUse === undefined ? when !== "fits" : when === "lost";
      const chosen =
        (inUse === undefined ? keys.find(({ key }) => hasSigned(key)) : keys.find(fits)) ??
        (mayBegin ? keys[0] : undefined);
      if (chosen === undefined) return null;
      hashing = prepareChainHash(connection, chosen.key);
      keyId = keyIdOf(chosen.key);
      source = chosen.source;
      if (head !== undefined && !fits(chosen)) {
        const id = keyId;
        const using = hashing;
        // The key is lost: what it has chained stays as it is, and what follows is chained with the new one.
        const write = connection.transaction(() => {
          store.addKey(head.last + 1, id);
          store.setHead({ ...head, mac: using.head(head.last, head.hash) });
        });
        inTurn(() => write.immediate());
      }
      if (!isBegun() && !readOnly) {
        // Calls whose chain was taken away are not vouched for anew: they stay told as never chained.
        const wasTaken = inUse !== undefined || chosen.isOld === true || wasBegun();
        const isKnown = inUse !== undefined && fits(chosen);
        begin(hashing, isKnown ? undefined : keyId, wasTaken ? unchained : (ends.oldest() ?? 1) - 1);
      }
      return source;
    },
    run(milliseconds) {
      if (hashing === undefined) return false;
      const until = performance.now() + milliseconds;
      while (step(hashing)) if (performance.now() >= until) return true;
      return false;
    },
    state: () => ({
      through: around(
        () => asId(store.head()?.last ?? 0),
        () => 0,
      ),
      of: ends.newest() ?? 0,
      key: source,
    }),
    ownFrom,
    hashing: () => hashing,
    removable() {
      return hashing === undefined ? 0 : (store.head()?.last ?? 0);
    },
    judge(ids) {
      const using = hashing;
      if (using === undefined) return [];
      const from = ownFrom();
      const found: Removal[] = [];
      for (const id of ids) {
        const reason = id < from ? gapReason.retention : reasonFor(using, id);
        const run = found.at(-1);
        if (run !== undefined && run.last === id - 1 && run.reason === reason)
          found[found.length - 1] = { ...run, last: id };
        else found.push({ first: id, last: id, reason });
      }
      return found;
    },
    removed({ first, last, reason }) {
      if (reason === null) return;
      const before = hashBefore(first);
      const after = store.hashOf(last) ?? before;
      store.removeLinks(first, last);
      putGap(first, last, reason, before, after);
    },
  };
}
