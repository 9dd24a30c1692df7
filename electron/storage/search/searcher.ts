import type { CallSummary, Searched } from "../../../shared/model/call.ts";
import type { CallQueryFilter } from "../../hub/ports/storage.ts";
import { type IdRange, prepareBlocks } from "../blocks.ts";
import { type Around, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import type { Names } from "../names.ts";
import { statusOf } from "../status.ts";
import { type CallQuery, callQuery, prepareBounds } from "../worker/call-query.ts";
import { openCallWalk, type Pauses, type StoredCall, summaryOf } from "../worker/call-walk.ts";
import { type PartRef, passSpoilt, preparePayloadReader } from "../worker/payload-reader.ts";
import { type TextMatch, textMatch } from "../worker/text-match.ts";
import { type Finder, finderOf } from "./finder.ts";
import type { IndexState } from "./indexer.ts";
import { allCalls, intersect, numbersOf } from "./posting.ts";
import type { SearchDb, Segment } from "./search-db.ts";
import { segmentSpan } from "./segment-builder.ts";

/** Lists the calls whose payloads hold a text. */
export interface Searcher {
  list(
    filter: CallQueryFilter,
    limit: number,
    before: number | undefined,
  ): Promise<{ calls: CallSummary[]; more: boolean; searched: Searched }>;
}

/** Milliseconds for which calls are read in one search that wait to be indexed in a backlog, or are the newest. */
const readingTime = 250;
const newestTime = 10_000;
/** The newest calls, which are not indexed before there are enough of them. */
const newestCalls = 2 * segmentSpan;
/** Candidates whose rows are fetched at once. */
const fetched = 64;

interface Options {
  readonly connection: Connection;
  readonly names: Names;
  readonly db: SearchDb;
  readonly pauses: Pauses;
  /** What it cannot read is not searched. */
  readonly around: Around;
  readonly indexed: () => IndexState;
}

/** A part of the log that is searched in one way: by the index where there is a segment, else call by call. */
interface Part extends IdRange {
  readonly segment: Segment | undefined;
}

/** A call that may hold the texts. */
interface Candidate {
  readonly id: number;
  /** Read already if a filter had to be compared with it. */
  readonly row: StoredCall | undefined;
}

/**
 * A searcher of the log behind `connection`; without segments in `db` it reads the calls themselves, for a bounded
 * time.
 */
export function openSearcher({ connection, names, db, pauses, around, indexed }: Options): Searcher {
  const payloads = preparePayloadReader(connection, true);
  const blocks = prepareBlocks(connection, around);
  const ends = prepareEnds(connection, around);
  const bounds = prepareBounds(ends, blocks);
  const walk = openCallWalk(connection, pauses, around);
  const one = connection.prepare<[number], StoredCall>("SELECT * FROM call WHERE id = ?");

  const passed = passSpoilt(around);

  const rowOf = (id: number): StoredCall | undefined =>
    around(
      () => one.get(id),
      () => undefined,
    );

  /** Parts of the ranges, newest first. */
  function* parts(ranges: readonly IdRange[]): Generator<Part> {
    const segments = db.segments();
    let at = 0;
    for (const { from, to } of ranges) {
      let high = to;
      while (high > from) {
        while ((segments[at]?.first ?? 0) >= high) at++;
        const segment = segments[at];
        if (segment === undefined || segment.last < from) {
          yield { from, to: high, segment: undefined };
          break;
        }
        if (segment.last + 1 < high) yield { from: segment.last + 1, to: high, segment: undefined };
        const low = Math.max(from, segment.first);
        yield { from: low, to: Math.min(high, segment.last + 1), segment };
        high = low;
      }
    }
  }

  /** Whether a call's payload holds the texts. A row is needed for that only where an error's text is sought. */
  const holds = async (
    { id, row }: Candidate,
    any: TextMatch | undefined,
    error: TextMatch | undefined,
  ): Promise<boolean> => {
    const refs = around(
      () => payloads.parts(id),
      () => [],
    );
    const inOne = async (match: TextMatch, among: readonly PartRef[]): Promise<boolean> => {
      for (const ref of among) {
        try {
          const answer = match.inPart(payloads, ref);
          if (typeof answer === "boolean" ? answer : await answer) return true;
        } catch (error) {
          passed(error);
        }
      }
      return false;
    };
    if (any !== undefined && !(await inOne(any, refs))) return false;
    if (error === undefined) return true;
    const failed = row !== undefined && statusOf(row.status) === "tool_error";
    return inOne(
      error,
      refs.filter(({ part }) => part === 2 || (part === 1 && failed)),
    );
  };

  /** The calls of a part that may hold the texts. */
  async function* candidatesOf(
    part: Part,
    query: CallQuery,
    finders: readonly Finder[],
  ): AsyncGenerator<Candidate> {
    const { segment } = part;
    if (segment === undefined) {
      for await (const row of walk(query.where, query.values, part)) yield { id: row.id, row };
      return;
    }
    const set = allCalls();
    for (const find of finders) {
      const found = find(segment.first);
      if (found === undefined || !intersect(set, found)) return;
    }
    const ids = numbersOf(set, part.from - segment.first, part.to - segment.first).map(
      (number) => segment.first + number,
    );
    if (query.where === "") {
      // Most candidates of a common part of a word are none: their rows need not be read.
      for (const id of ids) yield { id, row: undefined };
      return;
    }
    const select = connection.prepare<unknown[], StoredCall>(
      `SELECT * FROM call WHERE id IN (SELECT value FROM json_each(?))${query.where} ORDER BY id DESC`,
    );
    const rowsOf = (some: readonly number[]): StoredCall[] =>
      around(
        () => select.all(JSON.stringify(some), ...query.values),
        () => (some.length === 1 ? [] : some.flatMap((id) => rowsOf([id]))),
      );
    for (let at = 0; at < ids.length; at += fetched)
      for (const row of rowsOf(ids.slice(at, at + fetched))) yield { id: row.id, row };
  }

  return {
    async list(filter, limit, before) {
      const calls: CallSummary[] = [];
      const any = filter.search ? textMatch(filter.search) : undefined;
      const error = filter.error ? textMatch(filter.error) : undefined;
      const finders = [any, error].flatMap((match) =>
        match === undefined ? [] : [finderOf(db, match.ways)],
      );
      const query = callQuery(filter, names);
      const { of } = indexed();
      let left = 0;
      let reading = 0;
      const newest = (ends.newest() ?? 0) - newestCalls;
      const answer = (more: boolean) => ({
        calls,
        more,
        searched: { through: of - left, of, ...(db.isMissing && { noIndex: true as const }) },
      });
      if (query === undefined) return answer(false);
      for (const part of parts(blocks.ranges(query.bounds, bounds(filter, before)))) {
        const started = performance.now();
        let reached = part.to;
        const recent = part.from > newest;
        const longest = recent ? newestTime : readingTime - reading;
        for await (const candidate of candidatesOf(part, query, finders)) {
          reached = candidate.id;
          const row = (await holds(candidate, any, error))
            ? (candidate.row ?? rowOf(candidate.id))
            : undefined;
          if (row !== undefined) {
            if (calls.length === limit) return answer(true);
            calls.push(summaryOf(row, names));
          }
          if (part.segment === undefined && performance.now() - started > longest) {
            left += Math.max(0, reached - part.from);
            break;
          }
          const pause = pauses.due();
          if (pause !== undefined) await pause;
        }
        if (part.segment === undefined && !recent) reading += performance.now() - started;
        const pause = pauses.due();
        if (pause !== undefined) await pause;
      }
      return answer(false);
    },
  };
}
