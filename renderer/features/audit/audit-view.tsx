import { FilterX, ScrollText } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import type { AuditEntry } from "../../../shared/model/audit.ts";
import { clock, count, fullTime, otherDay } from "../../lib/format.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useNow, useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { actWords, whoWords } from "./act-words.ts";
import { type AuditStore, createAuditStore } from "./audit-store.ts";

const COLUMNS =
  "grid items-baseline gap-x-4 px-5 grid-cols-[112px_minmax(120px,0.5fr)_minmax(0,1.4fr)] @3xl:grid-cols-[112px_minmax(160px,0.5fr)_minmax(0,1.6fr)_minmax(160px,0.7fr)]";

/** The Audit screen: what was administered, by whom and from where, newest first. */
export function AuditView() {
  const { connection } = useServices();
  const [audit, setAudit] = useState<AuditStore | null>(null);
  useEffect(() => {
    const created = createAuditStore(connection);
    setAudit(created);
    return () => created.dispose();
  }, [connection]);
  return audit === null ? <Screen title="Audit">{null}</Screen> : <Loaded audit={audit} />;
}

function Loaded({ audit }: { readonly audit: AuditStore }) {
  const { entries, phase, failure, more, loadingOlder, search } = useStore(audit.store);
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text);
  useEffect(() => {
    const timer = setTimeout(() => audit.setSearch(wanted), 200);
    return () => clearTimeout(timer);
  }, [wanted, audit]);
  return (
    <Screen
      title="Audit"
      actions={<SearchInput primary label="Search acts" value={text} onValue={setText} className="w-60" />}
    >
      {phase === "failed" && failure !== null ? (
        <Failure what="The audit log could not be read." failure={failure} onRetry={audit.reload} />
      ) : phase === "loading" ? (
        <SkeletonRows rows={12} label="Loading the audit log" />
      ) : entries.length === 0 && search !== "" ? (
        <EmptyState
          icon={<FilterX size={22} />}
          title="No act matches"
          actions={<Button onClick={() => setText("")}>Clear the search</Button>}
        >
          Nothing recorded so far holds this text.
        </EmptyState>
      ) : entries.length === 0 ? (
        <EmptyState icon={<ScrollText size={22} />} title="Nothing was administered yet">
          Whoever pairs a client, adds a server, changes a rule or pauses calls is recorded here, with the
          program that did it.
        </EmptyState>
      ) : (
        <List audit={audit} entries={entries} more={more} loadingOlder={loadingOlder} />
      )}
    </Screen>
  );
}

function List({
  audit,
  entries,
  more,
  loadingOlder,
}: {
  readonly audit: AuditStore;
  readonly entries: readonly AuditEntry[];
  readonly more: boolean;
  readonly loadingOlder: boolean;
}) {
  const now = useNow(60_000);
  const [open, setOpen] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  return (
    <>
      <div
        className="@container min-h-0 flex-1 overflow-auto"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight < 600) audit.loadOlder();
        }}
      >
        <div
          aria-hidden
          className={cx(
            COLUMNS,
            "sticky top-0 z-[5] h-8 items-center border-line border-b bg-bg font-medium text-faint text-xs",
          )}
        >
          <span>Time</span>
          <span>What</span>
          <span>Detail</span>
          <span className="hidden @3xl:block">By</span>
        </div>
        <ul ref={list} aria-label="Administrative acts" data-testid="audit" onKeyDown={moveFocus}>
          {entries.map((entry) => (
            <Row
              key={entry.id}
              entry={entry}
              now={now}
              open={entry.id === open}
              onOpen={() => setOpen(entry.id === open ? null : entry.id)}
            />
          ))}
        </ul>
        {more && (
          <div className="flex justify-center py-3">
            <Button size="sm" busy={loadingOlder} onClick={() => audit.loadOlder()}>
              Older acts
            </Button>
          </div>
        )}
      </div>
      <div
        role="status"
        className="tabular flex h-7 shrink-0 items-center border-line border-t bg-panel px-5 text-muted text-xs"
      >
        {count(entries.length)}
        {more ? "+" : ""} acts
      </div>
    </>
  );
}

function Row({
  entry,
  now,
  open,
  onOpen,
}: {
  readonly entry: AuditEntry;
  readonly now: number;
  readonly open: boolean;
  readonly onOpen: () => void;
}) {
  const { at, act, detail, role, pid, executable } = entry;
  const day = otherDay(at, now);
  const program = executable?.split(/[\\/]/).at(-1) ?? null;
  return (
    <li className={cx("border-line/60 border-b", open && "bg-sunken")}>
      <button
        type="button"
        data-roving=""
        data-testid="audit-row"
        data-act={act}
        aria-expanded={open}
        onClick={onOpen}
        className={cx(
          COLUMNS,
          "w-full py-1.5 text-left text-sm outline-offset-[-2px] hover:bg-hover",
          !open && "whitespace-nowrap",
        )}
      >
        <span className="tabular text-muted" title={fullTime(at)}>
          {day === "" ? clock(at).slice(0, 8) : `${day}, ${clock(at).slice(0, 5)}`}
        </span>
        <span className="min-w-0 truncate font-medium">
          <ServerText text={actWords(act)} limit={60} />
        </span>
        <span className="min-w-0">
          <ServerText
            text={detail}
            {...(open ? { multiline: true } : { limit: 200, className: "block text-muted" })}
          />
        </span>
        <span className="hidden min-w-0 truncate @3xl:block">
          {whoWords(role)}
          {program !== null && (
            <span className="text-muted">
              , <ServerText text={program} limit={40} className="inline" />
            </span>
          )}
        </span>
      </button>
      {open && (
        <dl
          className="grid grid-cols-[112px_minmax(0,1fr)] gap-x-4 gap-y-1 px-5 pt-0.5 pb-3 text-sm"
          data-testid="audit-detail"
        >
          <dt className="text-muted">When</dt>
          <dd className="tabular">{fullTime(at)}</dd>
          <dt className="text-muted">By</dt>
          <dd>{whoWords(role)}</dd>
          <dt className="text-muted">From</dt>
          <dd>
            {executable === null && pid === null ? (
              <span className="text-muted">no program of its own</span>
            ) : (
              <>
                <ServerText text={executable ?? "a program that the system does not name"} whole />
                {pid !== null && <span className="tabular text-muted"> (pid {pid})</span>}
              </>
            )}
          </dd>
          <dt className="text-muted">Recorded as</dt>
          <dd>
            <ServerText text={act} limit={80} />
          </dd>
        </dl>
      )}
    </li>
  );
}
