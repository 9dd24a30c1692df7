import { createZstdCompress } from "node:zlib";
import type { CallRow } from "../../hub/ports/storage.ts";
import { prepareCallWriter } from "../call-writer.ts";
import type { Around } from "../damage.ts";
import { type Connection, isConstraint } from "../database.ts";
import type { Names } from "../names.ts";
import { compressAbove, encoding, type StoredPart, zstdOptions } from "../parts.ts";

type InTurn = <T>(write: () => T) => T;

/** Stores calls whose payloads are too large for the hub's loop. */
export interface LargeStore {
  /** Commits a call; returns its id. */
  store(row: CallRow): Promise<number>;
  /** Removes some chunks of a set; false when none are left. */
  removePieces(set: number): boolean;
  /** Removes the chunks of calls that were never finished because the process died. */
  removeOrphans(): number;
}

/**
 * Every piece is a short transaction of its own, so that the main thread's writes are never held up for long; the
 * last one, with the call's row, makes the whole visible.
 */
export function openLargeStore(
  connection: Connection,
  names: Names,
  inTurn: InTurn,
  around: Around,
): LargeStore {
  const writeCall = prepareCallWriter(connection, names, around);
  const insertChunk = connection.prepare("INSERT INTO payload_chunk VALUES (?, ?, ?, ?)");
  const deleteSome = connection.prepare("DELETE FROM payload_chunk WHERE chunk_set = ? LIMIT 8");
  const lastSet = connection
    .prepare<[], number | null>(
      `SELECT max(ifnull((SELECT max(chunk_set) FROM payload_chunk), 0),
                  ifnull((SELECT max(chunk_set) FROM payload WHERE chunk_set IS NOT NULL), 0))`,
    )
    .pluck();
  const setAfter = connection
    .prepare<[number], number | null>("SELECT min(chunk_set) FROM payload_chunk WHERE chunk_set > ?")
    .pluck();
  const owner = connection
    .prepare<[number], number>("SELECT call_id FROM payload WHERE chunk_set = ?")
    .pluck();
  const immediately = <T>(write: () => T): T => inTurn(() => connection.transaction(write).immediate());
  // Where the last one cannot be read, sets go on from a number that none can have.
  let nextSet = around(
    () => (lastSet.get() ?? 0) + 1,
    () => Date.now(),
  );

  const removePieces = (set: number): boolean => inTurn(() => deleteSome.run(set)).changes > 0;
  const removeSet = (set: number): void => {
    while (removePieces(set));
  };

  const storePart = async (set: number, part: number, bytes: Uint8Array | null): Promise<StoredPart> => {
    if (bytes === null || bytes.byteLength <= compressAbove) return { encoding: encoding.raw, bytes };
    const compressor = createZstdCompress(zstdOptions);
    compressor.end(bytes);
    let position = 0;
    for await (const piece of compressor) {
      inTurn(() => insertChunk.run(set, part, position, piece as Buffer));
      position++;
    }
    return { encoding: encoding.chunkedZstd, bytes: null };
  };

  return {
    async store(row) {
      const chunkSet = nextSet++;
      try {
        const request = await storePart(chunkSet, 0, row.request);
        const result = await storePart(chunkSet, 1, row.result);
        const error = await storePart(chunkSet, 2, row.error);
        const write = (): number => immediately(() => writeCall(row, { request, result, error, chunkSet }));
        try {
          return write();
        } catch (failure) {
          if (!isConstraint(failure)) throw failure;
          names.forget();
          writeCall.renew();
          return write();
        }
      } catch (error) {
        names.forget();
        removeSet(chunkSet);
        throw error;
      }
    },
    removePieces,
    removeOrphans() {
      let removed = 0;
      const end = nextSet;
      for (let set = setAfter.get(0) ?? end; set < end; set = setAfter.get(set) ?? end) {
        if (owner.get(set) !== undefined) continue;
        removeSet(set);
        removed++;
      }
      return removed;
    },
  };
}
