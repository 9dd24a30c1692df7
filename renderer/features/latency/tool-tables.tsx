import { ArrowDownRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import type { MetricsFilter, MetricsTop, ToolMetrics } from "../../../shared/model/metrics.ts";
import { count } from "../../lib/format.ts";
import { useServices } from "../../lib/services.tsx";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";
import type { Fixed } from "./latency-store.ts";
import { callsRoute, change, failed, latency, percent } from "./words.ts";

/** The slowest and the most failing tools, each beside the time before. A row leads to its calls. */
export function ToolTables({
  top,
  span,
  filter,
}: {
  readonly top: MetricsTop;
  readonly span: Fixed;
  readonly filter: MetricsFilter;
}) {
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-2">
      <ToolTable
        title="Slowest tools"
        tools={top.slowest}
        span={span}
        filter={filter}
        columns={[
          ["p50", ({ now }) => latency(now.p50)],
          ["p95", ({ now }) => latency(now.p95)],
          ["Before", (tool) => <Change now={tool.now.p95 ?? 0} before={tool.before?.p95 ?? null} />],
          ["Calls", ({ now }) => count(now.calls)],
        ]}
      />
      <ToolTable
        title="Most failing tools"
        tools={top.failing}
        span={span}
        filter={filter}
        none="No call of a tool has failed in this time."
        columns={[
          ["Failed", ({ now }) => count(failed(now))],
          ["Share", ({ now }) => percent(failed(now), now.calls)],
          [
            "Before",
            ({ now, before }) => (
              <Change
                now={failed(now) / now.calls}
                before={before === null ? null : failed(before) / before.calls}
              />
            ),
          ],
          ["Calls", ({ now }) => count(now.calls)],
        ]}
      />
    </div>
  );
}

/** More is worse, and says so by arrow, word and colour. */
function Change({ now, before }: { readonly now: number; readonly before: number | null }) {
  const words = change(now, before);
  const worse = before !== null && before !== 0 && now > before;
  if (words === "same" || words === "new") return <span className="text-muted">{words}</span>;
  const Arrow = worse ? ArrowUpRight : ArrowDownRight;
  return (
    <span className={cx("inline-flex items-center gap-0.5", worse ? "text-bad" : "text-ok")}>
      <Arrow aria-hidden size={12} />
      <span className="sr-only">{worse ? "worse: " : "better: "}</span>
      {words}
    </span>
  );
}

function ToolTable({
  title,
  tools,
  columns,
  span,
  filter,
  none = "No tool was called in this time.",
}: {
  readonly title: string;
  readonly tools: readonly ToolMetrics[];
  readonly columns: readonly (readonly [string, (tool: ToolMetrics) => ReactNode])[];
  readonly span: Fixed;
  readonly filter: MetricsFilter;
  readonly none?: string;
}) {
  const { router } = useServices();
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-1.5 font-semibold text-base">{title}</h2>
      {tools.length === 0 ? (
        <p className="text-muted text-sm">{none}</p>
      ) : (
        <table className="w-full table-fixed text-sm">
          <thead>
            <tr className="h-7 text-faint text-xs">
              <th scope="col" className="text-left font-medium">
                Tool
              </th>
              {columns.map(([name]) => (
                <th key={name} scope="col" className="w-20 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="tabular">
            {tools.map((tool) => (
              <tr key={`${tool.server} ${tool.tool}`} className="h-8 border-line border-t">
                <td className="truncate">
                  <button
                    type="button"
                    title="See its calls"
                    onClick={() =>
                      router.go(
                        callsRoute(
                          {
                            ...filter,
                            ...(tool.server === null ? {} : { server: tool.server }),
                            ...(tool.tool === null ? {} : { tool: tool.tool }),
                          },
                          span.from,
                          span.to,
                        ),
                      )
                    }
                    className="max-w-full truncate rounded-sm text-left align-bottom hover:underline"
                  >
                    <span className="text-muted">
                      <ServerText text={tool.server ?? "no server"} limit={40} />
                      {" / "}
                    </span>
                    <ServerText text={tool.tool ?? "unknown name"} limit={64} />
                  </button>
                </td>
                {columns.map(([name, cell]) => (
                  <td key={name} className="text-right">
                    {cell(tool)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
