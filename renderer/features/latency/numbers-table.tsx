import type { MetricsDimension, MetricsFilter, MetricsSeries } from "../../../shared/model/metrics.ts";
import { count, shortTime } from "../../lib/format.ts";
import { useServices } from "../../lib/services.tsx";
import { cx } from "../../ui/cx.ts";
import { callsRoute, latency, lineName } from "./words.ts";

/** The buckets of the charts as rows, newest first, without those that had no call. A row's time leads to its calls. */
export function NumbersTable({
  series,
  by,
  filter,
}: {
  readonly series: MetricsSeries;
  /** What the charts tell apart: each line has a column of its own. */
  readonly by: MetricsDimension | "";
  readonly filter: MetricsFilter;
}) {
  const { router } = useServices();
  const { all, from, width } = series;
  const rows = all.calls.map((calls, bucket) => ({ calls, bucket, at: from + bucket * width }));
  const groups =
    by === ""
      ? []
      : series.groups.map((group) => ({
          key: JSON.stringify([group.server, group.name]),
          name: lineName(group, by),
          values: group.p95,
        }));
  const head = "sticky top-0 bg-bg font-medium";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section tabIndex={0} aria-label="Numbers by time" className="mt-3 max-h-100 overflow-auto">
      <table
        className={cx("tabular w-full whitespace-nowrap text-sm", groups.length === 0 && "max-w-200")}
        data-testid="numbers"
      >
        <thead>
          <tr className="h-8 text-faint text-xs">
            <th scope="col" className={`${head} text-left`}>
              From
            </th>
            {["Calls", "Failed", "p50", "p95", "p99", "Waited", "Wait p95"].map((name) => (
              <th key={name} scope="col" className={`${head} text-right`}>
                {name}
              </th>
            ))}
            {groups.map(({ key, name }) => (
              <th key={key} scope="col" title={`p95 of ${name}`} className={`${head} pl-4 text-right`}>
                <span className="sr-only">p95 of </span>
                <span className="inline-block max-w-40 truncate align-bottom">{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .filter(({ calls }) => calls > 0)
            .reverse()
            .map(({ calls, bucket, at }) => (
              <tr key={at} className="h-7 border-line border-t text-right">
                <th scope="row" className="text-left font-normal">
                  <button
                    type="button"
                    title="See its calls"
                    onClick={() => router.go(callsRoute(filter, at, at + width))}
                    className="rounded-sm hover:underline"
                  >
                    {shortTime(at)}
                  </button>
                </th>
                <td>{count(calls)}</td>
                <td>{count(all.failed[bucket] ?? 0)}</td>
                <td>{latency(all.p50[bucket] ?? null)}</td>
                <td>{latency(all.p95[bucket] ?? null)}</td>
                <td>{latency(all.p99[bucket] ?? null)}</td>
                <td>{count(all.waited[bucket] ?? 0)}</td>
                <td>{latency(all.waitP95[bucket] ?? null)}</td>
                {groups.map(({ key, values }) => (
                  <td key={key}>{latency(values[bucket] ?? null)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
