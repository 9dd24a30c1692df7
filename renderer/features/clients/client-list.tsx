import { ChevronRight } from "lucide-react";
import type { Client } from "../../../shared/model/client.ts";
import { ago, fullTime, plural } from "../../lib/format.ts";
import { type ChosenLabels, hasLabels } from "../../lib/labels.ts";
import { routeHref } from "../../lib/router.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ClientIcon } from "../../ui/client-icon.tsx";
import { cx } from "../../ui/cx.ts";
import { Failure } from "../../ui/failure.tsx";
import { LabelBadges } from "../../ui/labels.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { Dot } from "../../ui/status.tsx";
import { ConnectGuide } from "./connect-guide.tsx";

const COLUMNS =
  "grid items-center gap-x-4 whitespace-nowrap px-5 grid-cols-[minmax(140px,1fr)_92px_92px_16px] @2xl:grid-cols-[minmax(200px,1.6fr)_minmax(96px,0.8fr)_72px_104px_104px_16px] @4xl:grid-cols-[minmax(220px,1.6fr)_minmax(96px,0.7fr)_minmax(100px,0.9fr)_72px_104px_104px_16px]";
const FROM_2XL = "hidden @2xl:block";
const FROM_4XL = "hidden @4xl:flex";
const VIA = { token: "Token", pairing: "Paired" } as const;

/** Living clients first, the last seen on top; the revoked at the end. */
const order = ({ revokedAt, lastSeenAt, createdAt }: Client): string =>
  `${revokedAt === null ? 1 : 0}${lastSeenAt ?? `0${createdAt}`}`;

const fits = ({ name, claimedName }: Client, needle: string): boolean =>
  name.toLowerCase().includes(needle) || (claimedName?.toLowerCase().includes(needle) ?? false);

/** Every client that may use the hub or once might, and how to connect one more. */
export function ClientList({
  filter,
  labels,
  onClear,
}: {
  readonly filter: string;
  readonly labels: ChosenLabels;
  readonly onClear: () => void;
}) {
  const { hub } = useServices();
  const clients = useHub((data) => data.clients);
  const loaded = useHub((data) => data.loaded);
  const failure = useHub((data) => data.failure);
  const needle = filter.toLowerCase();
  const shown = clients
    .filter((client) => fits(client, needle) && hasLabels(client.labels, labels))
    .sort((a, b) => (order(a) < order(b) ? 1 : -1));

  if (!loaded && failure !== null)
    return <Failure what="The clients could not be read." failure={failure} onRetry={hub.reload} />;
  if (!loaded) return <SkeletonRows rows={4} label="Loading clients" />;
  return (
    <div className="@container min-h-0 flex-1 overflow-auto">
      {clients.length > 0 && (
        <div>
          <div aria-hidden className={cx(COLUMNS, "h-8 border-line border-b font-medium text-faint text-xs")}>
            <span>Name</span>
            <span className={FROM_2XL}>Profile</span>
            <span className={FROM_4XL}>Labels</span>
            <span className={FROM_2XL}>Via</span>
            <span>Last seen</span>
            <span>Sessions</span>
          </div>
          <ul aria-label="Clients" data-testid="clients" onKeyDown={moveFocus}>
            {shown.map((client) => (
              <Row key={client.id} client={client} />
            ))}
          </ul>
          {shown.length === 0 && (
            <p className="px-5 py-8 text-center text-muted">
              No client fits these filters.{" "}
              <button type="button" className="text-accent hover:underline" onClick={onClear}>
                Show all
              </button>
            </p>
          )}
        </div>
      )}
      <ConnectGuide first={clients.length === 0} />
    </div>
  );
}

function Row({ client }: { readonly client: Client }) {
  const now = useNow(30_000);
  const { router } = useServices();
  const revoked = client.revokedAt !== null;
  // Names are unique among living clients only; a revoked one has no page.
  const body = (
    <>
      <span className="flex min-w-0 items-center gap-2.5">
        <ClientIcon icon={client.icon} />
        <ServerText text={client.name} limit={64} className="min-w-0 font-medium" />
        {client.claimedName !== null && (
          <span className="min-w-8 truncate text-muted text-sm" title="What it calls itself">
            “<ServerText text={client.claimedName} limit={48} className="inline" />”
          </span>
        )}
        {revoked && <Badge>Revoked</Badge>}
      </span>
      <span className={cx(FROM_2XL, "min-w-0 truncate text-sm")}>
        {client.profile === null ? (
          <span className="text-faint">sees everything</span>
        ) : (
          <ServerText text={client.profile} limit={40} />
        )}
      </span>
      <span className={cx(FROM_4XL, "min-w-0 items-center gap-1 overflow-hidden")}>
        <LabelBadges labels={client.labels} />
      </span>
      <span className={cx(FROM_2XL, "text-muted text-sm")}>{VIA[client.via]}</span>
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
    </>
  );
  const classes = cx(COLUMNS, "group h-11 border-line border-b");
  const route = { screen: "clients", client: client.name } as const;
  return (
    <li data-testid="client-row" data-client={client.name}>
      {revoked ? (
        <div className={cx(classes, "text-muted")}>{body}</div>
      ) : (
        <a
          data-roving=""
          href={routeHref(route)}
          onClick={(event) => {
            event.preventDefault();
            router.go(route);
          }}
          className={cx(classes, "hover:bg-hover")}
        >
          {body}
          <ChevronRight
            aria-hidden
            size={14}
            className="text-faint opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
          />
        </a>
      )}
    </li>
  );
}
