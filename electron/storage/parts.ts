import { constants, zstdCompress } from "node:zlib";
import type { CallRow } from "../hub/ports/storage.ts";

/** How a part of a payload is stored. The numbers are what the database holds: append only. */
export const encoding = { raw: 0, zstd: 1, chunkedZstd: 2 } as const;
type Encoding = (typeof encoding)[keyof typeof encoding];

/** Parts above this many bytes are compressed. */
export const compressAbove = 256 * 1024;
/** Calls whose parts sum to more bytes than this are stored by the worker. */
export const workerAbove = 4 * 1024 * 1024;

/** Settings for zstd: level 1, and output in pieces that are worth a transaction each. */
export const zstdOptions = {
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
  chunkSize: 256 * 1024,
};

/** A payload as it lies in a row: its bytes in that encoding, null where they lie in pieces or there are none. */
export interface StoredPart {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array | null;
}

/** What a payload row holds in place of the call's own bytes. */
export interface StoredParts {
  readonly request: StoredPart;
  readonly result: StoredPart;
  readonly error: StoredPart;
  readonly chunkSet: number | null;
}

/** Compresses one part off the loop, if it is large and becomes smaller by it. */
function storedPart(bytes: Uint8Array | null): StoredPart | Promise<StoredPart> {
  if (bytes === null || bytes.byteLength <= compressAbove) return { encoding: encoding.raw, bytes };
  return new Promise((resolve, reject) => {
    zstdCompress(bytes, zstdOptions, (error, compressed) => {
      if (error !== null) reject(error);
      else if (compressed.byteLength >= bytes.byteLength) resolve({ encoding: encoding.raw, bytes });
      else resolve({ encoding: encoding.zstd, bytes: compressed });
    });
  });
}

/** Compresses the large parts of a call off the loop. */
export async function storedParts(row: CallRow): Promise<StoredParts> {
  const [request, result, error] = await Promise.all([
    storedPart(row.request),
    storedPart(row.result),
    storedPart(row.error),
  ]);
  return { request, result, error, chunkSet: null };
}
