import { useEffect, useMemo, useState } from "react";
import type { Result } from "../../../shared/contract.ts";
import type { Profile } from "../../../shared/model/config.ts";
import { plural } from "../../lib/format.ts";
import { failureOf, type Failure as Reason } from "../../lib/hub-store.ts";
import { useServices } from "../../lib/services.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";

const PAUSE_MS = 150;
type Seen = Result<"profiles.preview">;

/** What a profile would show now, while it is edited: counts, and every tool. */
export function ProfilePreview({ profile }: { readonly profile: Profile }) {
  const { connection } = useServices();
  const [seen, setSeen] = useState<Seen | null>(null);
  const [failure, setFailure] = useState<Reason | null>(null);
  const [round, setRound] = useState(0);
  const [query, setQuery] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      connection.call("profiles.preview", { profile }).then(
        (found) => {
          if (!wanted) return;
          setSeen(found);
          setFailure(null);
        },
        (error: unknown) => wanted && setFailure(failureOf(error)),
      );
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [connection, profile, round]);
  const shown = useMemo(() => {
    const needle = query.toLowerCase();
    return (seen?.toolList ?? []).filter(
      ({ server, name }) => name.toLowerCase().includes(needle) || server.toLowerCase().includes(needle),
    );
  }, [seen, query]);
  return (
    <aside
      aria-label="What it shows now"
      data-testid="preview"
      className="flex w-[34%] min-w-60 max-w-90 shrink-0 flex-col border-line border-l bg-panel"
    >
      <div className="space-y-2.5 px-4 pt-4 pb-2.5">
        <h2 className="font-medium text-sm">It would show</h2>
        {failure !== null ? (
          <div className="-m-5">
            <Failure what="This cannot be previewed." failure={failure} onRetry={() => setRound(round + 1)} />
          </div>
        ) : (
          <p role="status" data-testid="preview-counts" className="tabular text-muted text-sm">
            {seen === null
              ? "Counting…"
              : [
                  plural(seen.servers.length, "server"),
                  plural(seen.tools, "tool"),
                  plural(seen.resources, "resource"),
                  plural(seen.prompts, "prompt"),
                ].join(", ")}
          </p>
        )}
        {seen !== null && seen.tools > 0 && (
          <SearchInput label="Find a tool" value={query} onValue={setQuery} />
        )}
      </div>
      {seen !== null && shown.length === 0 && (
        <p className="px-4 text-muted text-sm">
          {seen.tools === 0 ? "A client with this profile sees no tool." : "It does not show such a tool."}
        </p>
      )}
      <VirtualList
        role="list"
        aria-label="Tools that it shows"
        tabIndex={0}
        data-testid="preview-tools"
        count={shown.length}
        rowHeight={28}
        rowKey={(index) => `${shown[index]?.server}/${shown[index]?.name}`}
        className="px-4 pb-3 outline-offset-[-2px]"
        renderRow={(index) => {
          const tool = shown[index];
          return tool === undefined ? null : (
            // biome-ignore lint/a11y/useSemanticElements: a virtualised list has no <li> for what is out of view
            <div role="listitem" className="flex h-7 min-w-0 items-baseline gap-1.5 text-sm">
              <ServerText text={tool.server} limit={40} className="max-w-[45%] shrink-0 text-muted" />
              <span className="text-faint">/</span>
              <ServerText text={tool.name} limit={80} className="min-w-8" />
            </div>
          );
        }}
      />
    </aside>
  );
}
