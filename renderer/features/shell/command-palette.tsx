import { Command } from "cmdk";
import {
  Activity,
  ChartSpline,
  Clock3,
  Coins,
  FlaskConical,
  History,
  Keyboard,
  KeyRound,
  ListChecks,
  MonitorSmartphone,
  Moon,
  Pause,
  Play,
  Plus,
  RotateCw,
  Route,
  ScrollText,
  Search,
  Server,
  Settings,
  SlidersHorizontal,
  SquareTerminal,
  Stethoscope,
  Sun,
  SunMoon,
} from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { useFocusBack } from "../../lib/focus-back.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { serverWord } from "../../ui/status.tsx";
import { usePause } from "./hub-foot.tsx";

/** Everything by name: screens, servers and actions. */
export function CommandPalette() {
  const { ui, router, theme } = useServices();
  const open = useStore(ui, (state) => state.palette);
  const onCloseAutoFocus = useFocusBack(open);
  const servers = useHub((data) => data.servers);
  const everyClient = useHub((data) => data.clients);
  const clients = everyClient.filter(({ revokedAt }) => revokedAt === null);
  const { paused, toggle } = usePause();
  const { ask } = useAsk();
  const close = (): void => ui.setState({ palette: false });
  const item = (
    label: string,
    icon: ReactNode,
    run: () => void,
    more: { keys?: string; hint?: string; words?: string[]; value?: string } = {},
  ) => (
    <Command.Item
      key={more.value ?? label}
      value={more.value ?? label}
      keywords={more.value === undefined ? (more.words ?? []) : [label, ...(more.words ?? [])]}
      onSelect={() => {
        close();
        run();
      }}
      className="flex h-9 select-none items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-press [&_svg]:text-muted"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {more.hint !== undefined && <span className="shrink-0 text-muted text-xs">{more.hint}</span>}
      {more.keys !== undefined && <Kbd keys={more.keys} />}
    </Command.Item>
  );
  const group =
    "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs";
  return (
    <Dialog.Root open={open} onOpenChange={(palette) => ui.setState({ palette })}>
      <Dialog.Portal>
        <Dialog.Overlay className="anim-fade fixed inset-0 z-50 bg-(--scrim)" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={onCloseAutoFocus}
          className="anim-rise fixed inset-x-0 top-[14vh] z-50 mx-auto w-140 max-w-[calc(100vw-32px)] overflow-hidden rounded-xl bg-raised shadow-pop outline-none"
        >
          <Dialog.Title className="sr-only">Jump to a screen, a server or an action</Dialog.Title>
          <Command loop label="Jump to">
            <div className="flex items-center gap-2.5 border-line border-b px-4">
              <Search aria-hidden size={15} className="text-faint" />
              <Command.Input
                placeholder="Jump to a screen, a server or an action"
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
              />
            </div>
            <Command.List className="max-h-[46vh] overflow-y-auto px-1.5 pb-1.5">
              <Command.Empty className="py-8 text-center text-muted text-sm">
                Nothing is called that.
              </Command.Empty>
              <Command.Group heading="Go to" className={group}>
                {item("Servers", <Server size={15} />, () => router.go({ screen: "servers" }), {
                  keys: "g s",
                })}
                {item("Clients", <MonitorSmartphone size={15} />, () => router.go({ screen: "clients" }), {
                  keys: "g c",
                })}
                {item("Activity", <Activity size={15} />, () => router.go({ screen: "activity" }), {
                  keys: "g a",
                })}
                {item("Runs", <Route size={15} />, () => router.go({ screen: "runs" }), {
                  words: ["agents", "sessions"],
                })}
                {item("Playground", <SquareTerminal size={15} />, () => router.go({ screen: "playground" }), {
                  words: ["try", "call", "tool"],
                })}
                {item("Latency", <ChartSpline size={15} />, () => router.go({ screen: "latency" }), {
                  keys: "g l",
                  words: ["percentiles", "charts", "slow", "metrics"],
                })}
                {item("Cost", <Coins size={15} />, () => router.go({ screen: "latency", part: "cost" }), {
                  words: ["tokens", "money", "price"],
                })}
                {item("Profiles", <SlidersHorizontal size={15} />, () => router.go({ screen: "profiles" }), {
                  keys: "g p",
                  words: ["visibility", "clients"],
                })}
                {item("Rules", <ListChecks size={15} />, () => router.go({ screen: "rules" }), {
                  keys: "g r",
                })}
                {item(
                  "Test a call against the rules",
                  <FlaskConical size={15} />,
                  () => router.go({ screen: "rules", part: "test" }),
                  { keys: "g t", words: ["tester", "what would happen"] },
                )}
                {item(
                  "Try the rules on past calls",
                  <History size={15} />,
                  () => router.go({ screen: "rules", part: "history" }),
                  { words: ["replay"] },
                )}
                {item("Grants", <Clock3 size={15} />, () => router.go({ screen: "rules", part: "grants" }), {
                  words: ["permissions", "revoke"],
                })}
                {item("Secrets", <KeyRound size={15} />, () => router.go({ screen: "secrets" }), {
                  keys: "g k",
                  words: ["keychain", "tokens", "passwords", "keys"],
                })}
                {item("Audit", <ScrollText size={15} />, () => router.go({ screen: "audit" }), {
                  keys: "g u",
                })}
                {item("Settings", <Settings size={15} />, () => router.go({ screen: "settings" }), {
                  keys: "g ,",
                })}
              </Command.Group>
              <Command.Group heading="Do" className={group}>
                {item("Add a server", <Plus size={15} />, () => ui.setState({ adding: true }), {
                  keys: "n",
                  words: ["new", "paste"],
                })}
                {item(
                  "Diagnose",
                  <Stethoscope size={15} />,
                  () => ui.setState({ diagnosing: { server: null } }),
                  { words: ["doctor", "check", "problem"] },
                )}
                {item(
                  paused ? "Let calls through again" : "Pause all calls",
                  paused ? <Play size={15} /> : <Pause size={15} />,
                  () => void toggle(),
                  { words: ["stop", "resume"] },
                )}
                {item("Light theme", <Sun size={15} />, () => theme.set("light"))}
                {item("Dark theme", <Moon size={15} />, () => theme.set("dark"))}
                {item("System theme", <SunMoon size={15} />, () => theme.set("system"))}
                {item("Keyboard shortcuts", <Keyboard size={15} />, () => ui.setState({ shortcuts: true }), {
                  keys: "?",
                })}
              </Command.Group>
              {clients.length > 0 && (
                <Command.Group heading="Clients" className={group}>
                  {clients.map((client) =>
                    item(
                      plainVisible(client.name, 64),
                      <MonitorSmartphone size={15} />,
                      () => router.go({ screen: "clients", client: client.name }),
                      { words: ["client"], value: `client ${client.id}` },
                    ),
                  )}
                </Command.Group>
              )}
              {servers.length > 0 && (
                <Command.Group heading="Servers" className={group}>
                  {servers.map((server) =>
                    item(
                      plainVisible(server.name, 64),
                      <Server size={15} />,
                      () => router.go({ screen: "servers", server: server.name }),
                      {
                        hint: serverWord(server.state),
                        words: ["server"],
                      },
                    ),
                  )}
                  {servers
                    .filter((server) => server.enabled)
                    .map((server) =>
                      item(
                        `Try a tool of ${plainVisible(server.name, 64)}`,
                        <SquareTerminal size={15} />,
                        () => router.go({ screen: "playground", server: server.name }),
                        { words: ["playground", "call"] },
                      ),
                    )}
                  {servers
                    .filter((server) => server.enabled)
                    .map((server) =>
                      item(
                        `Restart ${plainVisible(server.name, 64)}`,
                        <RotateCw size={15} />,
                        () =>
                          void ask(
                            { type: "server.restart", name: server.name },
                            `${server.name} was restarted.`,
                          ),
                      ),
                    )}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
