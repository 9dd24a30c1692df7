import { z } from "zod";
import {
  costSchema,
  metricsDimensionSchema,
  metricsFilterSchema,
  metricsHeatmapSchema,
  metricsSeriesSchema,
  metricsTopSchema,
} from "../model/metrics.ts";
import { method, read } from "./method.ts";

/** A span of time in milliseconds since the epoch, and which calls in it. */
const metricsSpan = z.object({
  from: z.number().min(0),
  to: z.number().min(0),
  filter: metricsFilterSchema.default({}),
});

/** Numbers over the recorded calls. */
export const metricsMethods = {
  /** Calls over time, at most 300 buckets; `by` tells the busiest apart as well. */
  "metrics.series": method(
    read,
    metricsSpan.extend({ by: metricsDimensionSchema.optional() }),
    metricsSeriesSchema,
  ),
  /** How many calls took how long over time. */
  "metrics.heatmap": method(read, metricsSpan, metricsHeatmapSchema),
  /** The slowest and the most failing tools, beside the span of the same length before. */
  "metrics.top": method(
    read,
    metricsSpan.extend({ limit: z.int().min(1).max(100).default(10) }),
    metricsTopSchema,
  ),
  /** What tool definitions, arguments and results take in tokens, estimated, by client and day. */
  "metrics.cost": method(read, z.object({ from: z.number().min(0), to: z.number().min(0) }), costSchema),
} as const;
