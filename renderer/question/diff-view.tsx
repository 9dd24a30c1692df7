// biome-ignore-all lint/suspicious/noArrayIndexKey: lines and pieces never move, they follow from the texts
import { useMemo } from "react";
import { cx } from "../ui/cx.ts";
import { ServerText } from "../ui/server-text.tsx";
import { type DiffLine, lineDiff, type Piece, withGaps } from "./differences.ts";
import { Fold } from "./fold.tsx";

/** More lines than this stand folded at first. */
const SHOWN = 40;
/** Elements of the page cost time: of a difference with more lines the rest is shown as one text. */
const MOST = 4_000;

const LOOK: Record<DiffLine["kind"], readonly [line: string, sign: string, name: string]> = {
  same: ["", " ", ""],
  removed: ["bg-bad-soft", "−", "removed: "],
  added: ["bg-ok-soft", "+", "added: "],
  gap: ["bg-hover text-muted", "", ""],
};

/** The difference between two texts, line by line. */
export function DiffView({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = useMemo(() => withGaps(lineDiff(before, after)), [before, after]);
  return <DiffLines lines={lines} />;
}

/** Lines of a difference, the rest folded when they are many. */
export function DiffLines({ lines }: { readonly lines: readonly DiffLine[] }) {
  const first = <Lines lines={lines.slice(0, SHOWN)} />;
  if (lines.length <= SHOWN) return first;
  return (
    <Fold label={`Show all ${lines.length} lines`} preview={first}>
      <Lines lines={lines} />
    </Fold>
  );
}

function Lines({ lines }: { readonly lines: readonly DiffLine[] }) {
  const rest = lines.slice(MOST);
  return (
    <div data-testid="diff" className="my-1 overflow-hidden rounded-md border border-line bg-raised">
      {lines.slice(0, MOST).map((line, index) => {
        const [look, sign, name] = LOOK[line.kind];
        return (
          <div key={index} className={cx("flex min-w-0", look)}>
            <span
              aria-hidden
              className={cx(
                "w-5 shrink-0 select-none text-center",
                line.kind === "removed" ? "text-bad" : line.kind === "added" ? "text-ok" : "text-faint",
              )}
            >
              {sign}
            </span>
            <span className="min-w-0 flex-1 py-px pr-2">
              {name !== "" && <span className="sr-only">{name}</span>}
              <Pieces pieces={line.pieces} kind={line.kind === "removed" ? "removed" : "added"} />
            </span>
          </div>
        );
      })}
      {rest.length > 0 && (
        <ServerText
          whole
          multiline
          className="block px-2 py-1"
          text={rest
            .map((line) => `${LOOK[line.kind][1]} ${line.pieces.map(({ text }) => text).join("")}`)
            .join("\n")}
        />
      )}
    </div>
  );
}

/** A text in pieces, of which the marked ones differ. */
export function Pieces({
  pieces,
  kind,
}: {
  readonly pieces: readonly Piece[];
  readonly kind: "removed" | "added";
}) {
  return pieces.map(({ text, marked }, index) =>
    marked ? (
      <mark
        key={index}
        className={cx(
          "rounded-[2px] text-fg",
          kind === "removed" ? "bg-bad-mark/25 line-through decoration-bad/50" : "bg-ok-mark/25",
        )}
      >
        <ServerText text={text} whole multiline />
      </mark>
    ) : (
      <ServerText key={index} text={text} whole multiline />
    ),
  );
}
