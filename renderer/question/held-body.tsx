import type { Held } from "../../shared/model/consent.ts";
import { plural } from "../lib/format.ts";
import { Badge } from "../ui/badge.tsx";
import { ServerText } from "../ui/server-text.tsx";
import { TextDiff } from "../ui/text-diff.tsx";
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
  if (before === null) return <LongText text={after} />;
  return <TextDiff whole label="What has changed" before={before} after={after} />;
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
