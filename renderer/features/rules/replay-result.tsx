import { ArrowRight } from "lucide-react";
import { count, plural } from "../../lib/format.ts";
import { routeHref } from "../../lib/router.ts";
import { moveFocus } from "../../lib/roving.ts";
import { Banner } from "../../ui/banner.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { DecisionBadge } from "./decision.tsx";
import { replayWords } from "./replay-words.ts";
import type { ReplayState } from "./use-replay.ts";

/** How a replay went: the sentence, the counts, and the calls that would be decided otherwise. */
export function ReplayResult({ state }: { readonly state: ReplayState }) {
  if (state.phase === "none") return null;
  if (state.phase === "running")
    return (
      <p role="status" className="text-muted text-sm">
        Trying the rules on every recorded call…
      </p>
    );
  if (state.phase === "failed")
    return (
      <Banner tone="bad" title="The rules could not be tried.">
        <ServerText text={state.failure.message} multiline />
      </Banner>
    );
  const { result } = state;
  return (
    <section
      aria-label="What would have happened"
      data-testid="replay"
      className="rounded-lg border border-line"
    >
      <p
        role="status"
        className="border-line border-b bg-sunken px-4 py-2.5 font-medium text-sm"
        data-testid="replay-words"
      >
        {replayWords(result)}
      </p>
      <dl className="tabular grid grid-cols-4 divide-x divide-line text-sm">
        {(
          [
            ["Calls", result.calls],
            ["Allowed", result.allowed],
            ["Asked", result.asked],
            ["Denied", result.denied],
          ] as const
        ).map(([label, value]) => (
          <div key={label} className="px-4 py-2">
            <dt className="text-muted text-xs">{label}</dt>
            <dd className="font-medium text-base">{count(value)}</dd>
          </div>
        ))}
      </dl>
      {result.changed.length > 0 && (
        <ul
          aria-label="Calls that would be decided otherwise"
          className="max-h-72 overflow-y-auto border-line border-t"
          onKeyDown={moveFocus}
        >
          {result.changed.map(({ id, server, tool, inForce, proposed }) => (
            <li key={id}>
              <a
                data-roving=""
                data-testid="changed-call"
                href={routeHref({ screen: "activity", call: id })}
                className="flex h-8 items-center gap-2 border-line/60 border-b px-4 text-sm outline-offset-[-2px] hover:bg-hover"
              >
                <span className="flex min-w-0 flex-1 items-baseline gap-1.5">
                  <ServerText
                    text={server ?? "no server"}
                    limit={40}
                    className="max-w-[45%] shrink-0 text-muted"
                  />
                  <span className="text-faint">/</span>
                  <ServerText text={tool ?? "no tool"} limit={80} className="min-w-8 font-medium" />
                </span>
                <DecisionBadge decision={inForce} />
                <ArrowRight aria-label="becomes" size={13} className="text-faint" />
                <DecisionBadge decision={proposed} />
              </a>
            </li>
          ))}
        </ul>
      )}
      {result.changed.length >= 100 && (
        <p className="px-4 py-2 text-muted text-xs">The newest {plural(100, "such call")} are shown.</p>
      )}
    </section>
  );
}
