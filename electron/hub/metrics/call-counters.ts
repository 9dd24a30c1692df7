import type { CallStatus } from "../../../shared/model/call.ts";
import type { Family, Labels } from "../../core/metrics/exposition.ts";
import type { CallRow } from "../ports/storage.ts";

/** Upper bounds of the buckets, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Tools that are told apart; what comes after goes by the name "other". */
const MOST_SERIES = 1_000;

/** What is counted of one tool of one server. */
interface Series {
  readonly labels: Labels;
  readonly byStatus: Map<CallStatus, number>;
  readonly latency: Buckets;
  readonly waits: Buckets;
}

class Buckets {
  readonly counts = new Array<number>(BOUNDS.length + 1).fill(0);
  sum = 0;

  add(us: number): void {
    const seconds = us / 1e6;
    let at = 0;
    while (at < BOUNDS.length && seconds > (BOUNDS[at] ?? 0)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** Counts calls since the hub's start, for /metrics. A call costs two look-ups in maps. */
export class CallCounters {
  readonly #series = new Map<string, Map<string, Series>>();
  #size = 0;

  recorded(row: CallRow): void {
    // Names that lead nowhere, and resources, are whatever a client writes: they go by their method.
    // Halves of surrogate pairs are all written alike: two series must not become one.
    const tool = row.server !== null && row.method === "tools/call" ? (row.tool ?? "").toWellFormed() : "";
    const series = this.#find(row.server ?? "", row.method, tool);
    series.byStatus.set(row.status, (series.byStatus.get(row.status) ?? 0) + 1);
    series.latency.add(row.durationUs - row.consentUs);
    if (row.consentUs > 0) series.waits.add(row.consentUs);
  }

  families(): Family[] {
    const all = [...this.#series.values()].flatMap((tools) => [...tools.values()]);
    return [
      {
        type: "counter",
        name: "gatehouse_calls_total",
        help: "Recorded calls by how they ended.",
        samples: all.flatMap(({ labels, byStatus }) =>
          [...byStatus].map(([status, value]) => ({ labels: { ...labels, status }, value })),
        ),
      },
      {
        type: "histogram",
        name: "gatehouse_call_duration_seconds",
        help: "How long calls took, without what they waited for a person.",
        bounds: BOUNDS,
        samples: all.map(({ labels, latency }) => ({ labels, counts: latency.counts, sum: latency.sum })),
      },
      {
        type: "histogram",
        name: "gatehouse_consent_wait_seconds",
        help: "How long those calls waited that a person was asked about.",
        bounds: BOUNDS,
        samples: all
          .filter(({ waits }) => waits.counts.some((count) => count > 0))
          .map(({ labels, waits }) => ({ labels, counts: waits.counts, sum: waits.sum })),
      },
    ];
  }

  #find(server: string, method: string, tool: string): Series {
    let tools = this.#series.get(server);
    if (tools === undefined) {
      tools = new Map();
      this.#series.set(server, tools);
    }
    // A tool may have a method's name.
    const subject = tool === "" ? `\0${method}` : tool;
    const known = tools.get(subject);
    if (known !== undefined) return known;
    if (this.#size >= MOST_SERIES && tool !== "other") return this.#find(server, "other", "other");
    this.#size += 1;
    const labels = { server, method: tool === "" ? method : "tools/call", tool };
    const series = { labels, byStatus: new Map(), latency: new Buckets(), waits: new Buckets() };
    tools.set(subject, series);
    return series;
  }
}
