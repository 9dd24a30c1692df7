import type { Unasked } from "../../core/jsonrpc/pending.ts";

/** Counts a server's answers that nobody waited for. */
export class AnswerTally {
  /** To calls that were cancelled or had timed out: no fault. */
  late = 0;
  /** To requests that had been answered. */
  twice = 0;
  /** To ids that were never given. */
  unknown = 0;

  /** Counts one; true when it is worth telling: at the first of its kind, the second, the fourth, and so on. */
  add(kind: Unasked): boolean {
    if (kind === "expected") return false;
    this[kind] += 1;
    return Number.isInteger(Math.log2(this[kind]));
  }
}
