import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Toaster } from "sonner";
import { useStore } from "zustand";
import { type Activity, createActivity } from "../features/activity/activity.ts";
import { ActivityView } from "../features/activity/activity-view.tsx";
import { AddServerDialog } from "../features/add-server/add-server-dialog.tsx";
import { AuditView } from "../features/audit/audit-view.tsx";
import { AccessView } from "../features/clients/access-view.tsx";
import { ClientPage } from "../features/clients/client-page.tsx";
import { ProfilePage } from "../features/clients/profile-page.tsx";
import { CompareView } from "../features/compare/compare-view.tsx";
import { DiagnoseDialog } from "../features/diagnose/diagnose-dialog.tsx";
import { PlaygroundView } from "../features/playground/playground-view.tsx";
import { RulesView } from "../features/rules/rules-view.tsx";
import { RunList } from "../features/runs/run-list.tsx";
import { RunPage } from "../features/runs/run-page.tsx";
import { SecretsView } from "../features/secrets/secrets-view.tsx";
import { ServerPage } from "../features/servers/server-page.tsx";
import { ServersView } from "../features/servers/servers-view.tsx";
import { SettingsView } from "../features/settings/settings-view.tsx";
import { CommandPalette } from "../features/shell/command-palette.tsx";
import { Shell } from "../features/shell/shell.tsx";
import { Shortcuts } from "../features/shell/shortcuts.tsx";
import { focusScreen, isFocusLost } from "../lib/focus-back.ts";
import { useRoute, useServices } from "../lib/services.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { followRoute, noteActivity } from "./activity-address.ts";

/** Its charts are a library of their own, which nobody else needs. */
const LatencyView = lazy(() => import("../features/latency/latency-view.tsx"));

/** The whole page: the only place that knows every feature. */
export function App() {
  const { connection, theme } = useServices();
  const [activity, setActivity] = useState<Activity | null>(null);
  const chosen = useStore(theme.store, (state) => state.theme);
  useEffect(() => {
    const created = createActivity(connection);
    setActivity(created);
    return () => created.dispose();
  }, [connection]);
  return (
    <TooltipProvider>
      <Shell>{activity !== null && <CurrentScreen activity={activity} />}</Shell>
      <AddServerDialog />
      <DiagnoseDialog />
      <CommandPalette />
      <Shortcuts />
      <Toaster
        theme={chosen}
        position="bottom-center"
        toastOptions={{
          className:
            "!rounded-lg !border-0 !bg-raised !px-3.5 !py-3 !text-fg !text-sm !font-sans !shadow-pop",
          descriptionClassName: "!text-muted",
        }}
      />
    </TooltipProvider>
  );
}

function CurrentScreen({ activity }: { readonly activity: Activity }) {
  const route = useRoute();
  const { router } = useServices();
  const came = useRef(route);
  useEffect(() => {
    if (came.current === route) return;
    came.current = route;
    // What led here is gone with the screen that it was on.
    if (isFocusLost()) focusScreen();
  }, [route]);
  useEffect(() => {
    if (route.screen !== "activity") return;
    followRoute(activity.calls, route);
    return noteActivity(activity.calls, router, route);
  }, [activity, router, route]);
  switch (route.screen) {
    case "servers":
      return route.server === undefined ? (
        <ServersView />
      ) : (
        <ServerPage key={route.server} name={route.server} />
      );
    case "clients":
      return route.client === undefined ? (
        <AccessView part="clients" />
      ) : (
        <ClientPage key={route.client} name={route.client} />
      );
    case "profiles":
      return route.profile === undefined ? (
        <AccessView part="profiles" />
      ) : (
        <ProfilePage key={route.profile} name={route.profile} />
      );
    case "rules":
      return <RulesView part={route.part} />;
    case "secrets":
      return <SecretsView />;
    case "audit":
      return <AuditView />;
    case "activity":
      return <ActivityView activity={activity} />;
    case "runs":
      return route.run === undefined ? (
        <RunList client={route.client} />
      ) : (
        <RunPage key={route.run} call={route.run} />
      );
    case "compare":
      return <CompareView key={`${route.first} ${route.second}`} first={route.first} second={route.second} />;
    case "playground":
      return <PlaygroundView server={route.server} tool={route.tool} call={route.call} />;
    case "latency":
      return (
        <Suspense fallback={<SkeletonRows rows={12} label="Loading the charts" />}>
          <LatencyView route={route} />
        </Suspense>
      );
    case "settings":
      return <SettingsView />;
  }
}
