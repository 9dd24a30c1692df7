import type {
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
}
