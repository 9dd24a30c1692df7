import { type PointerEvent, useMemo, useRef } from "react";
import type { MetricsHeatmap } from "../../../shared/model/metrics.ts";
import { count, duration, plural, shortTime } from "../../lib/format.ts";
import type { Brushed } from "../../ui/chart.tsx";
import { columnsSpan } from "./brushing.ts";
import { widthWords } from "./words.ts";

const ROW = 9;
/** Shades, from one call to the most: each is a step of a logarithm. */
const SHADES = [0.16, 0.32, 0.5, 0.72, 1];

/**
 * How many calls took how long over time: darker is more. The bands that no call is in are left out at both ends. A press
 * chooses a column's time, dragging that of several, for all charts.
 */
export function Heatmap({
  heatmap,
  brushed,
  onBrush,
}: {
  readonly heatmap: MetricsHeatmap;
  readonly brushed: Brushed | null;
  readonly onBrush: (span: Brushed | null) => void;
}) {
  const { counts, bands, from, width } = heatmap;
  const { lowest, highest, most } = useMemo(() => {
    const used = bands.concat(0).map((_, band) => counts.some((column) => (column[band] ?? 0) > 0));
    return {
      lowest: Math.max(0, used.indexOf(true) - 1),
      highest: Math.min(bands.length, Math.max(1, used.lastIndexOf(true)) + 1),
      most: Math.max(1, ...counts.flat()),
    };
  }, [counts, bands]);
  const shown = highest - lowest + 1;
  /** The column where the pointer was pressed, and what was chosen before. */
  const pressed = useRef<{ readonly column: number; readonly before: Brushed | null } | null>(null);
  const columnAt = ({ clientX, currentTarget }: PointerEvent): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return Math.min(counts.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * counts.length)));
  };
  const chosen = brushed === null ? null : columnsSpan(heatmap, brushed);
  const height = shown * ROW * 1.6;
  const edge = (band: number): string => duration(bands[band] ?? 0);
  const within = (band: number): string =>
    band === 0
      ? `under ${edge(0)}`
      : band === bands.length
        ? `over ${edge(band - 1)}`
        : `${edge(band - 1)} to ${edge(band)}`;
  return (
    <section aria-label="How calls are spread">
      <div className="mb-2 flex items-baseline gap-4">
        <h2 className="font-semibold text-base">How calls are spread</h2>
        <span className="mr-auto text-muted text-xs">each column {widthWords(width)}</span>
        <span aria-hidden className="flex items-center gap-1 text-muted text-xs">
          {most > 1 && "1"}
          {(most > 1 ? SHADES : [1]).map((shade) => (
            <span key={shade} className="size-3 rounded-[2px] bg-accent" style={{ opacity: shade }} />
          ))}
          {plural(most, "call")}
        </span>
      </div>
      <div className="flex gap-2 pr-5">
        <div aria-hidden className="relative w-13.5 shrink-0" style={{ height }}>
          {bands.map((end, band) =>
            band >= lowest && band < highest && String(end).startsWith("1") ? (
              <span
                key={end}
                className="tabular absolute right-0 -translate-y-1/2 text-faint text-2xs"
                style={{ top: `${(1 - (band - lowest + 1) / shown) * 100}%` }}
              >
                {duration(end)}
              </span>
            ) : null,
          )}
        </div>
        <svg
          role="img"
          aria-label={`How long calls took: most took ${within(busiest(counts, bands.length + 1))}`}
          viewBox={`0 0 ${counts.length} ${shown}`}
          preserveAspectRatio="none"
          className="min-w-0 flex-1 cursor-crosshair select-none rounded-sm bg-sunken"
          style={{ height }}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            const column = columnAt(event);
            const span = spanOf(heatmap, column, column);
            pressed.current = { column, before: brushed };
            event.currentTarget.setPointerCapture(event.pointerId);
            onBrush(span);
          }}
          onPointerMove={(event) => {
            if (pressed.current === null) return;
            const span = spanOf(heatmap, pressed.current.column, columnAt(event));
            if (span.from !== brushed?.from || span.to !== brushed.to) onBrush(span);
          }}
          onPointerUp={(event) => {
            const { column, before } = pressed.current ?? {};
            pressed.current = null;
            if (column === undefined || columnAt(event) !== column) return;
            // What was chosen already is put away by another press.
            const span = spanOf(heatmap, column, column);
            if (before?.from === span.from && before.to === span.to) onBrush(null);
          }}
          onPointerCancel={() => {
            pressed.current = null;
          }}
        >
          {counts.map((column, x) =>
            column.map((calls, band) =>
              calls === 0 ? null : (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                  key={`${x} ${band}`}
                  x={x + 0.04}
                  y={highest - band + 0.06}
                  width={0.92}
                  height={0.88}
                  fill="var(--accent)"
                  opacity={shadeOf(calls, most)}
                >
                  <title>{`${shortTime(from + x * width)}: ${count(calls)} took ${within(band)}`}</title>
                </rect>
              ),
            ),
          )}
          {chosen !== null && (
            <rect
              data-testid="heatmap-chosen"
              x={chosen.first}
              y={0}
              width={chosen.last - chosen.first}
              height={shown}
              fill="var(--fg)"
              opacity={0.1}
              stroke="var(--fg)"
              strokeWidth={2}
              vectorEffect="non-scaling-stroke"
              pointerEvents="none"
            />
          )}
        </svg>
      </div>
      <div aria-hidden className="tabular mt-1 flex justify-between pr-5 pl-15.5 text-faint text-2xs">
        <span>{shortTime(from)}</span>
        <span>{shortTime(from + counts.length * width)}</span>
      </div>
    </section>
  );
}

const spanOf = ({ from, width }: MetricsHeatmap, one: number, other: number): Brushed => ({
  from: from + Math.min(one, other) * width,
  to: from + (Math.max(one, other) + 1) * width,
});

function shadeOf(calls: number, most: number): number {
  const step = most === 1 ? SHADES.length - 1 : (Math.log(calls) / Math.log(most)) * (SHADES.length - 1);
  return SHADES[Math.round(step)] ?? 1;
}

/** The band with the most calls. */
function busiest(counts: readonly (readonly number[])[], bands: number): number {
  const sums = Array.from({ length: bands }, (_, band) =>
    counts.reduce((sum, column) => sum + (column[band] ?? 0), 0),
  );
  return sums.indexOf(Math.max(...sums));
}
