import { ChevronRight, Plus, Server, Stethoscope, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { ServerHealth, ServerUsage } from "../../../shared/model/health.ts";
import type { ServerSummary } from "../../../shared/model/server.ts";
import { count, duration, plural, span, until } from "../../lib/format.ts";
import { ANY_LABELS, hasLabels } from "../../lib/labels.ts";
import { moveFocus } from "../../lib/roving.ts";
import { asSentence } from "../../lib/sentence.ts";
import { useHeld, useHub, useNow, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { LabelBadges, LabelFilters } from "../../ui/labels.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { ServerStatus } from "../../ui/status.tsx";
import { useHealth } from "./health-store.ts";
import { SavedLine } from "./saved-line.tsx";
import { SignInList } from "./sign-in-list.tsx";
import { UsageCell } from "./usage-cells.tsx";

const COLUMNS =
  "grid items-center gap-x-4 whitespace-nowrap px-5 grid-cols-[minmax(96px,1fr)_108px_76px_16px] @2xl:grid-cols-[minmax(120px,1fr)_112px_76px_112px_112px_16px] @4xl:grid-cols-[minmax(160px,1fr)_112px_44px_76px_112px_112px_52px_16px] @5xl:grid-cols-[minmax(180px,1fr)_116px_44px_80px_112px_112px_56px_64px_60px_16px]";
const FROM_2XL = "hidden @2xl:block";
const FROM_4XL = "hidden @4xl:block";
const FROM_5XL = "hidden @5xl:block";
const TRANSPORTS = { stdio: "stdio", http: "HTTP", sse: "SSE" } as const;

/** The Servers screen: every configured server and how it fares. */
export function ServersView() {
  const { hub, ui } = useServices();
  const servers = useHub((data) => data.servers);
  const loaded = useHub((data) => data.loaded);
  const failure = useHub((data) => data.failure);
  const [filter, setFilter] = useState("");
  const needle = filter.toLowerCase();
  const [labels, setLabels] = useState(ANY_LABELS);
  const shown = servers.filter(
    (server) => server.name.toLowerCase().includes(needle) && hasLabels(server.labels, labels),
  );
  const health = useHealth();
  const add = (): void => ui.setState({ adding: true });

  return (
    <Screen
      title="Servers"
      actions={
        <>
          {servers.length > 0 && (
            <>
              <SearchInput
                primary
                label="Filter servers"
                value={filter}
                onValue={setFilter}
                className="w-52 min-w-24 shrink"
              />
              <LabelFilters all={servers} chosen={labels} onChosen={setLabels} />
            </>
          )}
          {servers.length > 0 && (
            <Button
              icon={<Stethoscope size={14} />}
              onClick={() => ui.setState({ diagnosing: { server: null } })}
            >
              Diagnose
            </Button>
          )}
          {(servers.length > 0 || !loaded) && (
            <Button variant="primary" icon={<Plus size={14} strokeWidth={2.5} />} onClick={add}>
              Add a server
            </Button>
          )}
        </>
      }
    >
      {!loaded && failure !== null ? (
        <Failure what="The servers could not be read." failure={failure} onRetry={hub.reload} />
      ) : !loaded ? (
        <SkeletonRows label="Loading servers" />
      ) : servers.length === 0 ? (
        <EmptyState
          icon={<Server size={22} />}
          title="Add your first server"
          actions={
            <Button variant="primary" icon={<Plus size={14} strokeWidth={2.5} />} onClick={add}>
              Add a server
            </Button>
          }
        >
          Paste what its README says: a JSON snippet of any client, a command line, or a URL. You see exactly
          what will run before anything does.
        </EmptyState>
      ) : (
        <div className="@container min-h-0 flex-1 overflow-auto">
          <SignInList servers={servers} />
          <div>
            <div
              aria-hidden
              className={cx(
                COLUMNS,
                "sticky top-0 z-[5] h-8 border-line border-b bg-bg font-medium text-faint text-xs",
              )}
            >
              <span>Name</span>
              <span>State</span>
              <span className={cx(FROM_4XL, "text-right")}>Tools</span>
              <span className="text-right">Calls today</span>
              <span className={cx(FROM_2XL, "text-right")}>CPU</span>
              <span className={cx(FROM_2XL, "text-right")}>Memory</span>
              <span className={cx(FROM_4XL, "text-right")}>Up</span>
              <span className={cx(FROM_5XL, "text-right")}>Start-up</span>
              <span className={cx(FROM_5XL, "text-right")}>Restarts</span>
            </div>
            <ul aria-label="Servers" data-testid="servers" onKeyDown={moveFocus}>
              {shown.map((server) => (
                <Row
                  key={server.name}
                  server={server}
                  health={health.servers.get(server.name)}
                  sampledAt={health.at}
                />
              ))}
            </ul>
            {shown.length === 0 && (
              <p className="px-5 py-8 text-center text-muted">
                {labels === ANY_LABELS || filter !== ""
                  ? `No server is called “${plainVisible(filter, 40)}”.`
                  : "No server carries these labels."}{" "}
                <button
                  type="button"
                  className="text-accent hover:underline"
                  onClick={() => {
                    setFilter("");
                    setLabels(ANY_LABELS);
                  }}
                >
                  Show all
                </button>
              </p>
            )}
          </div>
        </div>
      )}
      {loaded && servers.length > 0 && <SavedLine saved={health.saved} />}
    </Screen>
  );
}

/** Under the name: what is wrong, or else how it is reached. */
function Note({ server, usage }: { readonly server: ServerSummary; readonly usage: ServerUsage }) {
  const now = useNow(server.retryAt === null ? 60_000 : 1_000);
  const [warning] = usage.warnings;
  if (server.lastError !== null || server.retryAt !== null)
    return (
      <span className="flex min-w-0 items-center gap-2 text-muted text-xs">
        <ServerText text={server.lastError ?? ""} limit={160} className="min-w-0" />
        {server.retryAt !== null && (
          <span className="tabular shrink-0 text-faint">again {until(server.retryAt, now)}</span>
        )}
      </span>
    );
  if (warning !== undefined)
    return (
      <span className="flex min-w-0 items-center gap-1 text-warn text-xs">
        <TriangleAlert aria-hidden size={12} className="shrink-0" />
        <ServerText text={asSentence(warning.message)} limit={160} className="min-w-0" />
      </span>
    );
  return (
    <span className="text-faint text-xs">
      {TRANSPORTS[server.transport]}
      {usage.instances > 1 && ` · ${plural(usage.instances, "instance")}`}
      {(usage.processes ?? 0) > 1 && ` · ${plural(usage.processes ?? 0, "process", "es")}`}
    </span>
  );
}

function Row({
  server,
  health,
  sampledAt,
}: {
  readonly server: ServerSummary;
  readonly health: ServerHealth | undefined;
  readonly sampledAt: number;
}) {
  const { router } = useServices();
  const now = useNow(30_000);
  const held = useHeld(server.name);
  const usage = health ?? server;
  return (
    <li>
      <a
        data-roving=""
        data-testid="server-row"
        data-server={server.name}
        href={`#/servers/${encodeURIComponent(server.name)}`}
        onClick={(event) => {
          event.preventDefault();
          router.go({ screen: "servers", server: server.name });
        }}
        className={cx(
          COLUMNS,
          "group h-13 border-line border-b hover:bg-hover",
          !server.enabled && "text-muted",
        )}
      >
        <span className="flex min-w-0 flex-col">
          <span className="flex min-w-0 items-center gap-2">
            <ServerText text={server.name} limit={64} className="min-w-8 font-medium" />
            {/* The name comes first: a label that finds no room beside it falls to a line that is not shown. */}
            <span className="flex h-5 min-w-0 shrink-[1000] flex-wrap gap-1 overflow-hidden">
              <LabelBadges labels={server.labels} />
            </span>
            {held.length > 0 && (
              <Badge tone="warn" title="Changes of this server wait for your review">
                {held.length} held back
              </Badge>
            )}
          </span>
          <Note server={server} usage={usage} />
        </span>
        <span className="text-sm">
          <ServerStatus state={server.state} />
        </span>
        <span className={cx(FROM_4XL, "tabular text-right text-sm")}>
          {server.tools ?? <span className="text-faint">–</span>}
          <span className="sr-only"> tools</span>
        </span>
        <span className={cx("tabular text-right text-sm", server.callsToday === 0 && "text-faint")}>
          {count(server.callsToday)}
          <span className="sr-only"> calls today</span>
        </span>
        <span className={FROM_2XL}>
          <UsageCell usage={usage} health={health} measure="cpuPercent" now={sampledAt} />
        </span>
        <span className={FROM_2XL}>
          <UsageCell usage={usage} health={health} measure="memoryBytes" now={sampledAt} />
        </span>
        <span
          className={cx(FROM_4XL, "tabular text-right text-sm", server.startedAt === null && "text-faint")}
        >
          {server.startedAt === null ? "–" : span(now - Date.parse(server.startedAt))}
          <span className="sr-only"> up</span>
        </span>
        <span
          className={cx(FROM_5XL, "tabular text-right text-sm", server.startupMs === null && "text-faint")}
        >
          {server.startupMs === null ? "–" : duration(server.startupMs * 1_000)}
          <span className="sr-only"> start-up</span>
        </span>
        <span className={cx(FROM_5XL, "tabular text-right text-sm", server.restarts === 0 && "text-faint")}>
          {server.restarts}
          <span className="sr-only"> restarts</span>
        </span>
        <ChevronRight
          aria-hidden
          size={14}
          className="text-faint opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
        />
      </a>
    </li>
  );
}
