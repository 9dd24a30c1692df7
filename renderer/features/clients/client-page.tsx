import { Activity, Pencil, UserX } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import type { ClientDetail } from "../../../shared/model/client.ts";
import type { Connection } from "../../lib/connection.ts";
import { ago, fullTime } from "../../lib/format.ts";
import { useResource } from "../../lib/resource.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { ClientIcon } from "../../ui/client-icon.tsx";
import { Crumbs } from "../../ui/crumbs.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { AccessForm } from "./access-form.tsx";
import { LastCalls } from "./last-calls.tsx";
import { RenameDialog } from "./rename-dialog.tsx";
import { SessionTable } from "./session-table.tsx";

const CHANGED: readonly Broadcast[] = ["clientChanged"];
/** Sessions say what runs in them now, which no broadcast tells. */
const REFRESH_MS = 5_000;

/** One client: who it is, what it may see, its sessions and its last calls. */
export function ClientPage({ name }: { readonly name: string }) {
  const { router } = useServices();
  const known = useHub(
    (data) =>
      !data.loaded || data.clients.some((client) => client.name === name && client.revokedAt === null),
  );
  const load = useCallback((connection: Connection) => connection.call("clients.get", { name }), [name]);
  const { value, failure, reload } = useResource<ClientDetail>(load, CHANGED);
  useEffect(() => {
    if (!known) return;
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  });
  const title = <Crumbs parent="Clients" href="#/clients" name={name} />;
  if (!known)
    return (
      <Screen title={title}>
        <EmptyState
          icon={<UserX size={20} />}
          title="This client is gone"
          actions={<Button onClick={() => router.go({ screen: "clients" })}>Back to the clients</Button>}
        >
          It was revoked or has another name now. Its recorded calls stay.
        </EmptyState>
      </Screen>
    );
  return (
    <Screen title={title} actions={value !== null && <Actions detail={value} />}>
      {value !== null ? (
        <div className="min-h-0 flex-1 space-y-6 overflow-auto px-5 pt-4 pb-8" data-testid="client-page">
          <Facts detail={value} />
          <AccessForm key={`${value.name} ${value.profile} ${JSON.stringify(value.labels)}`} client={value} />
          <SessionTable sessions={value.sessionList} />
          <LastCalls client={name} />
        </div>
      ) : failure !== null ? (
        <Failure what={`${plainVisible(name, 60)} could not be read.`} failure={failure} onRetry={reload} />
      ) : (
        <SkeletonRows label="Loading the client" />
      )}
    </Screen>
  );
}

function Actions({ detail }: { readonly detail: ClientDetail }) {
  const { router } = useServices();
  const { busy, ask } = useAsk();
  const [renaming, setRenaming] = useState(false);
  const { name } = detail;
  return (
    <>
      <Button icon={<Activity size={13} />} onClick={() => router.go({ screen: "activity", client: name })}>
        Calls
      </Button>
      <Button icon={<Pencil size={13} />} onClick={() => setRenaming(true)}>
        Rename…
      </Button>
      <Button
        variant="danger"
        icon={<UserX size={13} />}
        busy={busy}
        onClick={() =>
          void ask({ type: "client.revoke", name }, `${plainVisible(name, 60)} was revoked.`).then(
            (revoked) => revoked && router.go({ screen: "clients" }),
          )
        }
      >
        Revoke…
      </Button>
      <RenameDialog name={name} open={renaming} onOpen={setRenaming} />
    </>
  );
}

function Facts({ detail }: { readonly detail: ClientDetail }) {
  const now = useNow(30_000);
  const { claimedName, via, lastSeenAt, createdAt } = detail;
  return (
    <div className="flex items-center gap-3">
      <ClientIcon icon={detail.icon} size={36} />
      <dl className="flex min-w-0 flex-wrap items-center gap-x-6 gap-y-1 text-sm">
        <Fact label="Calls itself">
          {claimedName === null ? (
            <span className="text-muted">not said yet</span>
          ) : (
            <>
              “<ServerText text={claimedName} limit={80} className="inline" />”
            </>
          )}
        </Fact>
        <Fact label="Connected by">{via === "pairing" ? "its own sign-in" : "a token"}</Fact>
        <Fact label="Last seen">
          <span className="tabular" title={lastSeenAt === null ? "" : fullTime(lastSeenAt)}>
            {lastSeenAt === null ? "never" : ago(lastSeenAt, now)}
          </span>
        </Fact>
        <Fact label="Added">
          <span className="tabular" title={fullTime(createdAt)}>
            {ago(createdAt, now)}
          </span>
        </Fact>
      </dl>
    </div>
  );
}

const Fact = ({ label, children }: { readonly label: string; readonly children: React.ReactNode }) => (
  <div className="flex min-w-0 gap-1.5">
    <dt className="shrink-0 text-muted">{label}</dt>
    <dd className="min-w-0">{children}</dd>
  </div>
);
