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

/** The columns that find room, and the grid's template for header and rows alike. */
export interface Layout {
  readonly columns: readonly ColumnKey[];
  readonly template: string;
}

const GAP = 16;
const PADDING = 40;
const TOOL = 110;

/** Chooses, of the columns that are wanted, those for which a list of this width has room. */
export function layoutFor(wanted: readonly ColumnKey[], width: number): Layout {
  const isNarrow = width < 512;
  const isWide = width >= 672;
  const time = isWide ? 104 : 62;
  const status = isNarrow ? 16 : 92;
  const duration = isNarrow ? 62 : isWide ? 148 : 68;
  let room = isWide ? width - PADDING - time - status - duration - TOOL - 3 * GAP : 0;
  const columns = new Set<ColumnKey>();
  for (const key of [...MATTER, ...COLUMN_KEYS]) {
    if (!wanted.includes(key) || columns.has(key) || COLUMNS[key].width + GAP > room) continue;
    columns.add(key);
    room -= COLUMNS[key].width + GAP;
  }
  const shown = COLUMN_KEYS.filter((key) => columns.has(key));
  const widths = shown.map((key) =>
    COLUMNS[key].right ? `${COLUMNS[key].width}px` : `minmax(0,${COLUMNS[key].width}px)`,
  );
  return {
    columns: shown,
    template: [`${time}px`, "minmax(0,1fr)", ...widths, `${status}px`, `${duration}px`].join(" "),
  };
}
