import { ChevronRight, Plus, Server, Stethoscope } from "lucide-react";
import { useState } from "react";
import type { ServerSummary } from "../../../shared/model/server.ts";
import { count, until } from "../../lib/format.ts";
import { ANY_LABELS, hasLabels } from "../../lib/labels.ts";
import { moveFocus } from "../../lib/roving.ts";
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

const COLUMNS =
  "grid items-center gap-x-4 whitespace-nowrap px-5 grid-cols-[minmax(96px,1fr)_108px_44px_76px_16px] @2xl:grid-cols-[minmax(120px,1fr)_116px_64px_56px_84px_minmax(0,1fr)_16px] @4xl:grid-cols-[minmax(180px,1.8fr)_116px_64px_56px_84px_72px_minmax(0,1.4fr)_16px]";
const FROM_2XL = "hidden @2xl:block";
const FROM_4XL = "hidden @4xl:block";
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
              <span className={FROM_2XL}>Transport</span>
              <span className="text-right">Tools</span>
              <span className="text-right">Calls today</span>
              <span className={cx(FROM_4XL, "text-right")}>Restarts</span>
              <span className={FROM_2XL}>Last error</span>
            </div>
            <ul aria-label="Servers" data-testid="servers" onKeyDown={moveFocus}>
              {shown.map((server) => (
                <Row key={server.name} server={server} />
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
    </Screen>
  );
}

function Row({ server }: { readonly server: ServerSummary }) {
  const { router } = useServices();
  const now = useNow(server.retryAt === null ? 60_000 : 1_000);
  const held = useHeld(server.name);
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
          "group h-11 border-line border-b hover:bg-hover",
          !server.enabled && "text-muted",
        )}
      >
        <span className="flex min-w-0 items-center gap-2">
          <ServerText text={server.name} limit={64} className="min-w-8 font-medium" />
          <span className="flex min-w-0 shrink-[20] items-center gap-1 overflow-hidden">
            <LabelBadges labels={server.labels} />
          </span>
          {held.length > 0 && (
            <Badge tone="warn" title="Changes of this server wait for your review">
              {held.length} held back
            </Badge>
          )}
        </span>
        <span className="text-sm">
          <ServerStatus state={server.state} />
        </span>
        <span className={cx(FROM_2XL, "text-muted text-sm")}>{TRANSPORTS[server.transport]}</span>
        <span className="tabular text-right text-sm">
          {server.tools ?? <span className="text-faint">–</span>}
          <span className="sr-only"> tools</span>
        </span>
        <span className={cx("tabular text-right text-sm", server.callsToday === 0 && "text-faint")}>
          {count(server.callsToday)}
          <span className="sr-only"> calls today</span>
        </span>
        <span className={cx(FROM_4XL, "tabular text-right text-sm", server.restarts === 0 && "text-faint")}>
          {server.restarts}
          <span className="sr-only"> restarts</span>
        </span>
        <span className="hidden min-w-0 items-center gap-2 text-muted text-sm @2xl:flex">
          {server.lastError !== null && (
            <ServerText text={server.lastError} limit={160} className="min-w-0" />
          )}
          {server.retryAt !== null && (
            <span className="tabular ml-auto shrink-0 text-faint text-xs">
              again {until(server.retryAt, now)}
            </span>
          )}
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
