import { z } from "zod";
import { searchedSchema } from "./call.ts";

/** How far the history's upkeep has come. */
export const historyStateSchema = z.object({
  /** The last call that is chained, the newest call (0: none), and where the key lies (null: nothing is chained). */
  chain: z.object({ through: z.int(), of: z.int(), key: z.enum(["keychain", "file"]).nullable() }),
  indexed: searchedSchema,
});
export type HistoryState = z.infer<typeof historyStateSchema>;

/**
 * What the chain over the history shows. `altered`: the call's row or payload is not what was recorded; `removed`: gone
 * without a signed checkpoint; `reordered`: it stands in another's place; `added`: it was never chained; `missing`: it
 * was gone before it could be chained; `altered_end`: the record of how far the chain reaches was changed; `other_key`:
 * chained with a key that is not known any more, so that nothing can be said; `unreadable`: it, or the link before it, lies
 * on a damaged page.
 */
export const chainFindingSchema = z.object({
  kind: z.enum([
    "altered",
    "removed",
    "reordered",
    "added",
    "missing",
    "altered_end",
    "other_key",
    "unreadable",
  ]),
  /** Ids of calls, both included. */
  first: z.int(),
  last: z.int(),
});
export type ChainFinding = z.infer<typeof chainFindingSchema>;

export const callsVerifiedSchema = z.object({
  /** Nothing was found, and there was a key to check with. */
  ok: z.boolean(),
  /** Calls checked. */
  checked: z.int(),
  /** The last call that is chained, and how many newer ones wait for it. */
  through: z.int(),
  pending: z.int(),
  /** Where the key lies; null: without one nothing can be checked. */
  key: z.enum(["keychain", "file"]).nullable(),
  findings: z.array(chainFindingSchema),
  /** Findings beyond those listed. */
  more: z.int(),
});
export type CallsVerified = z.infer<typeof callsVerifiedSchema>;
