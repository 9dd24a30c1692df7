import type { MetricsHeatmap, MetricsSeries } from "../../../shared/model/metrics.ts";
import type { Brushed } from "../../ui/chart.tsx";

/** Where a span lies on a heatmap, in columns; null: beside it. */
export function columnsSpan(
  { from, width, counts }: Pick<MetricsHeatmap, "from" | "width" | "counts">,
  brushed: Brushed,
): { readonly first: number; readonly last: number } | null {
  const first = Math.max(0, (brushed.from - from) / width);
  const last = Math.min(counts.length, (brushed.to - from) / width);
  return first < last ? { first, last } : null;
}

/** How many calls a chosen span holds: by the buckets of the charts, or by the heatmap's where it was chosen there. */
export function callsWithin(
  brushed: Brushed,
  series: Pick<MetricsSeries, "from" | "width"> & { readonly all: Pick<MetricsSeries["all"], "calls"> },
  heatmap: Pick<MetricsHeatmap, "from" | "width" | "counts">,
): number {
  const sum = (from: number, width: number, calls: readonly number[]): number =>
    calls.reduce((total, count, bucket) => {
      const at = from + bucket * width;
      return at >= brushed.from && at < brushed.to ? total + count : total;
    }, 0);
  const isWhole = (time: number): boolean => (time - series.from) % series.width === 0;
  if (isWhole(brushed.from) && isWhole(brushed.to)) return sum(series.from, series.width, series.all.calls);
  const columns = heatmap.counts.map((column) => column.reduce((total, count) => total + count, 0));
  return sum(heatmap.from, heatmap.width, columns);
}
