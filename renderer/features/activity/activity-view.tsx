// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>, and its focus is its active row
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtualised grid cannot be a <table>, and its focus is its active row
import { Activity, ArrowUp, FilterX } from "lucide-react";
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { type CallStatus, callStatusSchema } from "../../../shared/model/call.ts";
import { count, shortTime } from "../../lib/format.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { ActivityParts } from "../../ui/activity-parts.tsx";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput, Select } from "../../ui/field.tsx";
import { FixedList } from "../../ui/fixed-list.tsx";
import { LabelFilters } from "../../ui/labels.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { Split } from "../../ui/split.tsx";
import { callWord } from "../../ui/status.tsx";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import { CallDetailPane } from "./call-detail.tsx";
import { CallRow, COLUMNS, FROM_2XL, FROM_4XL, ROW_HEIGHT } from "./call-row.tsx";
import { type CallsStore, NO_FILTER } from "./calls-store.ts";

/** Many filters share the header of a narrow window. */
const NARROWS = "min-w-12 max-w-36 shrink";
/** Rows that are looked through for projects to filter by. */
const SEARCHED_FOR_PROJECTS = 500;

/** The Activity screen: calls as they arrive, and one of them in full. */
export function ActivityView({ calls }: { readonly calls: CallsStore }) {
  const { filter, phase, failure, selected, empty } = useStore(
    calls.store,
    useShallow((state) => ({
      filter: state.filter,
      phase: state.phase,
      failure: state.failure,
      selected: state.selected,
      empty: state.size === 0,
    })),
  );
  const filtered =
    filter !== NO_FILTER && Object.values(filter).some((value) => value !== "" && value !== null);
  return (
    <Screen
      title="Activity"
      actions={
        <>
          <Filters calls={calls} />
          <ActivityParts part="calls" />
        </>
      }
    >
      {phase === "failed" && failure !== null ? (
        <Failure what="The calls could not be read." failure={failure} onRetry={() => void calls.reload()} />
      ) : phase === "loading" && empty ? (
        <SkeletonRows rows={14} label="Loading calls" />
      ) : empty ? (
        filtered ? (
          <EmptyState
            icon={<FilterX size={22} />}
            title="No call matches"
            actions={<Button onClick={() => calls.setFilter(NO_FILTER)}>Clear the filters</Button>}
          >
            Nothing recorded so far fits these filters. New calls that do appear here by themselves.
          </EmptyState>
        ) : (
          <NoCalls />
        )
      ) : (
        <Split
          first={<List calls={calls} />}
          second={
            selected === null ? undefined : (
              <CallDetailPane key={selected} id={selected} onClose={() => calls.select(null)} />
            )
          }
        />
      )}
    </Screen>
  );
}

function NoCalls() {
  const { router } = useServices();
  return (
    <EmptyState
      icon={<Activity size={22} />}
      title="No calls yet"
      actions={
        <Button variant="primary" onClick={() => router.go({ screen: "clients" })}>
          Connect a client
        </Button>
      }
    >
      Every call that an AI client makes through Gatehouse appears here the moment it is answered, with its
      request, its result and where the time went.
    </EmptyState>
  );
}

const Filters = memo(function Filters({ calls }: { readonly calls: CallsStore }) {
  const filter = useStore(calls.store, (state) => state.filter);
  const servers = useHub((data) => data.servers);
  const clients = useHub((data) => data.clients);
  const labelled = useMemo(() => [...servers, ...clients], [servers, clients]);
  const [text, setText] = useState(filter.search);
  const search = useDeferredValue(text);
  useEffect(() => {
    if (search === calls.store.getState().filter.search) return;
    const timer = setTimeout(() => calls.setFilter({ search }), 200);
    return () => clearTimeout(timer);
  }, [search, calls]);
  useEffect(() => setText(filter.search), [filter.search]);
  const named = (list: readonly { name: string }[], all: string, chosen: string) => {
    const names = new Set(list.map((item) => item.name));
    if (chosen !== "") names.add(chosen);
    return [
      { value: "", label: all },
      ...[...names].map((name) => ({ value: name, label: plainVisible(name, 40) })),
    ];
  };
  const statuses = useMemo(
    () => [
      { value: "", label: "Any status" },
      ...callStatusSchema.options.map((value) => ({ value, label: callWord(value) })),
    ],
    [],
  );
  return (
    <>
      <SearchInput
        primary
        label="Search payloads"
        value={text}
        onValue={setText}
        className="w-44 min-w-20 shrink"
      />
      <Select
        label="Server"
        value={filter.server}
        options={named(servers, "All servers", filter.server)}
        onValue={(server) => calls.setFilter({ server })}
        className={NARROWS}
      />
      <Select
        label="Client"
        value={filter.client}
        options={named(clients, "All clients", filter.client)}
        onValue={(client) => calls.setFilter({ client })}
        className={NARROWS}
      />
      <Select
        label="Status"
        value={filter.status}
        options={statuses}
        onValue={(status) => calls.setFilter({ status: status as CallStatus | "" })}
        className={NARROWS}
      />
      <LabelFilters
        all={labelled}
        chosen={filter}
        onChosen={({ environment, team }) => calls.setFilter({ environment, team })}
        className={NARROWS}
      />
      <ProjectFilter calls={calls} project={filter.project} />
      <BroughtAlong calls={calls} />
    </>
  );
});

