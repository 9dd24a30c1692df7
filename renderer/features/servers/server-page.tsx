import { Activity, Ellipsis, Power, PowerOff, RotateCw, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { count, duration, plural, span, until } from "../../lib/format.ts";
import { useHeld, useHub, useNow, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CommandLine, LaunchDetails } from "../../ui/command-line.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { LabelBadges } from "../../ui/labels.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { ServerStatus } from "../../ui/status.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";
import { AccountsPanel } from "./accounts-panel.tsx";
import { ConsentNotice } from "./consent-notice.tsx";
import { HealthStrip } from "./health-strip.tsx";
import { HeldPanel } from "./held-panel.tsx";
import { LogPanel } from "./log-panel.tsx";
import { PlainSecretsNotice } from "./plain-secrets-notice.tsx";
import { Problems } from "./problems.tsx";
import { createServerStore, type ServerStore } from "./server-store.ts";
import { DEFAULT_ACCOUNT, SignInNotices } from "./sign-in-notice.tsx";
import { ToolsPanel } from "./tools-panel.tsx";

/** One server: its state and problems, its tools, its log, and what exactly runs. */
export function ServerPage({ name }: { readonly name: string }) {
  const { connection, router, ui } = useServices();
  const [page, setPage] = useState<ServerStore | null>(null);
  const known = useHub((data) => !data.loaded || data.servers.some((server) => server.name === name));
  useEffect(() => {
    const created = createServerStore(connection, name);
    setPage(created);
    if (ui.getState().authenticating === name) {
      ui.setState({ authenticating: null });
      void created.signIns.begin(DEFAULT_ACCOUNT);
    }
    return () => created.dispose();
  }, [connection, name, ui]);

  const title = (
    <span className="flex min-w-0 items-center gap-1.5">
      <a href="#/servers" className="no-drag rounded-sm text-muted hover:text-fg">
        Servers
      </a>
      <span aria-hidden className="text-faint">
        /
      </span>
      <ServerText text={name} limit={64} className="min-w-0" />
    </span>
  );
  if (!known)
    return (
      <Screen title={title}>
        <EmptyState
          icon={<Trash2 size={20} />}
          title="This server is gone"
          actions={<Button onClick={() => router.go({ screen: "servers" })}>Back to the servers</Button>}
        >
          It has been removed from the configuration.
        </EmptyState>
      </Screen>
    );
  return page === null ? (
    <Screen title={title}>{null}</Screen>
  ) : (
    <Loaded title={title} name={name} page={page} />
  );
}

function Loaded({
  title,
  name,
  page,
}: {
  readonly title: React.ReactNode;
  readonly name: string;
  readonly page: ServerStore;
}) {
  const { detail, failure } = useStore(page.store);
  const held = useHeld(name);
  const heldTools = useMemo(
    () => new Set(held.filter(({ kind }) => kind === "tool").map((item) => item.name)),
    [held],
  );
  const [chosen, setTab] = useState("tools");
  const isRemote = detail !== null && detail.transport !== "stdio";
  const tab = chosen === "held" && held.length === 0 ? "tools" : chosen;
  return (
    <Screen title={title} actions={detail !== null && <Actions detail={detail} />}>
      {detail === null ? (
        failure === null ? (
          <SkeletonRows label="Loading the server" />
        ) : (
          <Failure
            what={`${plainVisible(name, 60)} could not be read.`}
            failure={failure}
            onRetry={page.reload}
          />
        )
      ) : (
        <>
          <Facts detail={detail} />
          <HealthStrip name={name} usage={detail} />
          <div className="shrink-0 space-y-2 px-5 pb-3 empty:hidden peer-[.measured]:pt-3">
            <SignInNotices detail={detail} signIns={page.signIns} />
            {held.length > 0 && tab !== "held" && (
              <HeldNotice count={held.length} onReview={() => setTab("held")} />
            )}
            <ConsentNotice detail={detail} />
            <PlainSecretsNotice detail={detail} />
            <Problems detail={detail} />
          </div>
          <Tabs
            label="Parts of the server"
            value={tab}
            onValue={setTab}
            tabs={[
              { id: "tools", label: "Tools", count: detail.tools },
              ...(held.length === 0 ? [] : [{ id: "held", label: "Held back", count: held.length }]),
              ...(isRemote
                ? [{ id: "accounts", label: "Accounts", count: detail.accounts.length || null }]
                : []),
              { id: "log", label: "Log" },
              { id: "launch", label: detail.launch.command === null ? "Connection" : "Launch" },
            ]}
          >
            <TabPanel id="tools" className="flex">
              <ToolsPanel detail={detail} held={heldTools} />
            </TabPanel>
            {held.length > 0 && (
              <TabPanel id="held" className="flex">
                <HeldPanel held={held} />
              </TabPanel>
            )}
            {isRemote && (
              <TabPanel id="accounts" className="flex">
                <AccountsPanel detail={detail} signIns={page.signIns} />
              </TabPanel>
            )}
            <TabPanel id="log" className="flex flex-col">
              <LogPanel log={page.log} />
            </TabPanel>
            <TabPanel id="launch" className="overflow-auto">
              <LaunchPanel detail={detail} />
            </TabPanel>
          </Tabs>
        </>
      )}
    </Screen>
  );
}

function HeldNotice({ count, onReview }: { readonly count: number; readonly onReview: () => void }) {
  return (
    <div data-testid="held-notice">
      <Banner
        tone="warn"
        title={
          count === 1
            ? "A change of this server is held back"
            : `${count} changes of this server are held back`
        }
        actions={
          <Button size="sm" onClick={onReview}>
            Review
          </Button>
        }
      >
        It says something else than what you approved. Clients do not see it until you accept it.
      </Banner>
    </div>
  );
}

function Actions({ detail }: { readonly detail: ServerDetail }) {
  const { router } = useServices();
  const { busy, ask } = useAsk();
  const { name } = detail;
  return (
    <>
      <Button icon={<Activity size={13} />} onClick={() => router.go({ screen: "activity", server: name })}>
        Calls
      </Button>
      {detail.enabled && (
        <Button
          icon={<RotateCw size={13} />}
          busy={busy}
          onClick={() => void ask({ type: "server.restart", name }, `${name} was restarted.`)}
        >
          Restart
        </Button>
      )}
      {!detail.enabled && (
        <Button
          variant="primary"
          icon={<Power size={13} />}
          busy={busy}
          onClick={() => void ask({ type: "server.enable", name }, `${name} was enabled.`)}
        >
          Enable
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label="More actions" variant="secondary">
            <Ellipsis size={15} />
          </IconButton>
        }
      >
        {detail.enabled && (
          <MenuItem
            icon={<PowerOff size={14} />}
            onSelect={() => void ask({ type: "server.disable", name }, `${name} was disabled.`)}
          >
            Disable
          </MenuItem>
        )}
        {detail.enabled && <MenuSeparator />}
        <MenuItem
          danger
          icon={<Trash2 size={14} />}
          onSelect={() =>
            void ask({ type: "server.remove", name }, `${name} was removed.`).then(
              (removed) => removed && router.go({ screen: "servers" }),
            )
          }
        >
          Remove…
        </MenuItem>
      </Menu>
    </>
  );
}

function Facts({ detail }: { readonly detail: ServerDetail }) {
  const now = useNow(detail.retryAt === null ? 30_000 : 1_000);
  const facts: [string, string | null][] = [
    ["Transport", detail.transport],
    ["Protocol", detail.revision],
    ["Process", detail.pid === null ? null : String(detail.pid)],
    ["Up", detail.startedAt === null ? null : span(now - Date.parse(detail.startedAt))],
    ["Started in", detail.startupMs === null ? null : duration(detail.startupMs * 1_000)],
    ["Ping", detail.pingMs === null ? null : `${Math.round(detail.pingMs)} ms`],
    ["Instances", detail.instances > 1 ? count(detail.instances) : null],
    ["Calls today", count(detail.callsToday)],
    ["Restarts", String(detail.restarts)],
    ["Next attempt", detail.retryAt === null ? null : until(detail.retryAt, now)],
    ["Stray output", detail.noiseLines === 0 ? null : plural(detail.noiseLines, "line")],
    ["Late answers", detail.lateAnswers === 0 ? null : String(detail.lateAnswers)],
  ];
  return (
    <dl className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-1 px-5 py-3 text-sm">
      <div className="flex gap-2 font-medium">
        <dt className="sr-only">State</dt>
        <dd>
          <ServerStatus state={detail.state} />
        </dd>
      </div>
      {Object.keys(detail.labels).length > 0 && (
        <div className="flex items-center gap-1">
          <dt className="sr-only">Labels</dt>
          <dd className="flex items-center gap-1">
            <LabelBadges labels={detail.labels} />
          </dd>
        </div>
      )}
      {facts.map(([label, value]) =>
        value === null ? null : (
          <div key={label} className="flex gap-1.5">
            <dt className="text-muted">{label}</dt>
            <dd className={label === "Protocol" ? "" : "tabular"}>
              <ServerText text={value} limit={40} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function LaunchPanel({ detail }: { readonly detail: ServerDetail }) {
  const { launch } = detail;
  return (
    <div className="max-w-200 space-y-4 px-5 py-4">
      <div>
        <h2 className="mb-1.5 font-medium text-sm">
          {launch.command === null ? "Connects to" : "Runs exactly this"}
        </h2>
        <CommandLine launch={launch} />
      </div>
      <LaunchDetails launch={launch} />
      <p className="grid grid-cols-[104px_1fr] text-sm">
        <span className="text-muted">Tool prefix</span>
        {detail.prefix === "" ? (
          <span className="text-muted">none: clients see its own names</span>
        ) : (
          <code className="font-mono text-xs leading-4.5">{detail.prefix}__</code>
        )}
      </p>
      <p className="text-muted text-sm">
        Values of variables and headers stay inside the hub. To change what runs, edit gatehouse.json;
        Gatehouse asks before it uses the change.
      </p>
    </div>
  );
}
