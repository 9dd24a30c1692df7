import type { CallSummary } from "../../../shared/model/call.ts";

/** What the list can show of a call beside its time, tool, status and duration, in the order of the columns. */
export const COLUMNS = {
  id: { label: "Id", width: 76, right: true, value: (call) => String(call.id) },
  client: { label: "Client", width: 110, right: false, value: (call) => call.client ?? "anonymous" },
  session: { label: "Session", width: 130, right: false, value: (call) => call.session ?? "" },
  project: { label: "Project", width: 150, right: false, value: (call) => call.project ?? "" },
  method: { label: "Method", width: 110, right: false, value: (call) => call.method },
  profile: { label: "Profile", width: 90, right: false, value: (call) => call.profile ?? "" },
  rule: { label: "Rule", width: 90, right: false, value: (call) => call.rule ?? "" },
  request: { label: "Request", width: 72, right: true, value: (call) => call.requestBytes },
  result: { label: "Result", width: 72, right: true, value: (call) => call.resultBytes },
  consent: { label: "Asked", width: 76, right: true, value: (call) => call.times.consent },
  upstream: { label: "Server", width: 76, right: true, value: (call) => call.times.upstream },
} as const satisfies Record<string, Column>;

interface Column {
  readonly label: string;
  /** Pixels that it needs. */
  readonly width: number;
  readonly right: boolean;
  /** A text, or bytes, or microseconds. */
  readonly value: (call: CallSummary) => string | number;
}
export type ColumnKey = keyof typeof COLUMNS;
export const COLUMN_KEYS = Object.keys(COLUMNS) as ColumnKey[];
/** Those that give way last when there is little room. */
const MATTER: readonly ColumnKey[] = [
  "client",
  "result",
  "project",
  "session",
  "method",
  "consent",
  "upstream",
];

/** The columns that are shown, and the grid's template for header and rows alike. */
export interface Layout {
  readonly columns: readonly ColumnKey[];
  readonly template: string;
  /** There is room for milliseconds and for a bar of each call's time. */
  readonly wide: boolean;
  /** Pixels that it needs; where the list has fewer it scrolls sideways. */
  readonly minWidth: number;
}

const PADDING = 40;
/** What a server's and a tool's name need, in pixels. */
const TOOL = 180;
const STATUS = 92;
/** Pixels of the other parts of a row, and between them. */
const SIZES = { wide: { time: 104, duration: 148, gap: 16 }, compact: { time: 62, duration: 68, gap: 12 } };
/** Pixels that a text is squeezed to before the list scrolls sideways. */
const SQUEEZED = 70;
/** A list narrower than these, in pixels, stands beside something else, and leaves out what it has no room for. */
const ROOMY = 672;
const NARROW = 512;

const needs = (
  columns: readonly ColumnKey[],
  { time, duration, gap }: typeof SIZES.wide,
  widthOf = (key: ColumnKey): number => COLUMNS[key].width,
): number =>
  PADDING +
  time +
  TOOL +
  STATUS +
  duration +
  3 * gap +
  columns.reduce((sum, key) => sum + widthOf(key) + gap, 0);

const squeezed = (key: ColumnKey): number => {
  const { right, width } = COLUMNS[key];
  return right ? width : Math.min(width, SQUEEZED);
};

/** How a list of this width shows the columns that are wanted: all of them, unless it stands beside something else. */
export function layoutFor(wanted: readonly ColumnKey[], width: number): Layout {
  const all = COLUMN_KEYS.filter((key) => wanted.includes(key));
  const wide = needs(all, SIZES.wide) <= width;
  const { time, duration } = wide ? SIZES.wide : SIZES.compact;
  const isNarrow = width < NARROW;
  const columns = width >= ROOMY ? all : isNarrow ? [] : thatFit(all, width);
  const widths = columns.map((key) => {
    const { right, width } = COLUMNS[key];
    return right ? `${width}px` : `minmax(${squeezed(key)}px,${width}px)`;
  });
  const ends = isNarrow ? ["16px", "62px"] : [`${STATUS}px`, `${duration}px`];
  return {
    columns,
    template: [`${time}px`, `minmax(${isNarrow ? 0 : TOOL}px,1fr)`, ...widths, ...ends].join(" "),
    wide,
    minWidth: width >= ROOMY ? needs(columns, wide ? SIZES.wide : SIZES.compact, squeezed) : 0,
  };
}

function thatFit(all: readonly ColumnKey[], width: number): ColumnKey[] {
  const chosen: ColumnKey[] = [];
  for (const key of new Set([...MATTER, ...COLUMN_KEYS]))
    if (all.includes(key) && needs([...chosen, key], SIZES.compact) <= width) chosen.push(key);
  return COLUMN_KEYS.filter((key) => chosen.includes(key));
}