/** A tool or a span of time that another screen has led to; nothing where there is none. */
function BroughtAlong({ calls }: { readonly calls: CallsStore }) {
  const { tool, since, until } = useStore(calls.store, (state) => state.filter);
  const span = [since, until].map((at) => (at === null ? "…" : shortTime(at))).join(" – ");
  return (
    <>
      {tool !== "" && (
        <Chip label="Tool" text={plainVisible(tool, 40)} onClear={() => calls.setFilter({ tool: "" })} />
      )}
      {(since !== null || until !== null) && (
        <Chip label="Time" text={span} onClear={() => calls.setFilter({ since: null, until: null })} />
      )}
    </>
  );
}

/** The projects of the calls that are shown, and the chosen one; nothing where no call has any. */
function ProjectFilter({ calls, project }: { readonly calls: CallsStore; readonly project: string }) {
  // Read again with every change of the rows, but not in step with each call.
  const version = useDeferredValue(useStore(calls.store, (state) => state.size));
  const projects = useMemo(() => {
    const found = new Set<string>(project === "" ? [] : [project]);
    for (let index = 0; index < Math.min(version, SEARCHED_FOR_PROJECTS); index += 1) {
      const known = calls.row(index)?.project;
      if (known !== null && known !== undefined) found.add(known);
    }
    return [...found].sort();
  }, [calls, project, version]);
  if (projects.length === 0) return null;
  return (
    <Select
      label="Project"
      value={project}
      options={[
        { value: "", label: "Any project" },
        ...projects.map((path) => ({ value: path, label: plainVisible(path.slice(-40), 40) })),
      ]}
      onValue={(chosen) => calls.setFilter({ project: chosen })}
      className={NARROWS}
    />
  );
}

function List({ calls }: { readonly calls: CallsStore }) {
  const { size, selected, loadingOlder, more, waiting, missed } = useStore(calls.store);
  const list = useRef<VirtualListHandle>(null);
  const onSelect = useCallback((id: number) => calls.select(id), [calls]);
  const today = new Date().setHours(12, 0, 0, 0);
  const [active, setActive] = useState<number | null>(selected);
  const current = selected ?? active;

  const move = (index: number): void => {
    const place = Math.min(calls.store.getState().size - 1, Math.max(0, index));
    const call = calls.row(place);
    if (call === undefined) return;
    setActive(call.id);
    if (selected !== null) calls.select(call.id);
    list.current?.reveal(place);
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {waiting > 0 && (
        <div className="pointer-events-none absolute inset-x-0 top-10 z-10 flex justify-center">
          <button
            type="button"
            data-testid="new-calls"
            onClick={() => {
              calls.catchUp();
              list.current?.element?.scrollTo({ top: 0 });
            }}
            className="tabular anim-rise pointer-events-auto flex h-7 items-center gap-1.5 rounded-full bg-accent-fill pr-3 pl-2.5 font-medium text-on-accent text-xs shadow-pop hover:bg-accent-fill-hover"
          >
            <ArrowUp size={13} />
            {count(waiting)} new
          </button>
        </div>
      )}
      <FixedList
        handle={list}
        count={size}
        rowHeight={ROW_HEIGHT}
        headerHeight={33}
        rowKey={(index) => calls.row(index)?.id ?? -index}
        role="grid"
        aria-label="Calls"
        aria-rowcount={size + 1}
        tabIndex={0}
        data-testid="calls"
        className="outline-offset-[-2px]"
        {...(current === null ? {} : { "aria-activedescendant": `call-${current}` })}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          calls.setReading(scrollTop > ROW_HEIGHT / 2);
          if (more && scrollHeight - scrollTop - clientHeight < 600) void calls.loadOlder();
        }}
        onKeyDown={(event) => {
          const at = current === null ? -1 : calls.indexOf(current);
          if (event.key === "ArrowDown" || event.key === "j") move(at + 1);
          else if (event.key === "ArrowUp" || event.key === "k") move(at - 1);
          else if (event.key === "PageDown") move(at + 15);
          else if (event.key === "PageUp") move(at - 15);
          else if (event.key === "Home") move(0);
          else if (event.key === "End") move(size - 1);
          else if (event.key === "Enter" && current !== null) calls.select(current);
          else if (event.key === "Escape" && selected !== null) {
            setActive(selected);
            calls.select(null);
          } else return;
          event.preventDefault();
        }}
        header={
          <div role="rowgroup" className="sticky top-0 z-[5] border-line border-b bg-bg">
            <div role="row" aria-rowindex={1} className={cx(COLUMNS, "h-8 font-medium text-faint text-xs")}>
              <span role="columnheader">Time</span>
              <span role="columnheader" className="truncate">
                <span className="hidden @md:inline">Server / tool</span>
                <span className="@md:hidden">Tool</span>
              </span>
              <span role="columnheader" className={FROM_2XL}>
                Client
              </span>
              <span role="columnheader">
                <span className="sr-only @lg:not-sr-only">Status</span>
              </span>
              <span role="columnheader" className={cx(FROM_4XL, "text-right")}>
                Result
              </span>
              <span role="columnheader" className="text-right">
                Duration
              </span>
            </div>
          </div>
        }
        body={{ role: "rowgroup" }}
        renderRow={(index) => {
          const call = calls.row(index);
          if (call === undefined) return null;
          return (
            <CallRow
              call={call}
              index={index}
              selected={call.id === selected || (selected === null && call.id === active)}
              today={today}
              onSelect={onSelect}
            />
          );
        }}
      />
      <div
        role="status"
        className="tabular flex h-7 shrink-0 items-center gap-3 border-line border-t bg-panel px-5 text-muted text-xs"
      >
        <span>
          {count(size)}
          {more ? "+" : ""} calls
        </span>
        {loadingOlder && <span>Loading older calls…</span>}
        {missed > 0 && <span>{count(missed)} more are on their way</span>}
      </div>
    </div>
  );
}
