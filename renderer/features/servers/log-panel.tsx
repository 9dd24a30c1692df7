import { ArrowDown, FolderOpen, Pause, Play, ScrollText, SearchX } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import type { LogFilter, LogLevel } from "../../../shared/model/server.ts";
import { clock, plural } from "../../lib/format.ts";
import { useServices } from "../../lib/services.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput, Select } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/virtual-list.tsx";
import { Highlight } from "./highlight.tsx";
import type { NumberedLine, ServerLog } from "./server-log.ts";

const STREAMS = { stderr: "", stdout: "stdout", log: "log", hub: "hub" } as const;
const LEVELS: readonly { readonly value: LogLevel | ""; readonly label: string }[] = [
  { value: "", label: "All lines" },
  { value: "info", label: "Info and up" },
  { value: "warning", label: "Warnings and up" },
  { value: "error", label: "Errors and up" },
];
/** A pause in typing after which it is searched, in milliseconds. */
const TYPING_MS = 200;

const copied = ({ at, stream, level, logger, text }: NumberedLine): string =>
  [clock(at), level ?? stream, ...(logger === undefined ? [] : [logger]), text].join(" ");

/** What a server writes, live and searchable: follows the end until the person scrolls up or pauses. */
export function LogPanel({ log }: { readonly log: ServerLog }) {
  const { bridge } = useServices();
  const { lines: live, loaded, failure, filter, before, loadingOlder } = useStore(log.store);
  const [query, setQuery] = useState(filter.search ?? "");
  const [level, setLevel] = useState<LogLevel | "">(filter.level ?? "");
  /** What is shown while paused; the log goes on behind it. */
  const [held, setHeld] = useState<readonly NumberedLine[] | null>(null);
  const [following, setFollowing] = useState(true);
  const list = useRef<VirtualListHandle>(null);
  const lastTop = useRef(0);
  const lines = held ?? live;
  const last = lines.at(-1)?.number;
  const isFiltered = filter.search !== undefined || filter.level !== undefined;
  const missed = held === null ? 0 : Math.max(0, (live.at(-1)?.number ?? 0) - (held.at(-1)?.number ?? 0));

  useEffect(() => {
    const wanted: LogFilter = {
      ...(query === "" ? {} : { search: query.slice(0, 200) }),
      ...(level === "" ? {} : { level }),
    };
    const { filter: now } = log.store.getState();
    if (wanted.search === now.search && wanted.level === now.level) return;
    const timer = setTimeout(() => {
      setHeld(null);
      setFollowing(true);
      log.setFilter(wanted);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [query, level, log]);

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

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-2 border-line border-b px-3 py-1.5">
        <SearchInput
          primary
          label="Search the log"
          value={query}
          onValue={setQuery}
          className="w-72 min-w-28 shrink"
        />
        <Select
          label="Level"
          value={level}
          options={LEVELS}
          onValue={(value) => setLevel(LEVELS.find((each) => each.value === value)?.value ?? "")}
        />
        <span role="status" className="tabular min-w-0 truncate text-faint text-xs">
          {loaded ? `${plural(lines.length, "line")}${before === null ? "" : " so far"}` : "Searching…"}
        </span>
        <span className="flex-1" />
        <Button
          size="sm"
          variant={held === null ? "ghost" : "secondary"}
          aria-pressed={held !== null}
          icon={held === null ? <Pause size={13} /> : <Play size={13} />}
          onClick={() => {
            setHeld(held === null ? live : null);
            setFollowing(held !== null);
          }}
        >
          {held === null ? "Pause" : missed === 0 ? "Go on" : `Go on (${missed} new)`}
        </Button>
        <CopyButton label="Copy the lines shown" text={() => lines.map(copied).join("\n")}>
          Copy
        </CopyButton>
        {bridge !== undefined && (
          <IconButton
            label="Open Gatehouse's folder; the log is in “logs”"
            onClick={() => bridge.openDataFolder()}
          >
            <FolderOpen size={14} />
          </IconButton>
        )}
      </div>
      {failure !== null && lines.length === 0 ? (
        <Failure what="The log could not be read." failure={failure} onRetry={log.reload} />
      ) : lines.length === 0 ? (
        <Nothing
          loaded={loaded}
          filter={filter}
          isFiltered={isFiltered}
          older={before === null ? undefined : log.loadOlder}
          busy={loadingOlder}
          onAll={() => {
            setQuery("");
            setLevel("");
          }}
        />
      ) : (
        <VirtualList
          handle={list}
          measured
          count={lines.length}
          rowHeight={20}
          rowKey={(index) => lines[index]?.number ?? index}
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
            const line = lines[index];
            if (line === undefined) return null;
            return (
              <>
                {index === 0 && before !== null && held === null && (
                  <Older isFiltered={isFiltered} busy={loadingOlder} onOlder={log.loadOlder} />
                )}
                <Line line={line} needle={filter.search ?? ""} />
              </>
            );
          }}
        />
      )}
      {!following && held === null && lines.length > 0 && (
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

function Older({
  isFiltered,
  busy,
  onOlder,
}: {
  readonly isFiltered: boolean;
  readonly busy: boolean;
  readonly onOlder: () => void;
}) {
  return (
    <div className="px-5 pb-1.5 font-sans">
      <Button size="sm" busy={busy} onClick={onOlder}>
        {isFiltered ? "Search older lines" : "Show older lines"}
      </Button>
    </div>
  );
}

function Nothing({
  loaded,
  filter,
  isFiltered,
  older,
  busy,
  onAll,
}: {
  readonly loaded: boolean;
  readonly filter: LogFilter;
  readonly isFiltered: boolean;
  readonly older: (() => void) | undefined;
  readonly busy: boolean;
  readonly onAll: () => void;
}) {
  if (!isFiltered)
    return (
      <EmptyState icon={<ScrollText size={20} />} title={loaded ? "Nothing written yet" : "Loading the log"}>
        What the server writes on stderr, and its logging notifications, appear here as they come.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<SearchX size={20} />}
      title={loaded ? "No line fits" : "Searching the log"}
      actions={
        loaded && (
          <>
            {older !== undefined && (
              <Button busy={busy} onClick={older}>
                Search older lines
              </Button>
            )}
            <Button onClick={onAll}>Show all lines</Button>
          </>
        )
      }
    >
      {filter.level === undefined
        ? "New lines with this text appear here as they come."
        : "Only logging notifications have a level; lines on stderr have none and are left out."}
    </EmptyState>
  );
}

const isGrave = (level: LogLevel): boolean => ["error", "critical", "alert", "emergency"].includes(level);

function Line({ line, needle }: { readonly line: NumberedLine; readonly needle: string }) {
  const { stream, level, logger } = line;
  const word = level ?? STREAMS[stream];
  return (
    <div className="flex gap-3 px-5 leading-5 hover:bg-hover">
      <span className="tabular shrink-0 select-none text-faint">{clock(line.at)}</span>
      <span className={cx("min-w-0", stream === "hub" && "text-accent")}>
        {word !== "" && (
          <span
            className={cx(
              "mr-2 select-none rounded-sm px-1 font-sans text-2xs",
              level === undefined
                ? "bg-press text-muted"
                : isGrave(level)
                  ? "bg-bad-soft text-bad"
                  : level === "warning"
                    ? "bg-warn-soft text-warn"
                    : "bg-press text-muted",
            )}
          >
            {word}
          </span>
        )}
        {logger !== undefined && (
          <span className="mr-2 text-muted">
            <ServerText text={logger} multiline limit={60} />
          </span>
        )}
        <Highlight text={line.text} needle={needle} />
      </span>
    </div>
  );
}
