import { rmSync } from "node:fs";
import Database from "better-sqlite3";
import { sentenceOf } from "../../../shared/errors.ts";
import { type Connection, isEmpty, makePrivate } from "../database.ts";
import { gramNumbers } from "./grams.ts";
import { type Framed, frame } from "./merged-posting.ts";
import { encodePosting, postingBuffer } from "./posting.ts";
import type { SegmentBuilder } from "./segment-builder.ts";

/**
 * Ids that are indexed, both included; `calls` and `starts` tell whether they are still the same calls. `end` is when the
 * last of them started, which tells at once whether it is another history's; 0: there was none.
 */
export interface Segment {
  readonly first: number;
  readonly last: number;
  readonly calls: number;
  readonly starts: number;
  readonly end: number;
}

/** Where the postings of a segment lie: in a run of its own, or in one merged of many, where it has a place. */
export interface Location {
  readonly run: number;
  readonly place: number | null;
}

/** Lets others have their turn when it is due. */
export type Pause = () => Promise<void>;

/**
 * The text index: for each segment of calls, which of them have which grams. Each segment is written as a run of
 * postings of its own; many are merged into one run now and then, so that one read finds a gram in all of them.
 */
export interface SearchDb {
  /** The segments, newest first. */
  segments(): readonly Segment[];
  /** Where a segment, by its first id, lies at the moment; undefined: it is gone. */
  locate(segment: number): Location | undefined;
  /** What a run has of a gram: a posting, or of a merged run framed ones. */
  posting(run: number, gram: number): Buffer | undefined;
  /** Writes a segment in one transaction; `pause` is awaited now and then meanwhile. */
  write(segment: Segment, builder: SegmentBuilder, pause: Pause): Promise<void>;
  remove(segment: Segment): void;
  /** Merges segments if enough lie by themselves, or clears away what is needed no more; true: there was something. */
  tidy(pause: Pause): Promise<boolean>;
  /** Gives some of the space back that nothing uses; true: there was enough of it. */
  shrink(): boolean;
  /** There is no index, and none can be made. */
  readonly isMissing: boolean;
  /** Whether the file is as SQLite wrote it. Reads all of it. */
  isSound(): boolean;
  close(): void;
}

/** Removes the index's file; it must not be open. */
export function removeSearchDb(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true });
}

/** Stands for an index where none can be opened. */
export function withoutIndex(): SearchDb {
  return {
    segments: () => [],
    locate: () => undefined,
    posting: () => undefined,
    write: () => Promise.resolve(),
    remove() {},
    tidy: () => Promise.resolve(false),
    shrink: () => false,
    isMissing: true,
    isSound: () => true,
    close() {},
  };
}

/** What the file holds; another number: it is made anew. */
const format = 5;
/** A posting's id is its run's number and its gram's. */
const schema = `
  CREATE TABLE segment (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, calls INTEGER NOT NULL, starts INTEGER NOT NULL, ending INTEGER NOT NULL, run INTEGER NOT NULL, place INTEGER) STRICT;
  CREATE TABLE posting (id INTEGER PRIMARY KEY, calls BLOB NOT NULL) STRICT;
  PRAGMA user_version = ${format}`;

/** Segments that are merged into one run. */
export const mergedAtOnce = 32;
/** Grams that are merged, or cleared away, in one step. */
const gramsAStep = gramNumbers / 256;
/** Of the file's pages one in so many may be unused; more are given back, so many at a time. */
const unusedShare = 4;
const pagesAStep = 256;

type StoredSegment = Segment & Location;

/**
 * Opens the index; one that is lost, damaged or of another format is made anew, empty. `told` says so. The file is
 * opened by this connection alone.
 */
