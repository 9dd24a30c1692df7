import { useMemo } from "react";
import { Badge } from "../ui/badge.tsx";
import { ServerText } from "../ui/server-text.tsx";
import { DiffLines, Pieces } from "./diff-view.tsx";
import { lineDiff, withGaps, wordDiff } from "./differences.ts";
import { Part } from "./foreign.tsx";
import { type Compared, compareArguments } from "./previous.ts";
import type { Reading } from "./readers.ts";
import { LongText, ReadingView } from "./reading-view.tsx";

type Shown = Compared["arguments"][number];

/** The arguments of a call, each as what it is, with what is new against the last allowed call. */
export function ArgumentsView({
  text,
  previousText,
}: {
  readonly text: string;
  readonly previousText: string | null;
}) {
  const compared = useMemo(() => compareArguments(text, previousText), [text, previousText]);
  if (compared === undefined)
    return (
      <Part label={<OwnLabel>Arguments</OwnLabel>}>
        <LongText text={text} />
      </Part>
    );
  return (
    <>
      {compared.arguments.map((argument, index) => (
        // A name may stand there twice.
        // biome-ignore lint/suspicious/noArrayIndexKey: arguments never move
        <One key={index} argument={argument} />
      ))}
      {compared.gone.map((argument) => (
        <Part
          key={argument.key}
          inline
          label={<ServerText text={argument.key} limit={80} />}
          mark={<Badge tone="warn">left out</Badge>}
        >
          <span className="text-muted line-through">
            <ServerText text={argument.raw} limit={120} />
          </span>
        </Part>
      ))}
      {compared.arguments.length === 0 && compared.gone.length === 0 && (
        <Part inline label={<OwnLabel>Arguments</OwnLabel>}>
          <span className="font-sans text-muted">none</span>
        </Part>
      )}
    </>
  );
}

/** A label of ours among names of theirs. */
export const OwnLabel = ({ children }: { readonly children: string }) => (
  <span className="font-medium font-sans text-muted text-xs">{children}</span>
);

function One({ argument }: { readonly argument: Shown }) {
  const { key, reading, novelty } = argument;
  const label = (
    <>
      <KeyText text={key} />
      {argument.with.map((name) => (
        <span key={name}>
          {", "}
          <KeyText text={name} />
        </span>
      ))}
    </>
  );
  const mark =
    novelty === "changed" ? (
      <Badge tone="accent">changed</Badge>
    ) : novelty === "new" ? (
      <Badge tone="accent">new</Badge>
    ) : undefined;
  return (
    <Part label={label} inline={isShort(reading)} {...(mark === undefined ? {} : { mark })}>
      {[key, ...argument.with].map((name) =>
        name.length > LONGEST_KEY ? <LongText key={name} text={name} most={{ lines: 1, units: 80 }} /> : null,
      )}
      <Value argument={argument} />
    </Part>
  );
}

/** More of what an argument was in the last allowed call is cut: it is only there to be compared. */
const LONGEST_BEFORE = 240;

/** A longer name of an argument is cut in its label, and stands whole, folded, above the value. */
const LONGEST_KEY = 120;

const KeyText = ({ text }: { readonly text: string }) => (
  <ServerText text={text} limit={LONGEST_KEY} className="inline whitespace-pre-wrap! text-json-key" />
);

/** The value; where it has changed, with what it was in the last allowed call. */
function Value({ argument: { reading, novelty, previous } }: { readonly argument: Shown }) {
  const before = novelty === "changed" ? textOf(previous?.reading) : undefined;
  const after = textOf(reading);
  if (before === undefined || after === undefined) return <ReadingView reading={reading} />;
  if (reading.kind === "text") return <ChangedText before={before} after={after} />;
  const words = before.length > LONGEST_BEFORE || before.includes("\n") ? undefined : wordDiff(before, after);
  return (
    <>
      <ReadingView reading={reading} />
      <div className="mt-0.5 text-muted">
        <span className="font-sans text-xs">last allowed: </span>
        {words === undefined ? (
          <ServerText
            text={before}
            limit={before.includes("\n") ? 40 : LONGEST_BEFORE}
            className="inline whitespace-pre-wrap!"
          />
        ) : (
          <Pieces pieces={words.before} kind="removed" />
        )}
      </div>
    </>
  );
}

/** A long text that is like the one before is shown by its differences, and then whole; one that is not, only whole. */
function ChangedText({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  const same = lines.filter(({ kind }) => kind === "same").length;
  return (
    <>
      {same * 3 >= lines.length && <DiffLines lines={withGaps(lines)} />}
      <LongText text={after} />
    </>
  );
}

function textOf(reading: Reading | undefined): string | undefined {
  return reading !== undefined && "text" in reading ? reading.text : undefined;
}

const isShort = (reading: Reading): boolean =>
  reading.kind === "path" || reading.kind === "url" || reading.kind === "word" || reading.kind === "list";
