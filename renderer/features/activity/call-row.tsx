// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>, and its focus is its active row
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtualised grid cannot be a <table>, and its focus is its active row
import { memo } from "react";
import type { CallSummary } from "../../../shared/model/call.ts";
import { bytes, clock, duration, otherDay } from "../../lib/format.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";
import { CallOutcome, callWord } from "../../ui/status.tsx";
import { TimingBar } from "../../ui/timing-bar.tsx";

/** Height of a row in pixels. */
export const ROW_HEIGHT = 32;

/** The columns, alike for header and rows; the container's width decides which are shown. */
export const COLUMNS =
  "grid items-center gap-x-3 whitespace-nowrap px-5 grid-cols-[62px_minmax(0,1fr)_16px_62px] @lg:grid-cols-[62px_minmax(0,1fr)_92px_68px] @2xl:gap-x-4 @2xl:grid-cols-[104px_minmax(0,1fr)_minmax(0,130px)_92px_148px] @4xl:grid-cols-[104px_minmax(0,1fr)_minmax(0,160px)_100px_72px_156px]";
export const FROM_2XL = "hidden @2xl:block";
export const FROM_4XL = "hidden @4xl:block";

/** One call of the list. Its id in the document is `call-ID`, for aria-activedescendant. */
export const CallRow = memo(function CallRow({
  call,
  index,
  selected,
  today,
  onSelect,
}: {
  readonly call: CallSummary;
  readonly index: number;
  readonly selected: boolean;
  /** Any moment of the current day, milliseconds since the epoch. */
  readonly today: number;
  readonly onSelect: (id: number) => void;
}) {
  const day = otherDay(call.startedAt, today);
  const name = call.tool ?? call.method;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for its active row
    <div
      id={`call-${call.id}`}
      data-testid="call-row"
      data-call-id={call.id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={`${plainVisible(name, 60)}, ${callWord(call.status)}, ${duration(call.durationUs)}`}
      onClick={() => onSelect(call.id)}
      className={cx(
        COLUMNS,
        "h-8 border-line/60 border-b text-sm",
        selected ? "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)]" : "hover:bg-hover",
      )}
    >
      <span role="gridcell" className="tabular truncate text-muted">
        {day === "" ? (
          <>
            {clock(call.startedAt).slice(0, 8)}
            <span className="hidden @2xl:inline">{clock(call.startedAt).slice(8)}</span>
          </>
        ) : (
          <>
            {day}
            <span className="hidden @2xl:inline"> {clock(call.startedAt).slice(0, 8)}</span>
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
      <span role="gridcell" className={cx(FROM_2XL, "min-w-0 truncate text-muted")}>
        {call.client === null ? "anonymous" : <ServerText text={call.client} limit={60} className="block" />}
      </span>
      <span role="gridcell" className="flex">
        <CallOutcome status={call.status} wordClass="sr-only @lg:not-sr-only" />
      </span>
      <span role="gridcell" className={cx(FROM_4XL, "tabular text-right text-muted")}>
        {bytes(call.resultBytes)}
      </span>
      <span role="gridcell" className="flex items-center justify-end gap-3">
        <TimingBar times={call.times} total={call.durationUs} className="hidden w-16 @2xl:block" />
        <span className="tabular shrink-0 text-right @2xl:w-18">{duration(call.durationUs)}</span>
      </span>
    </div>
  );
});
