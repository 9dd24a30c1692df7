import { type Around, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import { type PartRef, passSpoilt, preparePayloadReader } from "../worker/payload-reader.ts";
import type { SearchDb } from "./search-db.ts";
import { indexable, readable, readablePieces } from "./searchable.ts";
import { createSegmentBuilder, type SegmentBuilder, segmentSpan } from "./segment-builder.ts";

/** Newest calls that are not indexed but read when somebody searches, by number and by bytes. */
const tailBytes = 8 * 1024 * 1024;
/** Bytes of payloads after which a segment is closed. */
const segmentBytes = 16 * 1024 * 1024;
const slice = 8;
/** Characters that two pieces of a payload have in common: more than any three in a row are written with. */
const overlap = 128;

/** How many of the calls' ids are searched at once: indexed, or few enough to be read. */
export interface IndexState {
  readonly through: number;
  readonly of: number;
  /** There is none, and none can be made. */
  readonly noIndex?: true;
}

/** Keeps the index in step with the calls, the newest first. */
export interface Indexer {
  /** Indexes one segment, if there is enough to index; true: there was. `pause` lets other work have its turn. */
  step(pause: () => Promise<void>): Promise<boolean>;
  /**
   * Drops segments of another history, as one that a backup was put in place of: to be called before anything is sought.
   * Looks up one call of each.
   */
  settle(): void;
  /** Drops segments whose calls are not the same any more, so that they are indexed again. */
  sweep(pause: () => Promise<void>): Promise<void>;
  state(): IndexState;
}

/**
 * The index of one call log; nothing is indexed until `step` is called. `connection` reads the log, `db` is the index;
 * what `around` cannot read is not indexed.
 */
export function openIndexer(connection: Connection, db: SearchDb, around: Around): Indexer {
  const payloads = preparePayloadReader(connection, true);
  const ends = prepareEnds(connection, around);
  const sizes = connection
    .prepare<[number, number], [number, number]>(
      `SELECT id, ifnull(request_bytes, 0) + ifnull(result_bytes, 0) + ifnull(error_bytes, 0)
       FROM call WHERE id BETWEEN ? AND ? ORDER BY id`,
    )
    .raw();
  const fingerprint = connection
    .prepare<[number, number], [number, number]>(
      "SELECT count(*), ifnull(sum(started_at & 16777215), 0) FROM call WHERE id BETWEEN ? AND ?",
    )
    .raw();
  const end = connection
    .prepare<[number, number], number>(
      "SELECT started_at FROM call WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
    )
    .pluck();
  const ids = connection
    .prepare<[number, number], number>("SELECT id FROM call WHERE id BETWEEN ? AND ? ORDER BY id")
    .pluck();

  const idsWithin = connection.prepare<[number, number], { from: number | null; to: number | null }>(
    `SELECT (SELECT min(id) FROM call WHERE id >= ?) AS "from", (SELECT max(id) FROM call WHERE id <= ?) AS "to"`,
  );
  /** Without the ids at both ends that no call has: there may be many before one that somebody gave an id far beyond. */
  const trimmed = (from: number, to: number): [from: number, to: number] =>
    around(
      () => {
        const found = idsWithin.get(from, to);
        return [Math.max(from, found?.from ?? to + 1), Math.min(to, found?.to ?? from - 1)];
      },
      () => [from, to],
    );

  const passed = passSpoilt(around);

  const sizesOf = (from: number, to: number): [number, number][] =>
    around(
      () => sizes.all(from, to),
      () => [],
    );
  /** The calls' ids; where their rows are damaged, all ids. */
  const idsOf = (from: number, to: number): number[] =>
    around(
      () => ids.all(from, to),
      () => Array.from({ length: to - from + 1 }, (_, at) => from + at),
    );
  /** Undefined: it cannot be told. */
  const fingerprintOf = (from: number, to: number): [number, number] | undefined =>
    around(
      () => fingerprint.get(from, to),
      () => undefined,
    );

  /** The same. */
  const endOf = (from: number, to: number): number | undefined =>
    around(
      () => end.get(from, to) ?? 0,
      () => undefined,
    );

  /** Kept while there is a backlog. */
  let builder: SegmentBuilder | undefined;

  /** Ids without a segment, newest first; the first may be the tail. */
  const holes = (): { from: number; to: number; tail: boolean }[] => {
    const [first, newest] = [ends.oldest(), ends.newest()];
    if (first === null || newest === null) return [];
    const oldest = Math.max(1, first);
    const found: { from: number; to: number; tail: boolean }[] = [];
    let to = newest;
    for (const { first, last } of db.segments()) {
      if (last < to) found.push({ from: Math.max(last + 1, oldest), to, tail: to === newest });
      to = Math.min(to, first - 1);
    }
    if (to >= oldest) found.push({ from: oldest, to, tail: to === newest });
    return found
      .map(({ from, to, tail }) => {
        const [first, last] = trimmed(from, to);
        return { from: first, to: last, tail };
      })
      .filter(({ from, to }) => from <= to);
  };

  /** The ids of the next segment; undefined: what is left is a short tail. */
  const nextWindow = (): { from: number; to: number } | undefined => {
    for (const { from, to, tail } of holes()) {
      const size = to - from + 1;
      // A long backlog is indexed from its newest end, what comes in is from its oldest.
      const low = size >= 2 * segmentSpan ? to - segmentSpan + 1 : from;
      const high = Math.min(to, low + segmentSpan - 1);
      let bytes = 0;
      let last = low - 1;
      for (const [id, length] of sizesOf(low, high)) {
        if (bytes > 0 && bytes + length > segmentBytes) return { from: low, to: last };
        bytes += length;
        last = id;
      }
      if (!tail || size >= segmentSpan || bytes >= tailBytes) return { from: low, to: high };
    }
    return undefined;
  };

  const addPart = async (
    builder: SegmentBuilder,
    call: number,
    ref: PartRef,
    pause: () => Promise<void>,
  ): Promise<void> => {
    const whole = payloads.wholeText(ref);
    if (whole !== undefined) {
      if (whole !== "") builder.add(call, indexable(readable(whole)));
      return;
    }
    for await (const text of readablePieces(payloads.pieces(ref), overlap)) {
      builder.add(call, indexable(text));
      await pause();
    }
  };

  return {
    async step(pause) {
      const window = nextWindow();
      if (window === undefined) {
        builder = undefined;
        return false;
      }
      builder ??= createSegmentBuilder();
      builder.begin();
      let { to } = window;
      let count = 0;
      let pausedAt = performance.now();
      for (const id of idsOf(window.from, window.to)) {
        const parts = around(
          () => payloads.parts(id),
          () => [],
        );
        for (const ref of parts) {
          const added = addPart(builder, id - window.from, ref, pause);
          await added.catch(passed);
        }
        count++;
        if (builder.isFull()) {
          to = id;
          break;
        }
        if (performance.now() - pausedAt < slice) continue;
        await pause();
        pausedAt = performance.now();
      }
      const [calls, starts] = fingerprintOf(window.from, to) ?? [0, 0];
      // What was removed meanwhile is noticed by the next sweep.
      await db.write(
        {
          first: window.from,
          last: to,
          calls: Math.max(calls, count),
          starts,
          end: endOf(window.from, to) ?? 0,
        },
        builder,
        pause,
      );
      return true;
    },
    settle() {
      for (const segment of [...db.segments()]) {
        const found = endOf(segment.first, segment.last);
        if (found !== undefined && found !== segment.end) db.remove(segment);
      }
    },
    async sweep(pause) {
      const oldest = ends.oldest();
      for (const segment of [...db.segments()]) {
        const found = fingerprintOf(segment.first, segment.last);
        const gone = oldest === null || segment.last < oldest;
        const changed = found !== undefined && (found[0] !== segment.calls || found[1] !== segment.starts);
        if (gone || changed) db.remove(segment);
        await pause();
      }
    },
    state() {
      const [oldest, newest] = [ends.oldest(), ends.newest()];
      if (oldest === null || newest === null) return { through: 0, of: 0 };
      const of = newest - oldest + 1;
      const left = holes().reduce(
        (sum, { from, to, tail }) => sum + (tail && to - from < 2 * segmentSpan ? 0 : to - from + 1),
        0,
      );
      return { through: of - left, of, ...(db.isMissing && { noIndex: true }) };
    },
  };
}
