import type { CallTimes } from "../../shared/model/call.ts";
import { cx } from "./cx.ts";

/** The parts of a call's time, in the order they are drawn. */
export const TIME_PARTS = [
  { key: "queue", label: "Queue", colour: "bg-idle-mark", variable: "var(--idle-mark)" },
  { key: "consent", label: "Waiting for a person", colour: "bg-warn-mark", variable: "var(--warn-mark)" },
  { key: "upstream", label: "Server", colour: "bg-accent", variable: "var(--accent)" },
  { key: "hub", label: "Gatehouse", colour: "bg-hub-mark", variable: "var(--hub-mark)" },
] as const satisfies readonly { key: keyof CallTimes; label: string; colour: string; variable: string }[];

/** Share of the bar's width for a duration: logarithmic from 0.1 ms to 60 s, so that both can be compared at a glance. */
export const barShare = (microseconds: number): number =>
  Math.min(1, Math.max(0.06, Math.log10(Math.max(microseconds, 100) / 100) / Math.log10(600_000)));

/** Where the parts begin and end on the bar, as a CSS gradient; each part that took any time is at least a sliver. */
export function barGradient(times: CallTimes): string {
  const parts = TIME_PARTS.filter((part) => times[part.key] > 0);
  const total = parts.reduce((sum, part) => sum + times[part.key], 0);
  let at = 0;
  const stops = parts.map((part) => {
    const from = at;
    at += Math.max(4, (times[part.key] / total) * 100);
    return `${part.variable} ${from.toFixed(0)}% ${at.toFixed(0)}%`;
  });
  return stops.length === 0 ? "none" : `linear-gradient(90deg, ${stops.join(", ")})`;
}

/** A small bar whose length is the duration (logarithmic) and whose colours are where the time went. Decoration: the numbers stand beside it. */
export function TimingBar({
  times,
  total,
  className,
}: {
  readonly times: CallTimes;
  readonly total: number;
  readonly className?: string;
}) {
  return (
    <span aria-hidden className={cx("block h-1.5 rounded-full bg-press", className)}>
      <span
        className="block h-full rounded-full"
        style={{ width: `${Math.round(barShare(total) * 100)}%`, background: barGradient(times) }}
      />
    </span>
  );
}
