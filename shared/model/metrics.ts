import { z } from "zod";

/** What calls can be told apart by. "tool" is a tool of a server; what is no tool call goes by its method. */
export const metricsDimensionSchema = z.enum(["server", "tool", "client", "project"]);
export type MetricsDimension = z.infer<typeof metricsDimensionSchema>;

/** Only calls with these names, exactly; a client by the name that it had then. */
export const metricsFilterSchema = z.object({
  server: z.string().optional(),
  tool: z.string().optional(),
  client: z.string().optional(),
  project: z.string().optional(),
});
export type MetricsFilter = z.infer<typeof metricsFilterSchema>;

const microseconds = z.number().nullable();

/**
 * Sums over some calls. Latency is a call's duration without what it waited for a person; percentiles are nearest-rank,
 * within 1 %, in microseconds, null where there was none.
 */
export const metricsSumSchema = z.object({
  calls: z.int(),
  /** How many did not end well, by status. */
  toolErrors: z.int(),
  errors: z.int(),
  denied: z.int(),
  cancelled: z.int(),
  timeouts: z.int(),
  p50: microseconds,
  p95: microseconds,
  p99: microseconds,
  /** Calls that waited for a person, and for how long. */
  waited: z.int(),
  waitP50: microseconds,
  waitP95: microseconds,
});
export type MetricsSum = z.infer<typeof metricsSumSchema>;

/** One line of a chart: an entry for each bucket. */
export const metricsLineSchema = z.object({
  /** What is told apart by; null for all, for calls that had none, or were anonymous. */
  name: z.string().nullable(),
  /** The server of a tool. */
  server: z.string().nullable(),
  total: metricsSumSchema,
  calls: z.array(z.int()),
  /** Tool errors, errors and timeouts. */
  failed: z.array(z.int()),
  p50: z.array(microseconds),
  p95: z.array(microseconds),
  p99: z.array(microseconds),
  waited: z.array(z.int()),
  waitP95: z.array(microseconds),
});
export type MetricsLine = z.infer<typeof metricsLineSchema>;

/** How far the sums reach. */
const reachSchema = z.object({
  /** Recorded calls that are not in the sums yet: more than a few only while a history is summed up anew. */
  behind: z.int(),
});

/** Buckets lie on multiples of `width`, so that `from` and `to` may reach beyond what was asked for; milliseconds. */
const gridSchema = reachSchema.extend({ from: z.number(), to: z.number(), width: z.number() });

export const metricsSeriesSchema = gridSchema.extend({
  all: metricsLineSchema,
  /** The busiest, at most eight. */
  groups: z.array(metricsLineSchema),
  /** How many more there are. */
  more: z.int(),
});
export type MetricsSeries = z.infer<typeof metricsSeriesSchema>;

export const metricsHeatmapSchema = gridSchema.extend({
  /** The upper ends of the bands, in microseconds, ascending; the last band has none. */
  bands: z.array(z.number()),
  /** For each bucket the calls in each band (one more than `bands`). */
  counts: z.array(z.array(z.int())),
});
export type MetricsHeatmap = z.infer<typeof metricsHeatmapSchema>;

/** What texts cost in tokens, as one tokenizer counts them: an estimate, as each model has its own. */
export const costSchema = z.object({
  /** The tokenizer's name. */
  encoding: z.string(),
  /** What each server's tool definitions take of every conversation that they are listed in. */
  definitions: z.array(
    z.object({
      server: z.string(),
      tokens: z.int(),
      /** Largest first. */
      tools: z.array(z.object({ tool: z.string(), tokens: z.int() })),
    }),
  ),
  /**
   * Calls by day (its start in UTC, milliseconds since the epoch) and client. Tokens are bytes times what a tool's latest
   * texts have for each byte.
   */
  usage: z.array(
    z.object({
      day: z.number(),
      client: z.string().nullable(),
      calls: z.int(),
      argumentTokens: z.int(),
      resultTokens: z.int(),
    }),
  ),
  /** Money per million tokens that a model reads, by what the person calls it (`prices` of gatehouse.json). */
  prices: z.array(z.object({ model: z.string(), input: z.number(), currency: z.string() })),
});
export type Cost = z.infer<typeof costSchema>;

/** A tool over a span, beside the span of the same length before it. */
export const toolMetricsSchema = z.object({
  server: z.string().nullable(),
  tool: z.string().nullable(),
  now: metricsSumSchema,
  before: metricsSumSchema.nullable(),
});
export type ToolMetrics = z.infer<typeof toolMetricsSchema>;

export const metricsTopSchema = gridSchema.extend({
  /** By their p95, slowest first. */
  slowest: z.array(toolMetricsSchema),
  /** By how many of their calls failed, most first; none without a failure. */
  failing: z.array(toolMetricsSchema),
});
export type MetricsTop = z.infer<typeof metricsTopSchema>;
