import { type ServerUsage, USAGE_PAST_MS } from "../../../shared/model/health.ts";
import { plural } from "../../lib/format.ts";
import { cx } from "../../ui/cx.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { useHealth } from "./health-store.ts";
import { LEAST, type Measure, USAGE_WORDS, usagePoints, usageStory, usageText } from "./usage-cells.tsx";

const MEASURES: readonly Measure[] = ["cpuPercent", "memoryBytes"];

/** What a server that runs on this machine uses: its last ten minutes. Nothing for others. */
export function HealthStrip({ name, usage: known }: { readonly name: string; readonly usage: ServerUsage }) {
  const health = useHealth();
  const live = health.servers.get(name);
  const usage = live ?? known;
  if (usage.memoryBytes === null) return null;
  return (
    <section
      aria-label="What it uses"
      data-testid="health"
      className="measured peer grid shrink-0 grid-cols-2 gap-px border-line border-y bg-line"
    >
      {MEASURES.map((measure) => {
        const isOver = usage.warnings.some(
          ({ code }) => code === (measure === "cpuPercent" ? "cpu_over_limit" : "memory_over_limit"),
        );
        return (
          <div key={measure} className="flex min-w-0 items-center gap-4 bg-bg px-5 py-2.5">
            <div className="w-24 shrink-0">
              <div className="text-muted text-xs">{USAGE_WORDS[measure]}</div>
              <div className={cx("tabular font-semibold text-lg", isOver && "text-warn")}>
                {usageText(usage, measure)}
              </div>
            </div>
            <div className="min-w-0 flex-1">
              <Sparkline
                points={usagePoints(live, measure)}
                now={health.at}
                pastMs={USAGE_PAST_MS}
                least={LEAST[measure]}
                text={usageStory(live, measure)}
                width={280}
                height={30}
                className={cx("h-7.5 w-full", isOver && "text-warn-mark")}
              />
              <div className="flex justify-between text-2xs text-faint">
                <span>10 min ago</span>
                <span className="tabular">
                  {measure === "cpuPercent" ? "of one core" : plural(usage.processes ?? 0, "process", "es")}
                </span>
              </div>
            </div>
          </div>
        );
      })}
    </section>
  );
}