export function openSearchDb(file: string, told: (message: string) => void): SearchDb {
  let connection: Connection;
  try {
    connection = open(file);
  } catch (error) {
    told(`the search index ${file} cannot be used and is made anew: ${sentenceOf(error)}`);
    removeSearchDb(file);
    connection = open(file);
  }
  const all = connection.prepare<[], StoredSegment>(
    "SELECT first, last, calls, starts, ending AS end, run, place FROM segment ORDER BY first DESC",
  );
  const posting = connection
    .prepare<[number, number], Buffer>(`SELECT calls FROM posting WHERE id = ? * ${gramNumbers} + ?`)
    .pluck();
  const within = `id BETWEEN ? * ${gramNumbers} + ? AND ? * ${gramNumbers} + ?`;
  const postings = connection
    .prepare<[run: number, low: number, run: number, high: number], [number, Buffer]>(
      `SELECT id & ${gramNumbers - 1}, calls FROM posting WHERE ${within}`,
    )
    .raw();
  const insert = connection.prepare(`INSERT INTO posting VALUES (? * ${gramNumbers} + ?, ?)`);
  const clear = connection.prepare(`DELETE FROM posting WHERE ${within}`);
  const nextRun = connection
    .prepare<[number], number | null>(
      `SELECT id / ${gramNumbers} FROM posting WHERE id >= ? * ${gramNumbers} ORDER BY id LIMIT 1`,
    )
    .pluck();
  const lastRun = connection
    .prepare<[], number | null>(`SELECT max(id) / ${gramNumbers} FROM posting`)
    .pluck();
  const insertSegment = connection.prepare("INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, NULL)");
  const moveSegment = connection.prepare("UPDATE segment SET run = ?, place = ? WHERE first = ?");
  const removeSegment = connection.prepare("DELETE FROM segment WHERE first = ?");
  const unused = connection.prepare<[], number>("SELECT freelist_count FROM pragma_freelist_count").pluck();
  const pages = connection.prepare<[], number>("SELECT page_count FROM pragma_page_count").pluck();
  const buffer = postingBuffer();
  let known: readonly StoredSegment[] | undefined;
  let located: ReadonlyMap<number, Location> | undefined;
  /** Runs without a segment may be left, from now or from a process that was killed. */
  let leftOvers = true;

  const segments = (): readonly StoredSegment[] => {
    known ??= all.all();
    return known;
  };
  const changed = (): void => {
    known = undefined;
    located = undefined;
  };
  const newRun = (): number => Math.max(lastRun.get() ?? 0, ...segments().map(({ run }) => run)) + 1;
  const leftOver = (): number | undefined => {
    const used = new Set(segments().map(({ run }) => run));
    for (let run = nextRun.get(0); typeof run === "number"; run = nextRun.get(run + 1))
      if (!used.has(run)) return run;
    return undefined;
  };

  /** Writes the grams from `low` of the segments' runs into `run`. */
  const mergeGrams = connection.transaction((run: number, from: readonly StoredSegment[], low: number) => {
    const found: Framed[][] = [];
    from.forEach((segment, place) => {
      for (const [gram, calls] of postings.all(segment.run, low, segment.run, low + gramsAStep - 1)) {
        const framed = found[gram - low];
        if (framed === undefined) found[gram - low] = [{ place, calls }];
        else framed.push({ place, calls });
      }
    });
    found.forEach((framed, at) => {
      insert.run(run, low + at, frame(framed));
    });
  });

  const merge = async (from: readonly StoredSegment[], pause: Pause): Promise<void> => {
    const run = newRun();
    for (let low = 0; low < gramNumbers; low += gramsAStep) {
      mergeGrams(run, from, low);
      await pause();
    }
    connection.transaction(() => {
      from.forEach(({ first }, place) => {
        moveSegment.run(run, place, first);
      });
    })();
    changed();
  };

  return {
    segments,
    locate(segment) {
      located ??= new Map(segments().map(({ first, run, place }) => [first, { run, place }]));
      return located.get(segment);
    },
    posting: (run, gram) => posting.get(run, gram),
    async write(segment, builder, pause) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        const run = newRun();
        let pausedAt = performance.now();
        for (const [gram, calls] of builder.postings()) {
          insert.run(run, gram, encodePosting(calls, buffer));
          if ((gram & 255) !== 0 || performance.now() - pausedAt < 10) continue;
          await pause();
          pausedAt = performance.now();
        }
        const { first, last, calls, starts, end } = segment;
        insertSegment.run(first, last, calls, starts, end, run);
        connection.exec("COMMIT");
      } catch (error) {
        if (connection.inTransaction) connection.exec("ROLLBACK");
        throw error;
      }
      changed();
    },
    remove(segment) {
      removeSegment.run(segment.first);
      changed();
      leftOvers = true;
    },
    async tidy(pause) {
      const run = leftOvers ? leftOver() : undefined;
      if (run !== undefined) {
        for (let low = 0; low < gramNumbers; low += gramsAStep) {
          clear.run(run, low, run, low + gramsAStep - 1);
          await pause();
        }
        return true;
      }
      leftOvers = false;
      const alone = segments().filter(({ place }) => place === null);
      if (alone.length < mergedAtOnce) return false;
      leftOvers = true;
      await merge(alone.slice(-mergedAtOnce), pause);
      return true;
    },
    shrink() {
      const free = unused.get() ?? 0;
      if (free < pagesAStep || free * unusedShare < (pages.get() ?? 0)) return false;
      connection.pragma(`incremental_vacuum(${pagesAStep})`);
      return (unused.get() ?? 0) < free;
    },
    isMissing: false,
    isSound() {
      try {
        return connection.pragma("quick_check(1)", { simple: true }) === "ok";
      } catch {
        return false;
      }
    },
    close: () => connection.close(),
  };
}

function open(file: string): Connection {
  makePrivate(file);
  const connection = new Database(file, { timeout: 5_000 });
  try {
    if (isEmpty(connection)) {
      // What a merged run has of one gram nearly always lies on one page.
      connection.pragma("page_size = 8192");
      connection.pragma("auto_vacuum = INCREMENTAL");
    }
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    connection.pragma(`journal_size_limit = ${16 * 1024 * 1024}`);
    connection.pragma("cache_size = -4000");
    const found = Number(connection.pragma("user_version", { simple: true }));
    if (found !== format) {
      if (found !== 0) throw new Error("it has another format");
      connection.exec(schema);
    }
    connection
      .prepare("SELECT count(*), total(calls + last + starts + ending + run + place) FROM segment")
      .get();
    connection.prepare("SELECT id, calls FROM posting LIMIT 1").get();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
