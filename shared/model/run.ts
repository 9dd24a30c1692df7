import { z } from "zod";
import { callTimesSchema } from "./call.ts";

/** A pause that ends a run, in milliseconds: from a call's answer to the client's next call. */
export const RUN_PAUSE_MS = 10 * 60_000;

/** How often something happened or was named. */
const countedSchema = z.object({ name: z.string(), calls: z.int() });

export const runSummarySchema = z.object({
  /** The id of its first call. */
  id: z.int(),
  client: z.string().nullable(),
  /** The session's label; null where the client has none (the stateless era): its runs go by client and project. */
  session: z.string().nullable(),
  /** Of its last call that had one. */
  project: z.string().nullable(),
  /** When its first call began and its last one ended, ISO 8601. */
  startedAt: z.string(),
  endedAt: z.string(),
  calls: z.int(),
  /** Calls that were denied, and those that ended badly otherwise. */
  denied: z.int(),
  failed: z.int(),
  servers: z.array(z.string()),
  /** The most called first. */
  tools: z.array(countedSchema.extend({ server: z.string().nullable() })),
  /** JSON that clients sent and that they were answered with, in bytes. */
  requestBytes: z.int(),
  resultBytes: z.int(),
  /** Added up over its calls, in microseconds: calls at once count each. */
  times: callTimesSchema,
  /** It may have begun earlier: its older calls were not looked through. */
  openStart: z.boolean(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** A place that calls of a run named in their arguments, or whose resource they read. */
const placeSchema = countedSchema.extend({
  /** Of those calls: these were denied, so that nothing came of them. */
  denied: z.int(),
  /** Tools that were given it; what was no tool call goes by its method. */
  tools: z.array(z.string()),
});
export type RunPlace = z.infer<typeof placeSchema>;

export const runDetailSchema = runSummarySchema.extend({
  /** What was asked, in order; the same tool several times in a row is one step. */
  steps: z.array(
    z.object({
      server: z.string().nullable(),
      /** Null: another method than a tool call. */
      tool: z.string().nullable(),
      method: z.string(),
      /** The first and the last call of the step. */
      first: z.int(),
      last: z.int(),
      calls: z.int(),
      denied: z.int(),
      failed: z.int(),
      startedAt: z.string(),
      durationUs: z.int(),
    }),
  ),
  /**
   * Paths, and hosts of addresses, that were named, and hosts of remote servers that were called; the most first. What a
   * tool reached by itself nobody can see.
   */
  files: z.array(placeSchema),
  hosts: z.array(placeSchema),
  /** Its calls, oldest first. */
  callIds: z.array(z.int()),
  /** Calls whose arguments were read for `files` and `hosts`, or that have none, of all. */
  read: z.int(),
  /** It goes on beyond what was looked through. */
  openEnd: z.boolean(),
});
export type RunDetail = z.infer<typeof runDetailSchema>;
