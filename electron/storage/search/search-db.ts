import { rmSync } from "node:fs";
import Database from "better-sqlite3";
import { sentenceOf } from "../../../shared/errors.ts";
import { type Connection, isEmpty, makePrivate } from "../database.ts";
import { encodePosting, postingBuffer } from "./posting.ts";
import type { SegmentBuilder } from "./segment-builder.ts";

/** Ids that are indexed, both included; `calls` and `starts` tell whether they are still the same calls. */
export interface Segment {
  readonly first: number;
  readonly last: number;
  readonly calls: number;
  readonly starts: number;
}

/** The text index: for each segment of calls, which of them have which grams. */
export interface SearchDb {
  /** The segments, newest first. */
  segments(): readonly Segment[];
  /** The posting of a gram in a segment, by the segment's first id. */
  posting(segment: number, gram: number): Buffer | undefined;
  /** Writes a segment in one transaction; `pause` is awaited now and then meanwhile. */
  write(segment: Segment, builder: SegmentBuilder, pause: () => Promise<void>): Promise<void>;
  remove(segment: Segment): void;
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
    posting: () => undefined,
    write: () => Promise.resolve(),
    remove() {},
    isMissing: true,
    isSound: () => true,
    close() {},
  };
}

/** What the file holds; another number: it is made anew. */
const format = 1;
const schema = `
  CREATE TABLE segment (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, calls INTEGER NOT NULL, starts INTEGER NOT NULL) STRICT;
  CREATE TABLE posting (segment INTEGER NOT NULL, gram INTEGER NOT NULL, calls BLOB NOT NULL, PRIMARY KEY (segment, gram)) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${format}`;

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
  const all = connection.prepare<[], Segment>(
    "SELECT first, last, calls, starts FROM segment ORDER BY first DESC",
  );
  const posting = connection
    .prepare<[number, number], Buffer>("SELECT calls FROM posting WHERE segment = ? AND gram = ?")
    .pluck();
  const insert = connection.prepare("INSERT INTO posting VALUES (?, ?, ?)");
  const insertSegment = connection.prepare("INSERT INTO segment VALUES (?, ?, ?, ?)");
  const removePostings = connection.prepare("DELETE FROM posting WHERE segment = ?");
  const removeSegment = connection.prepare("DELETE FROM segment WHERE first = ?");
  const buffer = postingBuffer();
  let known: readonly Segment[] | undefined;

  return {
    segments() {
      known ??= all.all();
      return known;
    },
    posting: (segment, gram) => posting.get(segment, gram),
    async write(segment, builder, pause) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        let pausedAt = performance.now();
        for (const [gram, calls] of builder.postings()) {
          insert.run(segment.first, gram, encodePosting(calls, buffer));
          if ((gram & 255) !== 0 || performance.now() - pausedAt < 10) continue;
          await pause();
          pausedAt = performance.now();
        }
        insertSegment.run(segment.first, segment.last, segment.calls, segment.starts);
        connection.exec("COMMIT");
      } catch (error) {
        if (connection.inTransaction) connection.exec("ROLLBACK");
        throw error;
      }
      known = undefined;
    },
    remove(segment) {
      connection.transaction(() => {
        removeSegment.run(segment.first);
        removePostings.run(segment.first);
      })();
      connection.pragma("incremental_vacuum");
      known = undefined;
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
    if (isEmpty(connection)) connection.pragma("auto_vacuum = INCREMENTAL");
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    connection.pragma(`journal_size_limit = ${16 * 1024 * 1024}`);
    connection.pragma("cache_size = -6000");
    const found = Number(connection.pragma("user_version", { simple: true }));
    if (found !== format) {
      if (found !== 0) throw new Error("it has another format");
      connection.exec(schema);
    }
    connection.prepare("SELECT count(*), total(calls) FROM segment").get();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
