/** What servers cost the machine, and what sharing them saves. */
import { z } from "zod";
import { problemSchema } from "./problem.ts";

/** What all instances of a server use together, as last sampled; null where nothing of it runs on this machine. */
export const serverUsageSchema = z.object({
  /** How many instances run: one for all, or one for each session or project (`isolation`). */
  instances: z.int().default(0),
  /** Percent of one core, since the sample before; of a server's first sample, since its start. */
  cpuPercent: z.number().nullable().default(null),
  /** Memory that its processes hold in RAM, in bytes; what two of them share is counted for both. */
  memoryBytes: z.number().nullable().default(null),
  /** Processes of its whole tree. */
  processes: z.int().nullable().default(null),
  /** How long it took to answer its last ping, in milliseconds; null before the first, and while pings fail. */
  pingMs: z.number().nullable().default(null),
  /** Limits of its `warn` that it is above. */
  warnings: z.array(problemSchema).default([]),
});
export type ServerUsage = z.infer<typeof serverUsageSchema>;

export const NO_USAGE: ServerUsage = {
  instances: 0,
  cpuPercent: null,
  memoryBytes: null,
  processes: null,
  pingMs: null,
  warnings: [],
};

/** One moment of a server's past: the mean of what was sampled about then. */
export const usagePointSchema = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  cpuPercent: z.number(),
  memoryBytes: z.number(),
});
export type UsagePoint = z.infer<typeof usagePointSchema>;

/** How far back the points of `servers.health` go, in milliseconds. */
export const USAGE_PAST_MS = 600_000;

/** What runs less because clients share servers. */
export const savedSchema = z.object({
  processes: z.int(),
  memoryBytes: z.number(),
});
export type Saved = z.infer<typeof savedSchema>;

/** How `Saved` is counted, for the person. */
export const SAVED_HOW =
  "For each shared server that runs now: the clients connected now that have called it since the hub was started, " +
  "less one, times its processes and the memory that no other process shares. Clients that have not called it count " +
  "for nothing, though many would have started a copy all the same.";

export const serverHealthSchema = serverUsageSchema.extend({
  name: z.string(),
  /** Oldest first, of the last `USAGE_PAST_MS`. */
  points: z.array(usagePointSchema),
});
export type ServerHealth = z.infer<typeof serverHealthSchema>;
