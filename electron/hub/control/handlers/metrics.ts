import { costOf } from "../../metrics/cost.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

/**
 * The control API's reading of the sums: durations in microseconds, sizes in bytes, times in milliseconds since the
 * epoch.
 */
export const metricsHandlers = (
  state: HubState,
): Pick<Handlers, "metrics.series" | "metrics.heatmap" | "metrics.top" | "metrics.cost"> => ({
  "metrics.series": ({ by, ...query }) => state.storage.metrics.series({ ...query, by }),
  "metrics.heatmap": (query) => state.storage.metrics.heatmap(query),
  "metrics.top": (query) => state.storage.metrics.top(query),
  "metrics.cost": (span) =>
    costOf(state.storage.metrics, state.servers.all(), state.store.config.prices, span),
});
