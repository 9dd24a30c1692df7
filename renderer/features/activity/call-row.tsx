// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>, and its focus is its active row
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtualised grid cannot be a <table>, and its focus is its active row
import { type MouseEvent, memo } from "react";
import type { CallSummary } from "../../../shared/model/call.ts";
import { bytes, clock, duration, otherDay } from "../../lib/format.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";
import { CallOutcome, callWord } from "../../ui/status.tsx";
import { TimingBar } from "../../ui/timing-bar.tsx";
import { COLUMNS, type ColumnKey, type Layout } from "./columns.ts";

/** Height of a row in pixels. */
export const ROW_HEIGHT = 32;
const rowOf = ({ wide }: Layout): string =>
  cx("grid items-center whitespace-nowrap px-5", wide ? "gap-x-4" : "gap-x-3");

/** The line above the rows. */
export const HeaderRow = ({ layout }: { readonly layout: Layout }) => (
  <div
    role="rowgroup"
    className="sticky top-0 z-[5] border-line border-b bg-bg"
    style={{ minWidth: layout.minWidth }}
  >
    <div
      role="row"
      aria-rowindex={1}
      style={{ gridTemplateColumns: layout.template }}
      className={cx(rowOf(layout), "h-8 font-medium text-faint text-xs")}
    >
      <span role="columnheader">Time</span>
      <span role="columnheader" className="truncate">
        <span className="hidden @md:inline">Server / tool</span>
        <span className="@md:hidden">Tool</span>
      </span>
      {layout.columns.map((key) => (
        <span key={key} role="columnheader" className={cx("truncate", COLUMNS[key].right && "text-right")}>
          {COLUMNS[key].label}
        </span>
      ))}
      <span role="columnheader">
        <span className="sr-only @lg:not-sr-only">Status</span>
      </span>
      <span role="columnheader" className="text-right">
        Duration
      </span>
    </div>
  </div>
);

/** A row whose call is still being read. */
export const WaitingRow = memo(function WaitingRow({ index }: { readonly index: number }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-busy="true"
      className="flex h-8 items-center border-line/60 border-b px-5"
    >
      <span role="gridcell" className="sr-only">
        Being read
      </span>
      <span
        aria-hidden
        className="h-2.5 rounded-full bg-press"
        style={{ width: `${24 + ((index * 37) % 30)}%` }}
      />
    </div>
  );
});

/** One call of the list. Its id in the document is `call-ID`, for aria-activedescendant. */
export const CallRow = memo(function CallRow({
  call,
  index,
  layout,
  selected,
  marked,
  today,
  onPress,
}: {
  readonly call: CallSummary;
  readonly index: number;
  readonly layout: Layout;
  /** It is the active row, or open beside the list. */
  readonly selected: boolean;
  /** It is one of several that were chosen. */
  readonly marked: boolean;
  /** Any moment of the current day, milliseconds since the epoch. */
  readonly today: number;
  readonly onPress: (call: CallSummary, index: number, event: MouseEvent) => void;
}) {
  const day = otherDay(call.startedAt, today);
  const name = call.tool ?? call.method;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for its active row
    <div
      id={`call-${call.id}`}
      data-testid="call-row"
      data-call-id={call.id}
      {...(marked ? { "data-marked": "" } : {})}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selected || marked}
      aria-label={`${plainVisible(name, 60)}, ${callWord(call.status)}, ${duration(call.durationUs)}`}
      onClick={(event) => onPress(call, index, event)}
      style={{ gridTemplateColumns: layout.template }}
      className={cx(
        rowOf(layout),
        "h-8 border-line/60 border-b text-sm",
        selected || marked ? "bg-accent-soft" : "hover:bg-hover",
        selected && "shadow-[inset_2px_0_0_var(--accent)]",
      )}
    >
      <span role="gridcell" className="tabular truncate text-muted">
        {day === "" ? (
          <>
            {clock(call.startedAt).slice(0, 8)}
            {layout.wide && clock(call.startedAt).slice(8)}
          </>
        ) : (
          <>
            {day}
            {layout.wide && ` ${clock(call.startedAt).slice(0, 8)}`}
          </>
        )}
      </span>
      <span role="gridcell" className="flex min-w-0 items-baseline gap-1.5">
        {call.server !== null && (
          <ServerText
            text={call.server}
            limit={60}
            className="hidden max-w-[46%] shrink-0 text-muted @md:block"
          />
        )}
        {call.server !== null && <span className="hidden text-faint @md:inline">/</span>}
        <ServerText
          text={name}
          limit={120}
          className={cx("min-w-8", call.tool === null ? "text-muted italic" : "font-medium")}
        />
      </span>
      {layout.columns.map((key) => (
        <Cell key={key} call={call} column={key} />
      ))}
      <span role="gridcell" className="flex">
        <CallOutcome status={call.status} wordClass="sr-only @lg:not-sr-only" />
      </span>
      <span role="gridcell" className="flex items-center justify-end gap-3">
        {layout.wide && <TimingBar times={call.times} total={call.durationUs} className="w-16" />}
        <span className={cx("tabular shrink-0 text-right", layout.wide && "w-18")}>
          {duration(call.durationUs)}
        </span>
      </span>
    </div>
  );
});

function Cell({ call, column }: { readonly call: CallSummary; readonly column: ColumnKey }) {
  const { right, value } = COLUMNS[column];
  const found: string | number = value(call);
  if (typeof found === "number") {
    const isTime = column === "consent" || column === "upstream";
    const text = isTime ? (found === 0 ? "" : duration(found)) : bytes(found);
    return (
      <span role="gridcell" className="tabular text-right text-muted">
        {text}
      </span>
    );
  }
  // The end of a folder tells more than its beginning.
  const text = column === "project" ? (found.split(/[/\\]/).findLast((part) => part !== "") ?? "") : found;
  return (
    <span
      role="gridcell"
      title={plainVisible(found, 300)}
      className={cx("tabular min-w-0 truncate text-muted", right && "text-right")}
    >
      {text === "" ? "" : <ServerText text={text} limit={60} className="block" />}
    </span>
  );
}
