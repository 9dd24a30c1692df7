import { Route as RouteIcon } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import type { RunSummary } from "../../../shared/model/run.ts";
import type { Connection } from "../../lib/connection.ts";
import { bytes, plural, shortSpan } from "../../lib/format.ts";
import { failureOf, type Failure as Reason } from "../../lib/hub-store.ts";
import { useResource } from "../../lib/resource.ts";
import { routeHref } from "../../lib/router.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { ActivityParts } from "../../ui/activity-parts.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Select } from "../../ui/field.tsx";
import { NotRecording } from "../../ui/not-recording.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { lengthOf, withOlder } from "./words.ts";

const NEVER: readonly Broadcast[] = [];
/** The list is read again so often while it is looked at, in milliseconds: it takes more than a row to change it. */
const REFRESH_MS = 10_000;
/** Tools that are named of a run, and how many of them where there is less room. */
const TOOLS_SHOWN = 4;
const TOOLS_NARROW = 2;
/** Older runs are read when the list's end is nearer than this, in pixels. */
const NEAR_END = 600;

interface Page {
  readonly runs: readonly RunSummary[];
  readonly next: number | null;
}

/** What agents did, run by run, the latest first. */
export function RunList({ client = "" }: { readonly client?: string | undefined }) {
  const { router } = useServices();
  const clients = useHub((data) => data.clients);
  const names = [...new Set([...clients.map(({ name }) => name), ...(client === "" ? [] : [client])])];
  return (
    <Screen
      title="Activity"
      actions={
        <>
          <Select
            label="Client"
            value={client}
            options={[
              { value: "", label: "All clients" },
              ...names.map((name) => ({ value: name, label: plainVisible(name, 40) })),
            ]}
            onValue={(chosen) => router.go({ screen: "runs", ...(chosen === "" ? {} : { client: chosen }) })}
          />
          <ActivityParts part="runs" />
        </>
      }
    >
      <NotRecording />
      <Runs key={client} client={client} />
    </Screen>
  );
}

