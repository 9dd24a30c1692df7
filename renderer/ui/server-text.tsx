import { memo, useMemo, useState } from "react";
import { count } from "../lib/format.ts";
import { visibleText } from "../lib/visible-text.ts";
import { cx } from "./cx.ts";

const STEP = 20_000;
const MOST = 200_000;

/**
 * The one way any text from a server or a client is shown: inert, bounded, left to right, with everything hidden in it
 * made visible. On one line it is cut; as a block it offers more.
 */
export const ServerText = memo(function ServerText({
  text,
  limit,
  multiline = false,
  whole = false,
  className,
}: {
  readonly text: string;
  /** UTF-16 units shown at first: 240 on a line, 2,000 in a block. */
  readonly limit?: number;
  readonly multiline?: boolean;
  /** Never cut: for what the person is about to approve. Its surroundings must scroll. */
  readonly whole?: boolean;
  readonly className?: string;
}) {
  const [extra, setExtra] = useState(0);
  const shown = whole ? Number.MAX_SAFE_INTEGER : (limit ?? (multiline ? 2_000 : 240)) + extra;
  const { segments, rest } = useMemo(
    () => visibleText(text, { limit: shown, multiline }),
    [text, shown, multiline],
  );
  return (
    <bdi
      dir="ltr"
      className={cx("server-text", className)}
      {...(multiline || whole ? {} : { "data-line": "" })}
    >
      {segments.map((segment, index) =>
        segment.kind === "text" ? (
          segment.text
        ) : (
          // Segments never move: they are derived from the text in order.
          <span key={`${index}`} className="server-glyph" title={segment.title}>
            {segment.text}
          </span>
        ),
      )}
      {rest > 0 && !multiline && <span title={`${count(rest)} more characters`}>…</span>}
      {rest > 0 && multiline && shown < MOST && (
        <button
          type="button"
          onClick={(event) => {
            event.stopPropagation();
            setExtra(extra + STEP);
          }}
          className="mx-1 rounded-sm bg-press px-1.5 font-medium font-sans text-2xs text-accent hover:bg-accent-soft"
        >
          {extra === 0 ? "Show more" : "Show still more"} ({count(rest)} characters)
        </button>
      )}
      {rest > 0 && multiline && shown >= MOST && (
        <span className="mx-1 font-sans text-2xs text-faint">
          … {count(rest)} more characters: copy to read them
        </span>
      )}
    </bdi>
  );
});
