import type { MetricsStore } from "../hub/ports/metrics.ts";
import type { StoreServices, Takes } from "./worker/messages.ts";
import type { WorkerLink } from "./worker-link.ts";

/** The sums of calls, which the worker keeps and reads. */
export function openMetrics(worker: WorkerLink<StoreServices>): MetricsStore {
  const ask = (takes: Takes<StoreServices, "metrics">): Promise<never> =>
    worker.ask("metrics", takes) as Promise<never>;
  return {
    series: (query) => ask({ ask: "series", query }),
    heatmap: (query) => ask({ ask: "heatmap", query }),
    top: (query) => ask({ ask: "top", query }),
    usage: (query) => worker.ask("usage", query),
    countTokens: (texts) => worker.ask("countTokens", { texts }),
  };
}
