import { createHmac, hash } from "node:crypto";
import type { Connection } from "../database.ts";
import { type NameKind, nameKind } from "../names.ts";
import { encoding } from "../parts.ts";
import { statusText } from "../status.ts";

/** Reads what the chain covers of calls, and hashes it with one key. */
export interface ChainHash {
  /** SHA-256 of everything that is stored of a call but its id; undefined when there is no such call. */
  digest(id: number): Buffer | undefined;
  /** The link of a call: keyed, over its id, the link before it and its digest. */
  link(id: number, before: Uint8Array, digest: Uint8Array): Buffer;
  /** Signs a gap. */
  gap(first: number, last: number, reason: number, before: Uint8Array, after: Uint8Array): Buffer;
  /** Signs how far the chain reaches; `altered`: and that somebody had set its end elsewhere, from which it went on. */
  head(last: number, hash: Uint8Array, altered?: boolean): Buffer;
}

/** What the first link of a chain follows. */
export const beginning: Buffer = Buffer.alloc(32);

/** Tells keys apart: 16 bytes that say nothing of the key itself. */
export function keyIdOf(key: Uint8Array): Buffer {
  return createHmac("sha256", key).update("gatehouse-chain/1 key").digest().subarray(0, 16);
}

/** Columns that name something, as texts if of their kind: who changes a name changes every call that has it. */
const named: readonly (readonly [column: string, kind: NameKind])[] = [
  ["client_id", nameKind.clientId],
  ["client", nameKind.client],
  ["session", nameKind.session],
  ["server", nameKind.server],
  ["tool", nameKind.tool],
  ["method", nameKind.method],
  ["profile", nameKind.profile],
  ["project", nameKind.project],
  ["rule", nameKind.rule],
];
const numbers = [
  "duration_us",
  "queue_us",
  "consent_us",
  "upstream_us",
  "hub_us",
  "request_bytes",
  "result_bytes",
  "error_bytes",
];

type PayloadRow = [number, Buffer | null, number, Buffer | null, number, Buffer | null, number | null];

/** Prepares the hashing of calls on one connection. Names are read anew for each call: they are part of what is covered. */
export function prepareChainHash(connection: Connection, key: Uint8Array): ChainHash {
  const call = connection
    .prepare<[number], [number, number, ...(string | number | null)[]]>(
      `SELECT started_at, status, ${named.map(([column, kind]) => `(SELECT CASE kind WHEN ${kind} THEN text ELSE kind END FROM name WHERE id = call.${column})`).join(", ")},
       ${numbers.join(", ")} FROM call WHERE id = ?`,
    )
    .raw();
  const payload = connection
    .prepare<[number], PayloadRow>(
      `SELECT request_encoding, request, result_encoding, result, error_encoding, error, chunk_set
       FROM payload WHERE call_id = ?`,
    )
    .raw();
  const events = connection
    .prepare<[number], [string, number]>("SELECT events, more FROM call_event WHERE call_id = ?")
    .raw();
  const chunks = connection
    .prepare<[number], [number, number, Buffer]>(
      "SELECT part, position, bytes FROM payload_chunk WHERE chunk_set = ? ORDER BY part, position",
    )
    .raw();

  /** What lies in pieces has an encoding and no bytes here. */
  const part = (stored: number, bytes: Buffer | null): string | null =>
    bytes === null && stored === encoding.raw
      ? null
      : `${stored}:${bytes === null ? "" : hash("sha256", bytes)}`;
  const mac = (...parts: readonly (string | Uint8Array)[]): Buffer => {
    const hmac = createHmac("sha256", key);
    for (const each of parts) hmac.update(each);
    return hmac.digest();
  };

  return {
    digest(id) {
      const row = call.get(id);
      if (row === undefined) return undefined;
      const [startedAt, status, ...rest] = row;
      const stored = payload.get(id);
      const parts: unknown[] = [];
      if (stored !== undefined) {
        const [requestEncoding, request, resultEncoding, result, errorEncoding, error, chunkSet] = stored;
        parts.push(part(requestEncoding, request), part(resultEncoding, result), part(errorEncoding, error));
        if (chunkSet !== null) {
          const before = parts.length;
          for (const [chunkPart, position, bytes] of chunks.iterate(chunkSet))
            parts.push([chunkPart, position, hash("sha256", bytes)]);
          // What is stored in pieces has some.
          if (parts.length === before) parts.push("no pieces");
        }
      }
      const within = events.get(id);
      const covered = [startedAt, statusText(status) ?? status, ...rest, parts];
      if (within !== undefined) covered.push(within);
      return hash("sha256", JSON.stringify(covered), "buffer");
    },
    link: (id, before, digest) => mac("gatehouse-chain/1 call", int64(id), before, digest),
    gap: (first, last, reason, before, after) =>
      mac("gatehouse-chain/1 gap", int64(first), int64(last), int64(reason), before, after),
    head: (last, hash, altered = false) =>
      mac(altered ? "gatehouse-chain/1 altered head" : "gatehouse-chain/1 head", int64(last), hash),
  };
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  // What somebody has altered may be the highest there is, which is one more once it is a number of JavaScript's.
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)));
  return bytes;
}
