// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/suspicious/noArrayIndexKey: rows never move, they follow from the texts
import { useMemo, useState } from "react";
import type { CallDetail } from "../../shared/model/call.ts";
import { plural } from "../lib/format.ts";
import { Pieces } from "../question/diff-view.tsx";
import type { DiffLine } from "../question/differences.ts";
import { cx } from "../ui/cx.ts";
import { Segmented } from "../ui/field.tsx";
import { type Compared, comparable } from "./comparable.ts";
import { type DiffRow, sideBySide } from "./side-by-side.ts";

/** Rows that are drawn; the page would be slow with more. */
const MOST = 2_000;

/** Two calls beside each other: their results, or their arguments. */
export function CallDiff({
  first,
  second,
  firstName,
  secondName,
}: {
  readonly first: CallDetail;
  readonly second: CallDetail;
  /** What the columns are called: "Recorded", "Now". */
  readonly firstName: string;
  readonly secondName: string;
}) {
  const [part, setPart] = useState<Compared>("result");
  const [whole, setWhole] = useState(false);
  const before = useMemo(() => comparable(first, part), [first, part]);
  const after = useMemo(() => comparable(second, part), [second, part]);
  const rows = useMemo(
    () => (before === after ? [] : sideBySide(before, after, whole)),
    [before, after, whole],
  );
  const changed = rows.filter(({ kind }) => kind === "changed").length;
  const cut = [first, second].some((call) =>
    [call.request, call.result, call.error].some((one) => one?.truncated),
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="call-diff">
      <div className="flex shrink-0 flex-wrap items-center gap-3 border-line border-b px-5 py-1.5">
        <Segmented
          label="What to compare"
          value={part}
          onValue={(value) => setPart(value as Compared)}
          options={[
            { value: "result", label: "Result" },
            { value: "arguments", label: "Arguments" },
          ]}
        />
        <Segmented
          label="Which lines to show"
          value={whole ? "all" : "changes"}
          onValue={(value) => setWhole(value === "all")}
          options={[
            { value: "changes", label: "Changes" },
            { value: "all", label: "All lines" },
          ]}
        />
        <span className="flex-1" />
        <span role="status" className="tabular text-muted text-xs">
          {before === after
            ? "No difference"
            : `${plural(changed, "line")} differ${changed === 1 ? "s" : ""}`}
        </span>
      </div>
      {cut && (
        <p className="shrink-0 border-line border-b bg-sunken px-5 py-1.5 text-muted text-xs">
          Only the beginning of a long payload is compared.
        </p>
      )}
      <div
        className="relative min-h-0 flex-1 overflow-auto"
        role="region"
        aria-label={part === "result" ? "Results side by side" : "Arguments side by side"}
        tabIndex={0}
      >
        <div className="sticky top-0 z-[1] grid grid-cols-2 border-line border-b bg-bg font-medium text-muted text-xs">
          <span className="px-5 py-1.5">{firstName}</span>
          <span className="border-line border-l px-5 py-1.5">{secondName}</span>
        </div>
        {before === after ? (
          <p className="p-5 text-muted text-sm">
            {before === ""
              ? "Neither of the calls has any."
              : "Both say the same. The order of members does not count."}
          </p>
        ) : (
          <div className="pb-4 font-mono text-xs leading-5">
            {rows.slice(0, MOST).map((row, index) => (
              <Row key={index} row={row} />
            ))}
            {rows.length > MOST && (
              <p className="px-5 py-3 font-sans text-muted text-sm">
                {plural(rows.length - MOST, "more line")} are not shown.
              </p>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

function Row({ row }: { readonly row: DiffRow }) {
  if (row.kind === "gap")
    return (
      <div className="border-line border-y bg-sunken px-5 py-0.5 font-sans text-faint text-xs">
        {row.text}
      </div>
    );
  return (
    <div className="grid grid-cols-2">
      <Side line={row.left} side="left" changed={row.kind === "changed"} />
      <Side line={row.right} side="right" changed={row.kind === "changed"} />
    </div>
  );
}

function Side({
  line,
  side,
  changed,
}: {
  readonly line: DiffLine | null;
  readonly side: "left" | "right";
  readonly changed: boolean;
}) {
  const left = side === "left";
  const look = !changed ? "" : line === null ? "bg-sunken" : left ? "bg-bad-soft" : "bg-ok-soft";
  return (
    <div className={cx("flex min-w-0", !left && "border-line border-l", look)}>
      <span aria-hidden className={cx("w-5 shrink-0 select-none text-center", left ? "text-bad" : "text-ok")}>
        {changed && line !== null ? (left ? "−" : "+") : ""}
      </span>
      <span className="min-w-0 flex-1 whitespace-pre-wrap pr-3 [overflow-wrap:anywhere]">
        {changed && line !== null && <span className="sr-only">{left ? "removed: " : "added: "}</span>}
        {line !== null && <Pieces pieces={line.pieces} kind={left ? "removed" : "added"} />}
      </span>
    </div>
  );
}
