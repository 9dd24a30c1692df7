import { cx } from "./cx.ts";
import { sparkline } from "./sparkline-path.ts";

export interface SparkPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** A small line of what was, ending now. `text` says in words what it shows. */
export function Sparkline({
  points,
  now,
  pastMs,
  least,
  text,
  width,
  height,
  className,
}: {
  readonly points: readonly SparkPoint[];
  readonly now: number;
  /** How far back its left end is, in milliseconds. */
  readonly pastMs: number;
  /** Its top stands for at least this much, so that a trickle does not look like a flood. */
  readonly least: number;
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly className?: string;
}) {
  const { line, area } = sparkline(points, { from: now - pastMs, to: now, least, width, height });
  return (
    <svg
      role="img"
      aria-label={text}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cx("shrink-0 overflow-visible text-accent", className)}
    >
      <title>{text}</title>
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" strokeWidth={1} fill="none" />
      {area !== "" && <path d={area} fill="currentColor" fillOpacity={0.13} />}
      {line !== "" && (
        <path
          d={line}
          fill="none"
          stroke="currentColor"
          strokeWidth={1.25}
          strokeLinecap="round"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}
