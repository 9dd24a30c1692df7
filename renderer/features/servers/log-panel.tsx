import { ArrowDown, ScrollText } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { clock, count, plural } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/virtual-list.tsx";
import type { ServerStore } from "./server-store.ts";

const STREAMS = { stderr: "", stdout: "stdout", log: "log", hub: "hub" } as const;

/** What a server writes, live: follows the end until the person scrolls up. */
export function LogPanel({ page }: { readonly page: ServerStore }) {
  const { lines, logLoaded } = useStore(page.store);
  const [query, setQuery] = useState("");
  const [following, setFollowing] = useState(true);
  const list = useRef<VirtualListHandle>(null);
  const lastTop = useRef(0);
  const shown = useMemo(() => {
    const needle = query.toLowerCase();
    return needle === "" ? lines : lines.filter((line) => line.text.toLowerCase().includes(needle));
  }, [lines, query]);
  const last = shown.at(-1)?.number;
  useEffect(() => {
    if (!following || last === undefined) return;
    const element = list.current?.element;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const end = (): void => element.scrollTo({ top: element.scrollHeight });
    end();
    // Rows are measured once they are there, and may be taller than guessed: the end moves.
    const observer = new ResizeObserver(end);
    observer.observe(content);
    return () => observer.disconnect();
  }, [following, last]);

  if (lines.length === 0)
    return (
      <EmptyState
        icon={<ScrollText size={20} />}
        title={logLoaded ? "Nothing written yet" : "Loading the log"}
      >
        What the server writes on stderr appears here as it comes.
      </EmptyState>
    );
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-2 border-line border-b px-3 py-1.5">
        <SearchInput primary label="Search the log" value={query} onValue={setQuery} className="w-72" />
        <span role="status" className="tabular text-faint text-xs">
          {query === ""
            ? plural(lines.length, "line")
            : `${count(shown.length)} of ${plural(lines.length, "line")}`}
        </span>
        <span className="flex-1" />
        <CopyButton
          label="Copy the lines shown"
          text={() => shown.map((line) => `${clock(line.at)} ${line.stream} ${line.text}`).join("\n")}
        >
          Copy
        </CopyButton>
      </div>
      <VirtualList
        handle={list}
        measured
        count={shown.length}
        rowHeight={20}
        rowKey={(index) => shown[index]?.number ?? index}
        role="log"
        aria-label="Server log"
        aria-live="off"
        tabIndex={0}
        data-testid="server-log"
        className="py-1.5 font-mono text-xs outline-offset-[-2px]"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          const atEnd = scrollHeight - scrollTop - clientHeight < 24;
          // Only the person's own scrolling upwards ends the following, not content that grows.
          if (atEnd) setFollowing(true);
          else if (scrollTop < lastTop.current) setFollowing(false);
          lastTop.current = scrollTop;
        }}
        renderRow={(index) => {
          const line = shown[index];
          if (line === undefined) return null;
          return (
            <div className="flex gap-3 px-5 leading-5 hover:bg-hover">
              <span className="tabular shrink-0 select-none text-faint">{clock(line.at)}</span>
              <span className={cx("min-w-0", line.stream === "hub" && "text-accent")}>
                {STREAMS[line.stream] !== "" && (
                  <span className="mr-2 select-none rounded-sm bg-press px-1 font-sans text-2xs text-muted">
                    {STREAMS[line.stream]}
                  </span>
                )}
                <ServerText text={line.text} multiline limit={800} />
              </span>
            </div>
          );
        }}
      />
      {!following && (
        <div className="pointer-events-none absolute inset-x-0 bottom-4 flex justify-center">
          <Button
            size="sm"
            className="pointer-events-auto rounded-full shadow-pop"
            icon={<ArrowDown size={13} />}
            onClick={() => setFollowing(true)}
          >
            Follow
          </Button>
        </div>
      )}
    </div>
  );
}