function Runs({ client }: { readonly client: string }) {
  const { connection, router } = useServices();
  const load = useCallback(
    (from: Connection): Promise<Page> => from.call("runs.list", client === "" ? {} : { client }),
    [client],
  );
  const { value, failure, reload } = useResource(load, NEVER);
  const [older, setOlder] = useState<Page | null>(null);
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<Reason | null>(null);
  useEffect(() => {
    // What was paged in stays where it is.
    if (older !== null) return;
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  });
  const shown = older ?? value;
  const scroller = useRef<HTMLDivElement>(null);
  const loadOlder = (): void => {
    if (shown === null || shown.next === null || loading) return;
    setLoading(true);
    setProblem(null);
    connection
      .call("runs.list", { ...(client === "" ? {} : { client }), before: shown.next })
      .then(
        (page) => setOlder({ runs: withOlder(shown.runs, page.runs), next: page.next }),
        (error: unknown) => setProblem(failureOf(error)),
      )
      .finally(() => setLoading(false));
  };
  /** Goes on by itself towards the list's end, and while the list does not fill the window; not after a failure. */
  const goOn = (): void => {
    const list = scroller.current;
    if (list === null || problem !== null) return;
    if (list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END) loadOlder();
  };
  useEffect(() => {
    // A list that is read again by itself is not made longer behind the reader's back once it fills the window.
    const list = scroller.current;
    if (list !== null && list.scrollHeight <= list.clientHeight) goOn();
  });
  if (shown === null)
    return failure === null ? (
      <SkeletonRows rows={8} label="Loading the runs" />
    ) : (
      <Failure what="The runs could not be read." failure={failure} onRetry={reload} />
    );
  if (shown.runs.length === 0)
    return (
      <EmptyState
        icon={<RouteIcon size={22} />}
        title="No runs yet"
        actions={
          <Button variant="primary" onClick={() => router.go({ screen: "clients" })}>
            Connect a client
          </Button>
        }
      >
        A run is what an agent does in one session without a pause of ten minutes: it appears here with its
        first call.
      </EmptyState>
    );
  return (
    <div ref={scroller} onScroll={goOn} className="relative min-h-0 flex-1 overflow-auto">
      <ul aria-label="Runs" data-testid="runs" onKeyDown={moveFocus}>
        {shown.runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </ul>
      <div className="flex items-center gap-3 px-5 py-4">
        {shown.next !== null && (
          <Button busy={loading} onClick={loadOlder}>
            Older runs
          </Button>
        )}
        {problem !== null && <span className="text-bad text-sm">{problem.message}</span>}
      </div>
    </div>
  );
}

function Row({ run }: { readonly run: RunSummary }) {
  const { router } = useServices();
  const route = { screen: "runs", run: run.id } as const;
  return (
    <li className="@container border-line border-b [contain-intrinsic-size:auto_57px] [content-visibility:auto]">
      <a
        data-roving=""
        data-testid="run-row"
        href={routeHref(route)}
        onClick={(event) => {
          event.preventDefault();
          router.go(route);
        }}
        className="grid grid-cols-[minmax(0,1fr)_72px] items-center gap-x-4 px-5 py-2.5 outline-offset-[-2px] hover:bg-hover @2xl:grid-cols-[minmax(0,1fr)_72px_88px_148px]"
      >
        <span className="min-w-0">
          <span className="flex min-w-0 items-baseline gap-2">
            <ServerText
              text={run.client ?? "anonymous"}
              limit={60}
              className="max-w-[60%] shrink-0 font-medium"
            />
            {run.project !== null && (
              <span title={plainVisible(run.project, 300)} className="min-w-0 truncate text-muted text-xs">
                <ServerText text={folderName(run.project)} limit={80} className="block" />
              </span>
            )}
            {run.denied > 0 && <span className="shrink-0 text-bad text-xs">{run.denied} denied</span>}
            {run.failed > 0 && <span className="shrink-0 text-warn text-xs">{run.failed} failed</span>}
          </span>
          <span className="flex min-w-0 items-baseline gap-1.5 overflow-hidden text-muted text-xs">
            {run.tools.length === 0 && "only lists and the like"}
            {run.tools.slice(0, TOOLS_SHOWN).map((tool, index) => (
              <span
                key={JSON.stringify([tool.server, tool.name])}
                className={cx(
                  "min-w-0 items-baseline gap-1",
                  index < TOOLS_NARROW ? "flex" : "hidden @4xl:flex",
                )}
              >
                <ServerText text={tool.name} limit={40} className="min-w-0" />
                {tool.calls > 1 && <span className="tabular shrink-0 text-faint">×{tool.calls}</span>}
              </span>
            ))}
            <More of={run.tools.length - TOOLS_NARROW} className="@4xl:hidden" />
            <More of={run.tools.length - TOOLS_SHOWN} className="hidden @4xl:inline" />
          </span>
        </span>
        <span className="tabular text-right text-sm">{plural(run.calls, "call")}</span>
        <span className="tabular hidden text-right text-muted text-sm @2xl:block">
          {bytes(run.requestBytes + run.resultBytes)}
        </span>
        <span className="tabular col-span-full text-muted text-xs @2xl:col-span-1 @2xl:text-right @2xl:text-sm">
          <span className="@2xl:block">{shortSpan(run.startedAt, run.endedAt)}</span>
          <span className="text-faint text-xs @max-2xl:ml-2 @2xl:block">{lengthOf(run)}</span>
        </span>
      </a>
    </li>
  );
}

/** The end of a folder tells more than its beginning. */
const folderName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== "") ?? path;

const More = ({ of: more, className }: { readonly of: number; readonly className: string }) =>
  more > 0 && <span className={cx("shrink-0 text-faint", className)}>and {more} more</span>;
