import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Held } from "../../shared/model/consent.ts";
import { ago, fullTime } from "../lib/format.ts";
import { useNow } from "../lib/services.tsx";
import { plainVisible } from "../lib/visible-text.ts";
import { Badge } from "./badge.tsx";
import { ServerText } from "./server-text.tsx";
import { TextDiff } from "./text-diff.tsx";

const KINDS: Readonly<Record<Held["kind"], string>> = {
  tool: "Tool",
  prompt: "Prompt",
  resource: "Resource",
  template: "Resource template",
  instructions: "Instructions",
  package: "Package",
};

/** Something that a server has changed or added, as it was and as it is: what a person sees before accepting it. */
export function HeldChange({ held, actions }: { readonly held: Held; readonly actions?: ReactNode }) {
  const now = useNow(60_000);
  const isOnly = held.kind === "instructions" || held.kind === "package";
  return (
    <article
      data-testid="held-change"
      data-held={held.id}
      aria-label={`${KINDS[held.kind]} ${isOnly ? "" : plainVisible(held.name, 80)}`}
      className="space-y-2.5"
    >
      <header className="flex min-h-7 items-center gap-2">
        <h3 className="flex min-w-0 items-baseline gap-1.5 text-sm">
          <span className={isOnly ? "font-medium" : "shrink-0 text-muted"}>{KINDS[held.kind]}</span>
          {!isOnly && <ServerText text={held.name} limit={120} className="font-medium" />}
        </h3>
        <Badge tone={held.change === "new" ? "accent" : "warn"}>
          {held.change === "new" ? "new" : held.kind === "package" ? "updated" : "changed"}
        </Badge>
        <span className="min-w-0 flex-1 truncate text-faint text-xs" title={fullTime(held.since)}>
          {ago(held.since, now)}
        </span>
        {actions}
      </header>
      {held.flags.length > 0 && (
        <ul className="space-y-1 rounded-lg border border-bad-line bg-bad-soft px-3 py-2 text-sm">
          {held.flags.map((flag) => (
            <li key={flag} className="flex items-start gap-2">
              <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0 text-bad" />
              <ServerText text={flag} multiline limit={400} />
            </li>
          ))}
        </ul>
      )}
      <TextDiff label="What it says, and what has changed" before={held.before} after={held.after} />
    </article>
  );
}
