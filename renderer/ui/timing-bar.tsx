import type { CallTimes } from "../../shared/model/call.ts";
import { duration } from "../lib/format.ts";
import { cx } from "./cx.ts";

/** The parts of a call's time, in the order they are drawn. */
export const TIME_PARTS = [
  { key: "queue", label: "Queue", colour: "bg-idle-mark" },
  { key: "consent", label: "Waiting for a person", colour: "bg-warn-mark" },
  { key: "upstream", label: "Server", colour: "bg-accent" },
  { key: "hub", label: "Gatehouse", colour: "bg-hub-mark" },
] as const satisfies readonly { key: keyof CallTimes; label: string; colour: string }[];

/** Share of the bar's width for a duration: logarithmic from 0.1 ms to 60 s, so that both can be compared at a glance. */
export const barShare = (microseconds: number): number =>
  Math.min(1, Math.max(0.04, Math.log10(Math.max(microseconds, 100) / 100) / Math.log10(600_000)));

/** A small bar whose length is the call's duration (logarithmic) and whose parts are where the time went. */
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
    <span
      role="img"
      aria-label={TIME_PARTS.filter((part) => times[part.key] > 0)
        .map((part) => `${part.label} ${duration(times[part.key])}`)
        .join(", ")}
      className={cx("flex h-1.5 overflow-hidden rounded-full bg-press", className)}
    >
      <span
        className="flex h-full overflow-hidden rounded-full"
        style={{ width: `${barShare(total) * 100}%` }}
      >
        {TIME_PARTS.map((part) => (
          <span
            key={part.key}
            className={part.colour}
            style={{ flexGrow: times[part.key], minWidth: times[part.key] > 0 ? 1 : 0 }}
          />
        ))}
      </span>
    </span>
  );
}
