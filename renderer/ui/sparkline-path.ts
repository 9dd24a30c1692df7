import type { SparkPoint } from "./sparkline.tsx";

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly width: number;
  readonly height: number;
}

/** Points further apart than this are not joined, in milliseconds: nothing is known of the time between. */
const GAP_MS = 90_000;
/** Room for half the line's width. */
const EDGE = 1;

/** The line through the points and the area under it, as SVG path data; both "" where there is nothing to draw. */
export function sparkline(points: readonly SparkPoint[], frame: Frame): { line: string; area: string } {
  const { from, to, least, width, height } = frame;
  const shown = points.filter(({ at }) => at >= from && at <= to);
  const top = Math.max(least, ...shown.map(({ value }) => value));
  const round = (value: number): number => Math.round(value * 10) / 10;
  const place = ({ at, value }: SparkPoint): string => {
    const x = EDGE + ((at - from) / (to - from)) * (width - 2 * EDGE);
    const y = height - EDGE - (Math.max(0, value) / top) * (height - 2 * EDGE);
    return `${round(x)} ${round(y)}`;
  };
  const runs: SparkPoint[][] = [];
  for (const point of shown) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && point.at - last.at <= GAP_MS) run.push(point);
    else runs.push([point]);
  }
  const x = (point: SparkPoint | undefined): string =>
    point === undefined ? "" : (place(point).split(" ")[0] ?? "");
  // A lone point is drawn as a dot: a line of no length with round ends.
  const line = runs.map((run) => `M${run.map(place).join("L")}${run.length === 1 ? "h0" : ""}`).join("");
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => `M${x(run[0])} ${height}L${run.map(place).join("L")}L${x(run.at(-1))} ${height}Z`)
    .join("");
  return { line, area };
}
