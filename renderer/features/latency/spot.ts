import { type MetricsFilter, metricsDimensionSchema } from "../../../shared/model/metrics.ts";
import type { LatencySpot } from "../../lib/router.ts";
import { type LatencySight, SPANS, type Span, USUAL_SPAN } from "./latency-store.ts";

const PARTIES = ["server", "client", "tool", "project"] as const;

const isSpan = (text: string | undefined): text is Span => text !== undefined && Object.hasOwn(SPANS, text);

/** What an address says of the charts, as they take it; what it cannot mean is left out. */
export function sightOf({ span, by, from, to, ...filter }: LatencySpot): LatencySight {
  const chosen = metricsDimensionSchema.safeParse(by);
  return {
    span: isSpan(span) ? span : USUAL_SPAN,
    by: chosen.success ? chosen.data : "",
    fixed: from !== undefined && to !== undefined && from < to ? { from, to } : null,
    filter: Object.fromEntries(
      PARTIES.flatMap((key) => (filter[key] === undefined ? [] : [[key, filter[key]]])),
    ) as MetricsFilter,
  };
}

/** The same the other way: as little as says it. */
export function spotFor({ span, by, fixed, filter }: LatencySight): LatencySpot {
  return {
    span: span === USUAL_SPAN ? "" : span,
    ...(by === "" ? {} : { by }),
    ...Object.fromEntries(PARTIES.flatMap((key) => (filter[key] === undefined ? [] : [[key, filter[key]]]))),
    ...(fixed === null ? {} : { from: fixed.from, to: fixed.to }),
  };
}

/** Whether two show the same. */
export function isSameSpot(one: LatencySpot, other: LatencySpot): boolean {
  const words = (spot: LatencySpot): string => JSON.stringify(spotFor(sightOf(spot)));
  return words(one) === words(other);
}
