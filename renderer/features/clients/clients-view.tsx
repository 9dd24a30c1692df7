import type { Client } from "../../../shared/model/client.ts";
import { ago, fullTime, plural } from "../../lib/format.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Failure } from "../../ui/failure.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { Dot } from "../../ui/status.tsx";
import { ConnectGuide } from "./connect-guide.tsx";

const COLUMNS =
  "grid items-center gap-x-4 whitespace-nowrap px-5 grid-cols-[minmax(120px,1fr)_96px_104px_72px] @2xl:grid-cols-[minmax(140px,1fr)_130px_130px_120px_96px]";

/** The Clients screen: who may use the hub, and how to connect one more. */
export function ClientsView() {
  const { hub } = useServices();
  const clients = useHub((data) => data.clients);
  const loaded = useHub((data) => data.loaded);
  const failure = useHub((data) => data.failure);
  const order = (client: Client): string => `${client.revokedAt === null ? 1 : 0}${client.lastSeenAt ?? ""}`;
  const sorted = [...clients].sort((a, b) => (order(a) < order(b) ? 1 : -1));

  return (
    <Screen title="Clients">
      {!loaded && failure !== null ? (
        <Failure what="The clients could not be read." failure={failure} onRetry={hub.reload} />
      ) : !loaded ? (
        <SkeletonRows rows={4} label="Loading clients" />
      ) : (
        <div className="@container min-h-0 flex-1 overflow-auto">
          {sorted.length > 0 && (
            <div>
              <div
                aria-hidden
                className={cx(COLUMNS, "h-8 border-line border-b font-medium text-faint text-xs")}
              >
                <span>Name</span>
                <span>Last seen</span>
                <span>Sessions</span>
                <span className="hidden @2xl:block">Added</span>
                <span />
              </div>
              <ul aria-label="Clients" data-testid="clients">
                {sorted.map((client) => (
                  <Row key={client.id} client={client} />
                ))}
              </ul>
            </div>
          )}
          <ConnectGuide first={sorted.length === 0} />
        </div>
      )}
    </Screen>
  );
}

function Row({ client }: { readonly client: Client }) {
  const now = useNow(30_000);
  const { router } = useServices();
  const { busy, ask } = useAsk();
  const revoked = client.revokedAt !== null;
  return (
    <li
      data-testid="client-row"
      className={cx(COLUMNS, "group h-11 border-line border-b hover:bg-hover", revoked && "text-muted")}
    >
      <span className="flex min-w-0 items-center gap-2">
        <button
          type="button"
          className="flex min-w-0 rounded-sm font-medium hover:text-accent"
          onClick={() => router.go({ screen: "activity", client: client.name })}
        >
          <ServerText text={client.name} limit={64} className="min-w-0" />
        </button>
        {client.profile !== null && (
          <Badge title="Profile">
            <ServerText text={client.profile} limit={32} />
          </Badge>
        )}
        {revoked && <Badge>Revoked</Badge>}
      </span>
      <span
        className="tabular text-muted text-sm"
        title={client.lastSeenAt === null ? "" : fullTime(client.lastSeenAt)}
      >
        {client.lastSeenAt === null ? "never" : ago(client.lastSeenAt, now)}
      </span>
      <span className="tabular flex items-center gap-2 text-sm">
        {client.sessions > 0 ? (
          <>
            <Dot mark="text-ok-mark" />
            {plural(client.sessions, "session")}
          </>
        ) : (
          <span className="text-faint">none open</span>
        )}
      </span>
      <span className="tabular hidden text-muted text-sm @2xl:block" title={fullTime(client.createdAt)}>
        {ago(client.createdAt, now)}
      </span>
      <span className="flex justify-end">
        {!revoked && (
          <Button
            size="sm"
            variant="ghost"
            busy={busy}
            aria-label={`Revoke ${client.name}`}
            className="-mr-2 text-faint hover:text-bad"
            onClick={() =>
              void ask({ type: "client.revoke", name: client.name }, `${client.name} was revoked.`)
            }
          >
            Revoke…
          </Button>
        )}
      </span>
    </li>
  );
}
