import { memo, useMemo, useState } from "react";
import { count } from "../lib/format.ts";
import { visibleText } from "../lib/visible-text.ts";
import { cx } from "./cx.ts";

const STEP = 20_000;
const MOST = 200_000;

interface ServerTextProps {
  readonly text: string;
  /** UTF-16 units shown at first: 240 on a line, 2,000 in a block. */
  readonly limit?: number;
  readonly multiline?: boolean;
  /** Never cut: for what the person is about to approve. Its surroundings must scroll. */
  readonly whole?: boolean;
  readonly className?: string;
}

const PLAIN = /^[\x20-\x7e]*$/;

/**
 * The one way any text from a server or a client is shown: inert, bounded, left to right, with everything hidden in it
 * made visible. On one line it is cut; as a block it offers more.
 */
export const ServerText = memo(function ServerText(props: ServerTextProps) {
  const { text, multiline = false, whole = false } = props;
  const limit = whole ? Number.MAX_SAFE_INTEGER : (props.limit ?? (multiline ? 2_000 : 240));
  // Short plain text, by far the most common, needs no work.
  if (text.length <= Math.min(limit, 1_000) && PLAIN.test(text))
    return (
      <bdi
        dir="ltr"
        className={cx("server-text", props.className)}
        {...(multiline || whole ? {} : { "data-line": "" })}
      >
        {text}
      </bdi>
    );
  return <Marked {...props} multiline={multiline} whole={whole} limit={limit} />;
});

function Marked({ text, limit, multiline, whole, className }: ServerTextProps & { readonly limit: number }) {
  const [extra, setExtra] = useState(0);
  const shown = limit + extra;
  const { segments, rest } = useMemo(
    () => visibleText(text, { limit: shown, multiline: multiline === true }),
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
          // biome-ignore lint/suspicious/noArrayIndexKey: segments never move, they follow from the text
          <span key={index} className="server-glyph" title={segment.title}>
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
}
