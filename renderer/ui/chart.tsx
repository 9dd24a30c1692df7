import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useStore } from "zustand";
import { shortTime } from "../lib/format.ts";
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

/** A span that was chosen by dragging or with keys, in milliseconds since the epoch. */
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

/** Buckets that one step with Page Up or Page Down goes over. */
const PAGE = 10;
/** What is dragged over less than this was a press. */
const LEAST_PIXELS = 3;

/**
 * Lines or bars over time. A picture for the eye: whoever uses it shows the numbers as text as well. Dragging over it
 * chooses a span; with the keyboard the arrows move over its buckets, Shift extends, Enter takes what is chosen.
 * `sync` names charts whose cursors go together.
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
  brushed = null,
  onBrush,
  onTake,
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
  /** The span that is chosen, drawn over it wherever it was chosen. */
  readonly brushed?: Brushed | null;
  readonly onBrush?: (span: Brushed | null) => void;
  /** Enter was pressed on what is chosen. */
  readonly onTake?: () => void;
  /** The bucket under the cursor; null when there is none. */
  readonly onCursor?: (index: number | null) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const look = useLook();
  /** The bucket that the keys are at, and where what they choose begins. */
  const [place, setPlace] = useState<number | null>(null);
  const anchor = useRef(0);
  /** Where the pointer was pressed, while it is. */
  const pressed = useRef<number | null>(null);
  const handlers = useRef({ onBrush, onCursor });
  handlers.current = { onBrush, onCursor };
  const shape = lines.map((line) => [line.label, line.colour, line.dash, line.bars].join()).join(";");
  const data = useMemo(
    () =>
      [
        // Each value stands in the middle of its bucket, so that what is nearest to the pointer is what it is over.
        at.map((time) => (time + width / 2) / 1_000),
        ...lines.map(({ values }) => [...values]),
      ] as uPlot.AlignedData,
    [at, width, lines],
  );
  const latest = useRef({ data, lines, format, width, at });
  latest.current = { data, lines, format, width, at };

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
      scales: {
        // The whole of the first and of the last bucket.
        x: { range: () => spanOf(latest.current) },
        y: logarithmic
          ? { distr: 3, range: (_, least, most) => decades(least, most) }
          : { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
      },
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
                ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.8, 40] }) }),
              }),
        })),
      ],
      hooks: {
        setCursor: [(chart) => handlers.current.onCursor?.(chart.cursor.idx ?? null)],
        setSelect: [
          (chart) => {
            const { left, width: span } = chart.select;
            if (span < LEAST_PIXELS) return;
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again for other data, another size or another look too
  useEffect(() => {
    const chart = plot.current;
    if (chart === null) return;
    const draw = (): void => {
      if (pressed.current === null) mark(chart, brushed);
    };
    draw();
    // The plot draws a change of its scale a moment later.
    chart.hooks.draw = [draw];
    return () => {
      chart.hooks.draw = [];
    };
  }, [brushed, data, shape, look, height, logarithmic, sync]);

  const last = at.length - 1;
  const now = Math.min(place ?? last, last);
  const move = (to: number, extend: boolean): void => {
    const next = Math.max(0, Math.min(last, to));
    if (!extend) anchor.current = next;
    setPlace(next);
    point(plot.current, at[next], width);
    const [first = 0, end = 0] = [at[Math.min(anchor.current, next)], at[Math.max(anchor.current, next)]];
    if (extend) onBrush?.({ from: first, to: end + width });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
    const { key, shiftKey } = event;
    const from = place === null ? last + 1 : now;
    if (key === "ArrowLeft" || key === "ArrowDown") move(from - 1, shiftKey && place !== null);
    else if (key === "ArrowRight" || key === "ArrowUp") move(place === null ? last : now + 1, shiftKey);
    else if (key === "PageUp") move(now + PAGE, shiftKey);
    else if (key === "PageDown") move(now - PAGE, shiftKey);
    else if (key === "Home") move(0, shiftKey);
    else if (key === "End") move(last, shiftKey);
    else if (key === "Enter" || key === " ") {
      const start = at[now] ?? 0;
      if (brushed === null) onBrush?.({ from: start, to: start + width });
      onTake?.();
    } else if (key === "Escape" && brushed !== null) onBrush?.(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="relative w-full" style={{ height }}>
      <div
        ref={host}
        role="img"
        aria-label={label}
        className="h-full w-full cursor-crosshair"
        onPointerDown={(event) => {
          pressed.current = event.clientX;
          const released = (end: PointerEvent): void => {
            // A press without dragging puts away what was chosen.
            if (Math.abs(end.clientX - (pressed.current ?? 0)) < LEAST_PIXELS)
              handlers.current.onBrush?.(null);
            pressed.current = null;
          };
          addEventListener("pointerup", released, { once: true });
        }}
      />
      {onBrush !== undefined && (
        <div
          role="slider"
          tabIndex={0}
          aria-label={`Choose a span of: ${label.split(":")[0]}`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, last)}
          aria-valuenow={Math.max(0, now)}
          aria-valuetext={inWords(now, at, lines, format)}
          title="Drag, or use Shift and the arrow keys, to choose a span"
          className="pointer-events-none absolute inset-0 rounded-sm"
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            if (event.currentTarget.matches(":focus-visible") && place !== null)
              point(plot.current, at[now], width);
          }}
          onBlur={() => point(plot.current, undefined, width)}
        />
      )}
    </div>
  );
}

/** What is drawn of a bucket, for those who hear it. */
function inWords(
  place: number,
  at: readonly number[],
  lines: readonly ChartLine[],
  format: (value: number) => string,
): string {
  const time = at[place];
  if (time === undefined) return "nothing";
  const values = lines.flatMap(({ label, values }) => {
    const value = values[place] ?? null;
    return value === null ? [] : [`${label} ${format(value)}`];
  });
  return `${shortTime(time)}: ${values.length === 0 ? "no calls" : values.join(", ")}`;
}

/** The span of buckets, in seconds. */
const spanOf = ({
  at,
  width,
}: {
  readonly at: readonly number[];
  readonly width: number;
}): [number, number] => [(at[0] ?? 0) / 1_000, ((at.at(-1) ?? 0) + width) / 1_000];

/** Puts the cursor to a bucket, by its start in milliseconds, or away. */
function point(chart: uPlot | null, time: number | undefined, width: number): void {
  const left = time === undefined ? -10 : (chart?.valToPos((time + width / 2) / 1_000, "x") ?? -10);
  chart?.setCursor({ left, top: time === undefined ? -10 : 0 });
}

/** Draws what is chosen, or takes it away. */
function mark(chart: uPlot, brushed: Brushed | null): void {
  const most = chart.over.clientWidth;
  const place = (time: number): number => Math.min(most, Math.max(0, chart.valToPos(time / 1_000, "x")));
  const left = brushed === null ? 0 : place(brushed.from);
  const width = brushed === null ? 0 : place(brushed.to) - left;
  chart.setSelect({ left, width, top: 0, height: width === 0 ? 0 : chart.over.clientHeight }, false);
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
