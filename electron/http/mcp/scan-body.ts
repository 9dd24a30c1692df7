import { isUtf8 } from "node:buffer";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { PARSE_ERROR } from "../../core/jsonrpc/errors.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { type Batch, readBatch } from "./batch.ts";
import type { Refusal } from "./refusal.ts";
import { notAMessage } from "./verdicts.ts";

const DEEP = { duplicates: "deep" } as const;

/** What the one message of a body is, or the refusal of a body that is none. */
export function scanBody(bytes: Buffer): Envelope | Refusal {
  return judged(bytes, () => scanMessage(bytes, DEEP));
}

/** What the batch of a body holds, or its refusal. */
export function scanBatch(bytes: Buffer): Batch | Refusal {
  return judged(bytes, () => readBatch(bytes));
}

function judged<T>(bytes: Buffer, scan: () => T): T | Refusal {
  try {
    if (!isUtf8(bytes)) throw new ScanError(PARSE_ERROR, "the body is not UTF-8");
    return scan();
  } catch (error) {
    if (error instanceof ScanError) return notAMessage(error, bytes);
    throw error;
  }
}
