/** What the Latency screen shows: a span of time, how it is told apart, and the hub's sums of it. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type {
  MetricsDimension,
  MetricsFilter,
  MetricsHeatmap,
  MetricsSeries,
  MetricsTop,
} from "../../../shared/model/metrics.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The spans that end now, in milliseconds. */
export const SPANS = {
  "15m": 15 * MINUTE,
  "1h": HOUR,
  "6h": 6 * HOUR,
  "24h": 24 * HOUR,
  "7d": 168 * HOUR,
  "30d": 720 * HOUR,
  "90d": 2_160 * HOUR,
} as const;
export type Span = keyof typeof SPANS;

/** What is shown until something else is chosen. */
export const USUAL_SPAN: Span = "1h";

/** A span that stands still, in milliseconds since the epoch. */
export interface Fixed {
  readonly from: number;
  readonly to: number;
}

export interface LatencySight {
  readonly span: Span;
  /** Instead of `span`, what was zoomed in to. */
  readonly fixed: Fixed | null;
  readonly by: MetricsDimension | "";
  readonly filter: MetricsFilter;
}

export interface LatencyData {
  readonly series: MetricsSeries;
  readonly heatmap: MetricsHeatmap;
  readonly top: MetricsTop;
}

export interface LatencyState extends LatencySight {
  /** What was read last; it stays while something else is on its way. */
  readonly data: LatencyData | null;
  readonly failure: Failure | null;
}

export interface LatencyStore {
  readonly store: StoreApi<LatencyState>;
  show(sight: Partial<LatencySight>): void;
  reload(): void;
  dispose(): void;
}

export interface LatencyOptions {
  /** What is shown first. */
  readonly sight?: LatencySight;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Runs a callback later; returns its canceller. */
  readonly later?: (run: () => void, milliseconds: number) => () => void;
}

const runLater = (run: () => void, milliseconds: number): (() => void) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** How long after a call the charts are read again: a five-hundredth of what they show, so that it can be seen. */
const pauseFor = (length: number): number => Math.min(60_000, Math.max(1_000, length / 500));

/** Rows of the lists of tools. */
const TOOLS = 8;

/** Creates the store over a connection and reads. */
export function createLatencyStore(connection: Connection, options: LatencyOptions = {}): LatencyStore {
  const { clock = Date.now, later = runLater } = options;
  const store = createStore<LatencyState>(() => ({
    ...(options.sight ?? { span: USUAL_SPAN, fixed: null, by: "", filter: {} }),
    data: null,
    failure: null,
  }));
  const { getState, setState } = store;
  let round = 0;
  let cancel: (() => void) | undefined;

  const bounds = (): Fixed => {
    const { fixed, span } = getState();
    if (fixed !== null) return fixed;
    const to = clock();
    return { from: to - SPANS[span], to };
  };

  const reload = (): void => {
    round += 1;
    const mine = round;
    cancel?.();
    cancel = undefined;
    const { by, filter } = getState();
    const asked = { ...bounds(), filter };
    Promise.all([
      connection.call("metrics.series", { ...asked, ...(by === "" ? {} : { by }) }),
      connection.call("metrics.heatmap", asked),
      connection.call("metrics.top", { ...asked, limit: TOOLS }),
    ]).then(
      ([series, heatmap, top]) => {
        if (mine !== round) return;
        setState({ data: { series, heatmap, top }, failure: null });
        // A history that is being summed up grows without any call.
        if (series.behind > 0) soon();
      },
      (error: unknown) => {
        if (mine === round && connection.state().phase === "online") setState({ failure: failureOf(error) });
      },
    );
  };

  const soon = (): void => {
    const { from, to } = bounds();
    cancel ??= later(
      () => {
        cancel = undefined;
        reload();
      },
      pauseFor(to - from),
    );
  };

  const disposers = [
    connection.on("callsRecorded", () => {
      const { fixed } = getState();
      if (fixed === null || fixed.to > clock()) soon();
    }),
    connection.onState((state) => {
      if (state.phase === "online") reload();
    }),
  ];
  if (connection.state().phase === "online") reload();

  return {
    store,
    show(sight) {
      setState(sight);
      reload();
    },
    reload,
    dispose() {
      round += 1;
      cancel?.();
      for (const dispose of disposers) dispose();
    },
  };
}
