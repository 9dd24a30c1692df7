import type { CallsVerified, ChainFinding } from "../../../shared/model/history.ts";
import { type Around, asId, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import type { Chain } from "./chain.ts";
import { beginning } from "./chain-hash.ts";
import { type Gap, gapReason, prepareChainStore } from "./chain-store.ts";

/** Calls checked in one transaction, and milliseconds before other work gets its turn. */
const batch = 256;
const usualSlice = 8;
/** Findings told one by one; more are only counted. */
const mostFindings = 200;
/** Altered calls among which exchanged ones are looked for. */
const mostExchanged = 64;

interface Options {
  readonly connection: Connection;
  readonly chain: Chain;
  readonly progress: (checked: number, of: number) => void;
  /** What it cannot read is a finding. */
  readonly around: Around;
  /** Lets other work have its turn; throws when the check is to end. */
  readonly pause: () => Promise<void>;
  /** Milliseconds of work between pauses; 8 by default. */
  readonly slice?: number;
}

/**
 * Follows the chain from its beginning and tells what does not fit. After a finding it goes on from the stored link,
 * so that each finding stands for itself.
 */
export async function verifyChain({
  connection,
  chain,
  progress,
  pause,
  around,
  slice = usualSlice,
}: Options): Promise<CallsVerified> {
  const hashing = chain.hashing();
  const store = prepareChainStore(connection);
  const { of: newest, key } = chain.state();
  const findings: ChainFinding[] = [];
  let more = 0;
  const found = (kind: ChainFinding["kind"], from: number, to: number): void => {
    const previous = findings.at(-1);
    const [first, last] = [asId(from), asId(to)];
    if (previous?.kind === kind && previous.last === first - 1)
      findings[findings.length - 1] = { ...previous, last };
    else if (findings.length < mostFindings) findings.push({ kind, first, last });
    else more++;
  };
  /** Null: what the chain is kept by is unreadable. */
  const kept = around(
    () => ({
      head: store.head(),
      keys: store.keys(),
      firstGap: connection.prepare<[], number | null>("SELECT min(first) FROM chain_gap").pluck().get(),
    }),
    () => null,
  );
  const result = (checked: number, through: number): CallsVerified => ({
    ok: findings.length === 0 && more === 0 && hashing !== undefined,
    checked,
    through,
    pending: Math.max(0, newest - Math.max(0, through)),
    key,
    findings,
    more,
  });
  if (kept === null) {
    found("unreadable", prepareEnds(connection, around).oldest() ?? 1, newest);
    return result(0, newest);
  }
  const { head, keys, firstGap } = kept;
  if (hashing === undefined) return result(0, 0);
  const links = connection
    .prepare<[], [number | null, number | null]>(
      "SELECT (SELECT min(id) FROM chain), (SELECT max(id) FROM chain)",
    )
    .raw();
  const [firstLink, lastLink] = around(
    () => links.get() ?? [null, null],
    () => [null, null],
  );
  if (head === undefined) {
    // Links without a head: it was taken away.
    if (firstLink !== null) found("removed", firstLink, lastLink ?? firstLink);
    return result(0, 0);
  }

  /** Somebody may have set it beyond what an id can be. */
  const end = asId(head.last);
  const ownFrom = chain.ownFrom();
  const start = Math.min(
    ...[prepareEnds(connection, around).oldest(), firstLink, firstGap].filter((id) => typeof id === "number"),
    keys[0]?.first ?? end,
  );
  // What lies before the chain's beginning was never part of it.
  const beginsAt = keys[0]?.first ?? start;
  if (beginsAt > start) found("added", start, Math.min(beginsAt - 1, end));
  if (ownFrom > beginsAt) found("other_key", beginsAt, Math.min(ownFrom - 1, end));
  if (!hashing.head(head.last, head.hash).equals(head.mac)) found("altered_end", end, end);
  const exchanged: { id: number; before: Buffer; hash: Buffer; digest: Buffer }[] = [];
  let id = Math.max(start, ownFrom);
  /** Undefined: what the last call left is unreadable, so the next one cannot be checked either. */
  let before: Buffer | undefined =
    id <= beginsAt ? beginning : (store.hashOf(id - 1) ?? store.gapAt(id - 1)?.after ?? beginning);
  let checked = 0;
  let pausedAt = performance.now();

  const within = connection
    .prepare<[number, number], number>(
      `SELECT id FROM call WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ${mostFindings + 1}`,
    )
    .pluck();
  const callsIn = (first: number, last: number): number[] =>
    around(
      () => within.all(first, last),
      () => [],
    );
  const following = connection
    .prepare<[number, number, number], number>(
      `SELECT min(ifnull((SELECT min(id) FROM call WHERE id > ?), ${Number.MAX_SAFE_INTEGER}),
                  ifnull((SELECT min(id) FROM chain WHERE id > ?), ${Number.MAX_SAFE_INTEGER}),
                  ifnull((SELECT min(first) FROM chain_gap WHERE first > ?), ${Number.MAX_SAFE_INTEGER}))`,
    )
    .pluck();
  /** The next id of which the database has anything; where that cannot be read, the next one. */
  const nextAfter = (place: number): number =>
    around(
      () => following.get(place, place, place) ?? place + 1,
      () => place + 1,
    );
  const isSigned = ({ first, last, reason, before, after, mac }: Gap): boolean =>
    hashing.gap(first, last, reason, before, after).equals(mac);
  /** Null: it is unreadable. */
  const gapAt = (place: number) =>
    around(
      () => store.gapAt(place),
      () => null,
    );
  const checkSome = connection.transaction(() => {
    for (let done = 0; done < batch && id <= end; done++) {
      const digest = around(
        () => hashing.digest(id),
        () => null,
      );
      const link = around(
        () => store.hashOf(id),
        () => null,
      );
      if (digest === null || link === null || (digest !== undefined && before === undefined)) {
        found("unreadable", id, id);
        // Damaged before its turn: the chain goes on around it.
        before = link === undefined ? gapAt(id)?.after : (link ?? undefined);
        id++;
        continue;
      }
      if (digest === undefined) {
        const gap = gapAt(id);
        if (gap === undefined || gap === null) {
          const last = gap === null || link !== undefined ? id : Math.min(nextAfter(id) - 1, end);
          found(gap === null ? "unreadable" : "removed", id, last);
          before = link ?? before;
          id = last + 1;
          continue;
        }
        const signed = isSigned(gap);
        // A gap that began before this place has grown while we were checking.
        if (!signed || (gap.first === id && before !== undefined && !gap.before.equals(before)))
          found("removed", id, gap.last);
        else if (gap.reason === gapReason.missing) found("missing", gap.first, gap.last);
        else if (gap.reason === gapReason.altered) found("altered", gap.first, gap.last);
        for (const added of callsIn(id, gap.last)) found("added", added, added);
        before = gap.after;
        id = gap.last + 1;
        continue;
      }
      checked++;
      if (link === undefined) found("added", id, id);
      else {
        if (before !== undefined && !hashing.link(id, before, digest).equals(link)) {
          found("altered", id, id);
          if (exchanged.length < mostExchanged) exchanged.push({ id, before, hash: link, digest });
        }
        before = link;
      }
      id++;
    }
  });
  while (id <= end) {
    // SQLite cannot end the transaction as usual once it has met damage: what was found until then stands.
    around(checkSome, () => undefined);
    if (performance.now() - pausedAt < slice) continue;
    progress(Math.min(id, end) - start + 1, end - start + 1);
    await pause();
    pausedAt = performance.now();
  }
  const now = around(
    () => store.head(),
    () => undefined,
  );
  /** Whether the chain ends as its end says; where retention has gone on beyond it meanwhile, that cannot be told. */
  const endFits = (): boolean => {
    if (now === undefined || now.last < end) return false;
    if (end < beginsAt) return head.hash.equals(beginning);
    const gap = store.gapAt(end);
    if (gap !== undefined && gap.last > end && gap.last <= now.last) return isSigned(gap);
    return (gap?.after ?? store.hashOf(end))?.equals(head.hash) === true;
  };
  if (!around(endFits, () => false) && findings.at(-1)?.last !== end) found("altered_end", end, end);

  // Contents that fit at another's place were exchanged.
  for (const place of exchanged)
    for (const other of exchanged)
      if (other !== place && hashing.link(place.id, place.before, other.digest).equals(place.hash))
        found("reordered", place.id, place.id);
  const moved = new Set(
    findings.flatMap(({ kind, first, last }) => (kind === "reordered" ? range(first, last) : [])),
  );
  if (moved.size > 0) split(findings, moved);
  return result(checked, end);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Calls that were exchanged are told so and not as altered too. */
function split(findings: ChainFinding[], moved: ReadonlySet<number>): void {
  const rest = findings.flatMap((finding) =>
    finding.kind !== "altered"
      ? [finding]
      : range(finding.first, finding.last)
          .filter((id) => !moved.has(id))
          .map((id) => ({ kind: finding.kind, first: id, last: id })),
  );
  findings.splice(0, findings.length, ...rest);
}
