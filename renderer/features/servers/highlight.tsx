import { useMemo } from "react";
import { ServerText } from "../../ui/server-text.tsx";
import { foundIn } from "./found-in.ts";

/** A line of a log with what was searched for marked. */
export function Highlight({ text, needle }: { readonly text: string; readonly needle: string }) {
  const pieces = useMemo(() => foundIn(text, needle), [text, needle]);
  if (pieces.length === 1 && pieces[0]?.found === false)
    return <ServerText text={text} multiline limit={800} />;
  return pieces.map((piece, index) =>
    piece.found ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move, they follow from the text
      <mark key={index} className="rounded-xs bg-warn-soft text-warn outline outline-warn-line">
        <ServerText text={piece.text} multiline limit={200} />
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <ServerText key={index} text={piece.text} multiline limit={800} />
    ),
  );
}
