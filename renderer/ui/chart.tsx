import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useStore } from "zustand";
import { useServices } from "../lib/services.tsx";

/** How a line is told from others without its colour. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2, 1, 2],
  [12, 5],
  [1, 4],
  [6, 2, 2, 2, 2, 2],
];

export interface ChartLine {
  readonly label: string;
  /** A custom property of the style sheet, as "--accent". */
  readonly colour: string;
  /** Its place in DASHES. */
  readonly dash: number;
  readonly values: readonly (number | null)[];
  /** Drawn as bars instead of a line. */
  readonly bars?: true;
}

/** A span that was chosen by dragging, in milliseconds since the epoch. */
export interface Brushed {
  readonly from: number;
  readonly to: number;
}

/** The light or dark values of the style sheet's colours change with this number. */
function useLook(): number {
  const theme = useStore(useServices().theme.store, (state) => state.theme);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const changed = (): void => setChanges((before) => before + 1);
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  }, []);
  return useMemo(() => changes + (theme === "dark" ? 1e6 : theme === "light" ? 2e6 : 0), [changes, theme]);
}

/** A colour of the style sheet as a canvas takes it; `light-dark()` is resolved. */
function resolved(host: HTMLElement, property: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${property})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * Lines or bars over time. A picture for the eye: whoever uses it shows the numbers as text as well. Dragging over it
 * chooses a span; `sync` names charts whose cursors go together.
 */
export function Chart({
  label,
  at,
  width,
  lines,
  height,
  format,
  logarithmic = false,
  sync,
  onBrush,
  onCursor,
}: {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** The starts of the buckets, and their width; milliseconds. */
  readonly at: readonly number[];
  readonly width: number;
  readonly lines: readonly ChartLine[];
  readonly height: number;
  readonly format: (value: number) => string;
  readonly logarithmic?: boolean;
  readonly sync?: string;
  readonly onBrush?: (span: Brushed) => void;
  /** The bucket under the cursor; null when there is none. */
  readonly onCursor?: (index: number | null) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const look = useLook();
  const handlers = useRef({ onBrush, onCursor });
  handlers.current = { onBrush, onCursor };
  const shape = lines.map((line) => [line.label, line.colour, line.dash, line.bars].join()).join(";");
  const data = useMemo(
    () => [at.map((time) => time / 1_000), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData,
    [at, lines],
  );
  const latest = useRef({ data, lines, format, width });
  latest.current = { data, lines, format, width };

  // biome-ignore lint/correctness/useExhaustiveDependencies: built anew for another shape or look; data goes in below
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const colour = (property: string): string => resolved(element, property);
    const axis = {
      stroke: colour("--faint"),
      font: "11px Inter Variable, sans-serif",
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width: element.clientWidth,
      height,
      padding: [10, 20, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { size: 7 },
        ...(sync === undefined ? {} : { sync: { key: sync } }),
      },
      scales: logarithmic
        ? { x: {}, y: { distr: 3, range: (_, least, most) => decades(least, most) } }
        : { x: {}, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, space: 90, values: TIMES },
        {
          ...axis,
          size: 62,
          ...(logarithmic ? { splits: powers } : { space: 28 }),
          values: (_, splits) => splits.map((value) => (value === null ? "" : latest.current.format(value))),
        },
      ],
      series: [
        {},
        ...latest.current.lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: 1.6,
          dash: [...(DASHES[line.dash % DASHES.length] ?? [])],
          points: { show: isLonely, size: 5, fill: colour(line.colour) },
          spanGaps: false,
          ...(line.bars === undefined
            ? {}
            : {
                fill: colour(line.colour),
                width: 0,
                points: { show: false },
                ...(uPlot.paths.bars === undefined
                  ? {}
                  : { paths: uPlot.paths.bars({ size: [0.8, 40], align: 1 }) }),
              }),
        })),
      ],
      hooks: {
        setCursor: [(chart) => handlers.current.onCursor?.(chart.cursor.idx ?? null)],
        setSelect: [
          (chart) => {
            const { left, width: span } = chart.select;
            if (span < 3) return;
            const bucket = latest.current.width;
            const first = chart.posToVal(left, "x") * 1_000;
            const last = chart.posToVal(left + span, "x") * 1_000;
            handlers.current.onBrush?.({
              from: Math.floor(first / bucket) * bucket,
              to: Math.ceil(last / bucket) * bucket,
            });
          },
        ],
      },
    };
    const created = new uPlot(options, latest.current.data, element);
    plot.current = created;
    const resize = new ResizeObserver(() => created.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [shape, look, height, logarithmic, sync]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  return (
    <div ref={host} role="img" aria-label={label} className="w-full cursor-crosshair" style={{ height }} />
  );
}

const TIMES: uPlot.Axis.Values = [
  [86_400, "{MMM} {D}", null, null, null, null, null, null, 1],
  [3_600, "{HH}:{mm}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
  [60, "{HH}:{mm}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
];

/** Whether points have to be drawn: a value between two gaps makes no line. */
function isLonely(chart: uPlot, series: number): boolean {
  const values = chart.data[series] ?? [];
  return values.some((value, i) => value != null && values[i - 1] == null && values[i + 1] == null);
}

function decades(least: number | null, most: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(1, least ?? 100)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(1, most ?? 1_000) * 1.01));
  return [low, Math.max(high, low * 10)];
}

function powers(_: uPlot, __: number, least: number, most: number): number[] {
  const found: number[] = [];
  const few = Math.log10(most / least) <= 2.01;
  for (let power = least; power <= most * 1.001; power *= 10) {
    found.push(power);
    if (few && power * 5 < most) found.push(power * 2, power * 5);
  }
  return found;
}
