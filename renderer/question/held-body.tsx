import { useMemo } from "react";
import type { Held } from "../../shared/model/consent.ts";
import { plural } from "../lib/format.ts";
import { Badge } from "../ui/badge.tsx";
import { ServerText } from "../ui/server-text.tsx";
import { DiffView, Pieces } from "./diff-view.tsx";
import { wordDiff } from "./differences.ts";
import { Beware, ForeignArea, Part } from "./foreign.tsx";
import { LongText } from "./reading-view.tsx";

const KINDS: Record<Held["kind"], string> = {
  tool: "Tool",
  prompt: "Prompt",
  resource: "Resource",
  template: "Resource template",
  instructions: "Instructions",
  package: "Package",
};

/** What is held back of a server, change by change, word by word. */
export function HeldBody({ held }: { readonly held: readonly Held[] }) {
  return (
    <ForeignArea label="What is held back">
      {held.map((one) => (
        <Part
          key={one.id}
          label={
            <>
              <span className="font-medium font-sans text-xs">{KINDS[one.kind]} </span>
              <span className="font-semibold text-fg">
                <ServerText text={one.name} whole />
              </span>
            </>
          }
          mark={<Badge tone={one.change === "new" ? "neutral" : "accent"}>{one.change}</Badge>}
        >
          {one.flags.map((flag) => (
            <Beware key={flag}>
              <ServerText text={flag} limit={400} multiline />
            </Beware>
          ))}
          <HeldText held={one} />
        </Part>
      ))}
    </ForeignArea>
  );
}

/** The new text; for a change with the words marked that were taken out and put in. */
function HeldText({ held: { before, after } }: { readonly held: Held }) {
  const words = useMemo(() => (before === null ? undefined : wordDiff(before, after)), [before, after]);
  if (before === null) return <LongText text={after} />;
  if (words === undefined || before.length + after.length > 6_000)
    return <DiffView before={before} after={after} />;
  return (
    <div
      data-testid="word-diff"
      className="my-1 divide-y divide-line rounded-md border border-line bg-raised"
    >
      <div className="px-2 py-1">
        <span className="mr-2 font-sans text-2xs text-muted">before</span>
        <Pieces pieces={words.before} kind="removed" />
      </div>
      <div className="px-2 py-1">
        <span className="mr-2 font-sans text-2xs text-muted">now</span>
        <Pieces pieces={words.after} kind="added" />
      </div>
    </div>
  );
}

/** What a server's held changes are, in our words. */
export function heldTitle(held: readonly Held[]): string {
  const kinds = new Set(held.map(({ kind }) => kind));
  const noun = kinds.size === 1 && kinds.has("tool") ? "tool" : "thing";
  const fresh = held.filter((one) => one.change === "new").length;
  const changed = held.length - fresh;
  if (changed === 0) return `offers ${plural(fresh, `new ${noun}`)}`;
  const words = `has changed ${plural(changed, noun)} since you approved ${changed === 1 ? "it" : "them"}`;
  return fresh === 0 ? words : `${words}, and offers ${plural(fresh, "new one")}`;
}
