import type {
  Cost,
  MetricsDimension,
  MetricsFilter,
  MetricsHeatmap,
  MetricsSeries,
  MetricsTop,
} from "../../../shared/model/metrics.ts";

/** A span of time in milliseconds since the epoch, and which calls in it. */
export interface MetricsQuery {
  readonly from: number;
  readonly to: number;
  readonly filter: MetricsFilter;
}

/** The sums of the recorded calls. They are brought up to date before an answer, as far as a moment suffices. */
export interface MetricsStore {
  series(query: MetricsQuery & { readonly by: MetricsDimension | undefined }): Promise<MetricsSeries>;
  heatmap(query: MetricsQuery): Promise<MetricsHeatmap>;
  top(query: MetricsQuery & { readonly limit: number }): Promise<MetricsTop>;
  /** The tokenizer is loaded by the first question of these two, outside of the hub's own thread. */
  usage(query: Pick<MetricsQuery, "from" | "to">): Promise<Pick<Cost, "encoding" | "usage">>;
  /** How many tokens each text has. */
  countTokens(texts: readonly string[]): Promise<number[]>;
}

/** The questions that the sums alone answer. */
export type Summed = "series" | "heatmap" | "top";
