// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import { Fragment, useMemo, useState } from "react";
import { plural } from "../lib/format.ts";
import { type DiffBlock, folded, wordDiff } from "../lib/word-diff.ts";
import { cx } from "./cx.ts";
import { ServerText } from "./server-text.tsx";

/** Foreign text, and what has changed in it word by word; without `before` it is all new. */
export function TextDiff({
  label,
  before,
  after,
  whole = false,
}: {
  readonly label: string;
  readonly before: string | null;
  readonly after: string;
  /** As high as it is: what is around it scrolls. */
  readonly whole?: boolean;
}) {
  const blocks = useMemo<DiffBlock[]>(
    () => (before === null ? [{ kind: "same", text: after }] : folded(wordDiff(before, after))),
    [before, after],
  );
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={label}
      data-testid="text-diff"
      className={cx(
        "relative whitespace-pre-wrap border border-line font-mono text-xs leading-5 [overflow-wrap:anywhere]",
        whole
          ? "my-1 rounded-md bg-raised px-2 py-1"
          : "max-h-96 overflow-auto rounded-lg bg-sunken px-3.5 py-3",
      )}
    >
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move, they follow from the texts
        <Block key={index} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { readonly block: DiffBlock }) {
  const [open, setOpen] = useState(false);
  switch (block.kind) {
    case "same":
      return <ServerText text={block.text} multiline whole />;
    case "added":
      return (
        <ins className="rounded-xs bg-ok-soft text-ok no-underline [box-decoration-break:clone]">
          <span className="sr-only">added: </span>
          <Changed text={block.text} />
          <span className="sr-only"> end of added</span>
        </ins>
      );
    case "removed":
      return (
        <del className="rounded-xs bg-bad-soft text-bad [box-decoration-break:clone]">
          <span className="sr-only">removed: </span>
          <Changed text={block.text} />
          <span className="sr-only"> end of removed</span>
        </del>
      );
    case "folded":
      return open ? (
        <ServerText text={block.text} multiline whole />
      ) : (
        <button
          type="button"
          onClick={() => setOpen(true)}
          className="my-1 block rounded-sm bg-press px-2 font-medium font-sans text-2xs text-muted hover:text-fg"
        >
          {plural(block.lines, "unchanged line")}
        </button>
      );
  }
}

/** A changed end of a line would not be seen. */
function Changed({ text }: { readonly text: string }) {
  return text.split("\n").map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
    <Fragment key={index}>
      {index > 0 && (
        <>
          <span aria-hidden className="select-none no-underline opacity-60">
            ↵
          </span>
          {"\n"}
        </>
      )}
      {line !== "" && <ServerText text={line} multiline whole />}
    </Fragment>
  ));
}
