import {
  Activity,
  ChartSpline,
  KeyRound,
  ListChecks,
  MonitorSmartphone,
  ScrollText,
  Search,
  Server,
  Settings,
} from "lucide-react";
import type { ReactNode } from "react";
import { routeHref, type Screen } from "../../lib/router.ts";
import { useHub, useRoute, useServices } from "../../lib/services.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { ConnectionBanner, OfflineScreen } from "./connection-banner.tsx";
import { HubFoot } from "./hub-foot.tsx";
import { PendingPanel } from "./pending-panel.tsx";
import { ProblemBanners } from "./problem-banners.tsx";

const SCREENS = [
  { screen: "servers", label: "Servers", icon: Server, keys: "g s" },
  { screen: "clients", label: "Clients", icon: MonitorSmartphone, keys: "g c" },
  { screen: "activity", label: "Activity", icon: Activity, keys: "g a" },
  { screen: "latency", label: "Latency", icon: ChartSpline, keys: "g l" },
  { screen: "rules", label: "Rules", icon: ListChecks, keys: "g r" },
  { screen: "secrets", label: "Secrets", icon: KeyRound, keys: "g k" },
  { screen: "audit", label: "Audit", icon: ScrollText, keys: "g u" },
  { screen: "settings", label: "Settings", icon: Settings, keys: "g ," },
] as const satisfies readonly { screen: Screen; label: string; icon: unknown; keys: string }[];

/** Screens without an entry of their own, and where they belong. */
const WITHIN: Partial<Record<Screen, Screen>> = {
  profiles: "clients",
  runs: "activity",
  compare: "activity",
  playground: "servers",
};

/** Words that are only heard where the window is too narrow (or zoomed in too far) for more than a rail of icons. */
const RAIL_HIDES = "max-[740px]:sr-only";

/** The frame around every screen: sidebar, hub's state, and what has to be seen wherever one is. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { bridge, ui } = useServices();
  const state = useHub((data) => data.connection);
  const loaded = useHub((data) => data.loaded);
  const mac = bridge?.platform === "darwin";
  return (
    <div className="flex h-full">
      <nav
        aria-label="Main"
        className="flex w-53 shrink-0 flex-col overflow-y-auto border-line border-r bg-panel max-[740px]:w-13"
      >
        <div className={cx("drag flex h-13 shrink-0 items-center gap-2.5 px-4", mac && "mt-6")}>
          <Mark size={20} />
          <span className={cx("font-semibold text-base tracking-[-0.014em]", RAIL_HIDES)}>Gatehouse</span>
        </div>
        <div className="px-2.5 pb-3">
          <button
            type="button"
            onClick={() => ui.setState({ palette: true })}
            className="flex h-7.5 w-full items-center gap-2 rounded-md border border-line bg-raised pr-1.5 pl-2 text-muted text-sm shadow-[0_1px_1px_rgb(0_0_0/3%)] hover:text-fg"
          >
            <Search aria-hidden size={13} className="text-faint" />
            <span className={cx("flex-1 text-left", RAIL_HIDES)}>Jump to…</span>
            <span className="flex max-[740px]:hidden">
              <Kbd keys="mod+k" />
            </span>
          </button>
        </div>
        <ul className="space-y-px px-2.5">
          {SCREENS.map((entry) => (
            <NavItem key={entry.screen} {...entry} />
          ))}
        </ul>
        <div className="flex-1" />
        <HubFoot />
      </nav>
      <div className="flex min-w-0 flex-1 flex-col bg-bg">
        <ConnectionBanner />
        <ProblemBanners />
        {!loaded && state.phase === "offline" ? <OfflineScreen state={state} /> : children}
      </div>
      <PendingPanel />
    </div>
  );
}

function NavItem({ screen, label, icon: Icon, keys }: (typeof SCREENS)[number]) {
  const { router } = useServices();
  const shown = useRoute().screen;
  const current = shown === screen || WITHIN[shown] === screen;
  const troubled = useHub((data) =>
    screen === "servers"
      ? data.servers.filter((server) => server.state === "failed" || server.state === "needs-auth").length
      : 0,
  );
  const mistake = useHub((data) => screen === "settings" && data.settings?.configError != null);
  return (
    <li>
      <Tooltip text={label} keys={keys} side="right">
        <a
          href={routeHref({ screen })}
          aria-current={current ? "page" : undefined}
          onClick={(event) => {
            event.preventDefault();
            router.go({ screen });
          }}
          className={cx(
            "relative flex h-7.5 items-center gap-2.5 rounded-md px-2 font-medium text-sm transition-colors duration-75",
            current ? "bg-press text-fg" : "text-muted hover:bg-hover hover:text-fg",
          )}
        >
          <Icon aria-hidden size={15} strokeWidth={1.9} className={current ? "text-accent" : ""} />
          <span className={cx("flex-1", RAIL_HIDES)}>{label}</span>
          {troubled > 0 && (
            <span className="tabular rounded-full bg-bad-soft px-1.5 text-2xs text-bad leading-4 max-[740px]:absolute max-[740px]:-top-0.5 max-[740px]:-right-0.5">
              {troubled}
              <span className="sr-only"> with problems</span>
            </span>
          )}
          {mistake && (
            <span className="rounded-full bg-warn-soft px-1.5 text-2xs text-warn leading-4 max-[740px]:absolute max-[740px]:-top-0.5 max-[740px]:-right-0.5">
              !<span className="sr-only"> gatehouse.json has a mistake</span>
            </span>
          )}
        </a>
      </Tooltip>
    </li>
  );
}
