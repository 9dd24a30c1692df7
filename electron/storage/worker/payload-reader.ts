import { pipeline, Readable } from "node:stream";
import { createZstdDecompress, zstdDecompressSync } from "node:zlib";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { type Around, isDamage } from "../damage.ts";
import type { Connection } from "../database.ts";
import { encoding } from "../parts.ts";

/** One part of a stored payload (0 request, 1 result, 2 error), not yet decoded. */
export interface PartRef {
  readonly part: number;
  readonly encoding: number;
  readonly bytes: Buffer | string | null;
  readonly chunkSet: number | null;
}

type Bytes = PartRef["bytes"];
type PayloadRow = [number, Bytes, number, Bytes, number, Bytes, number | null];

/** Contents that somebody has altered, or a fault of the disk has, so that they cannot be decompressed any more. */
class SpoiltPayload extends GatehouseError {
  constructor(error: unknown) {
    super(
      "storage_unusable",
      `it was altered or damaged since it was recorded (${sentenceOf(error)})`,
      "`gatehouse calls verify` tells which calls were; a backup shows what stood there.",
      error,
    );
  }
}

/** For who reads many payloads and passes by those that are spoilt, or damaged, which `around` tells. Throws other errors again. */
export const passSpoilt =
  (around: Around) =>
  (error: unknown): void => {
    if (error instanceof SpoiltPayload) return;
    around(
      () => {
        throw error;
      },
      () => undefined,
    );
  };

/** Reads payloads on one connection. */
export interface PayloadReader {
  /** The three parts of a call's payload; empty when it has none. */
  parts(callId: number): PartRef[];
  /** The whole part where it is stored in one piece, else undefined: see `pieces`. */
  whole(ref: PartRef): Buffer | undefined;
  /** The same as text. */
  wholeText(ref: PartRef): string | undefined;
  /** The decoded bytes of a part that is stored in chunks, in order; stop reading at any time. */
  pieces(ref: PartRef): AsyncGenerator<Buffer>;
}

/**
 * Reads payloads on one connection, those in pieces too. `asText`: parts that are stored as they are come as texts, for
 * who reads many: those lie in V8's own memory, where buffers would leave holes in the allocator's.
 */
export function preparePayloadReader(connection: Connection, asText = false): PayloadReader {
  const column = (name: string): string =>
    asText ? `CASE ${name}_encoding WHEN ${encoding.raw} THEN CAST(${name} AS TEXT) ELSE ${name} END` : name;
  const payload = connection
    .prepare<[number], PayloadRow>(
      `SELECT request_encoding, ${column("request")}, result_encoding, ${column("result")},
       error_encoding, ${column("error")}, chunk_set
       FROM payload WHERE call_id = ?`,
    )
    .raw();
  const chunk = connection
    .prepare<[number, number, number], Buffer>(
      "SELECT bytes FROM payload_chunk WHERE chunk_set = ? AND part = ? AND position = ?",
    )
    .pluck();

  function* chunks(set: number, part: number): Generator<Buffer> {
    for (let position = 0; ; position++) {
      const bytes = chunk.get(set, part, position);
      if (bytes === undefined) return;
      yield bytes;
    }
  }

  const whole = (ref: PartRef): Buffer | undefined => {
    if (ref.encoding === encoding.chunkedZstd) return undefined;
    if (ref.bytes === null) return Buffer.alloc(0);
    const bytes = typeof ref.bytes === "string" ? Buffer.from(ref.bytes) : ref.bytes;
    if (ref.encoding !== encoding.zstd) return bytes;
    try {
      return zstdDecompressSync(bytes);
    } catch (error) {
      throw new SpoiltPayload(error);
    }
  };

  return {
    parts(callId) {
      const row = payload.get(callId);
      if (row === undefined) return [];
      const [requestEncoding, request, resultEncoding, result, errorEncoding, error, chunkSet] = row;
      return [
        { part: 0, encoding: requestEncoding, bytes: request, chunkSet },
        { part: 1, encoding: resultEncoding, bytes: result, chunkSet },
        { part: 2, encoding: errorEncoding, bytes: error, chunkSet },
      ];
    },
    whole,
    wholeText: (ref) => (typeof ref.bytes === "string" ? ref.bytes : whole(ref)?.toString("utf8")),
    async *pieces(ref) {
      if (ref.chunkSet === null) return;
      const decoder = createZstdDecompress({ chunkSize: 256 * 1024 });
      // A failure of either stream reaches the loop below; leaving the loop ends both.
      pipeline(Readable.from(chunks(ref.chunkSet, ref.part)), decoder, () => undefined);
      try {
        for await (const bytes of decoder) yield bytes as Buffer;
      } catch (error) {
        throw isDamage(error) ? error : new SpoiltPayload(error);
      }
    },
  };
}

/** The first `limit` bytes of a part, cut back to the end of a whole UTF-8 character when it is longer. */
export async function readText(reader: PayloadReader, ref: PartRef, limit: number): Promise<string> {
  const whole = reader.whole(ref);
  if (whole !== undefined) return cutText(whole, limit);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const bytes of reader.pieces(ref)) {
    pieces.push(bytes);
    length += bytes.byteLength;
    if (length > limit) break;
  }
  return cutText(Buffer.concat(pieces), limit);
}

function cutText(bytes: Buffer, limit: number): string {
  if (bytes.byteLength <= limit) return bytes.toString("utf8");
  let end = Math.max(0, limit);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
