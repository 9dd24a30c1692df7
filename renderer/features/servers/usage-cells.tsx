import { type ServerHealth, type ServerUsage, USAGE_PAST_MS } from "../../../shared/model/health.ts";
import { bytes, percent } from "../../lib/format.ts";
import { Sparkline, type SparkPoint } from "../../ui/sparkline.tsx";

/** A tenth of a core and 50 MB fill a sparkline at least: below, differences mean nothing. */
export const LEAST = { cpuPercent: 10, memoryBytes: 50_000_000 } as const;
export const USAGE_WORDS = { cpuPercent: "CPU", memoryBytes: "Memory" } as const;
export type Measure = keyof typeof LEAST;

/** What a measure is now, for people; "–" where nothing runs on this machine. */
export const usageText = (usage: ServerUsage, measure: Measure): string => {
  const value = usage[measure];
  if (value === null) return "–";
  return measure === "cpuPercent" ? percent(value) : bytes(value);
};

/** One measure of a server as points of a line. */
export const usagePoints = (health: ServerHealth | undefined, measure: Measure): SparkPoint[] =>
  (health?.points ?? []).map((point) => ({ at: point.at, value: point[measure] }));

/** What a sparkline shows, in words. */
export function usageStory(health: ServerHealth | undefined, measure: Measure): string {
  const values = usagePoints(health, measure).map(({ value }) => value);
  const word = USAGE_WORDS[measure];
  if (values.length === 0) return `${word} of the last 10 minutes is not known yet`;
  const text = measure === "cpuPercent" ? percent : bytes;
  return `${word} of the last 10 minutes: between ${text(Math.min(...values))} and ${text(Math.max(...values))}`;
}

/** A measure in the list: its last minutes as a line, and what it is now. */
export function UsageCell({
  usage,
  health,
  measure,
  now,
}: {
  readonly usage: ServerUsage;
  readonly health: ServerHealth | undefined;
  readonly measure: Measure;
  readonly now: number;
}) {
  const isOver = usage.warnings.some(
    ({ code }) => code === (measure === "cpuPercent" ? "cpu_over_limit" : "memory_over_limit"),
  );
  if (usage[measure] === null)
    return (
      <span className="block text-right text-faint text-sm">
        –<span className="sr-only"> {USAGE_WORDS[measure]} not measured</span>
      </span>
    );
  return (
    <span className="flex min-w-0 items-center justify-end gap-2">
      <Sparkline
        points={usagePoints(health, measure)}
        now={now}
        pastMs={USAGE_PAST_MS}
        least={LEAST[measure]}
        text={usageStory(health, measure)}
        width={48}
        height={18}
        {...(isOver ? { className: "text-warn-mark" } : {})}
      />
      <span className={`tabular w-14 text-right text-sm ${isOver ? "font-medium text-warn" : ""}`}>
        {usageText(usage, measure)}
        <span className="sr-only"> {USAGE_WORDS[measure]}</span>
      </span>
    </span>
  );
}
