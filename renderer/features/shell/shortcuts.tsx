import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { useServices } from "../../lib/services.tsx";
import { createShortcutMatcher, isTypingTarget, type Shortcut } from "../../lib/shortcuts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Kbd } from "../../ui/kbd.tsx";

/** Keys that single lists handle themselves, for the overview. */
const IN_LISTS: readonly (readonly [keys: string, label: string])[] = [
  ["ArrowUp ArrowDown", "Move in a list (or J and K)"],
  ["Enter", "Open what is chosen"],
  ["X", "Choose a call beside others (or Shift and the arrows)"],
  ["mod+c", "Copy a call as JSON"],
  ["U", "Copy a call as cURL"],
  ["M", "Copy a call as a gatehouse command"],
  ["alt+ArrowUp alt+ArrowDown", "Move a rule up or down"],
  ["Escape", "Close, or clear a filter"],
];

/** Listens for the shortcuts of the whole page, and shows them on `?`. */
export function Shortcuts() {
  const { router, ui, bridge } = useServices();
  const open = useStore(ui, (state) => state.shortcuts);
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      {
        keys: "mod+k",
        label: "Jump to anything",
        run: () => ui.setState({ palette: !ui.getState().palette }),
      },
      { keys: "g s", label: "Servers", run: () => router.go({ screen: "servers" }) },
      { keys: "g c", label: "Clients", run: () => router.go({ screen: "clients" }) },
      { keys: "g a", label: "Activity", run: () => router.go({ screen: "activity" }) },
      { keys: "g l", label: "Latency", run: () => router.go({ screen: "latency" }) },
      { keys: "g p", label: "Profiles", run: () => router.go({ screen: "profiles" }) },
      { keys: "g r", label: "Rules", run: () => router.go({ screen: "rules" }) },
      {
        keys: "g t",
        label: "Test a call against the rules",
        run: () => router.go({ screen: "rules", part: "test" }),
      },
      { keys: "g k", label: "Secrets", run: () => router.go({ screen: "secrets" }) },
      { keys: "g u", label: "Audit", run: () => router.go({ screen: "audit" }) },
      { keys: "g ,", label: "Settings", run: () => router.go({ screen: "settings" }) },
      { keys: "n", label: "Add a server", run: () => ui.setState({ adding: true }) },
      {
        keys: "/",
        label: "Focus the filter",
        run: () => document.querySelector<HTMLInputElement>("[data-filter-input]")?.focus(),
      },
      { keys: "?", label: "Show the shortcuts", run: () => ui.setState({ shortcuts: true }) },
    ],
    [router, ui],
  );
  useEffect(() => {
    const mac = bridge === undefined ? /mac/i.test(navigator.platform) : bridge.platform === "darwin";
    const match = createShortcutMatcher(mac);
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const { adding, palette, diagnosing } = ui.getState();
      const found = match(
        {
          key: event.key,
          ctrl: event.ctrlKey,
          meta: event.metaKey,
          alt: event.altKey,
          typing: isTypingTarget(event.target),
          at: event.timeStamp,
        },
        shortcuts,
      );
      if (
        found === undefined ||
        ((adding || palette || diagnosing !== null || ui.getState().shortcuts) && found.keys !== "mod+k")
      )
        return;
      event.preventDefault();
      found.run();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [shortcuts, bridge, ui]);

  return (
    <Dialog
      open={open}
      onOpen={(shown) => ui.setState({ shortcuts: shown })}
      title="Keyboard shortcuts"
      width="w-100"
    >
      {/* In a low window the list scrolls: the keyboard must be able to, and it has nothing else to stand on. */}
      <dl tabIndex={0} aria-label="All shortcuts" className="rounded-md text-sm">
        {[...shortcuts.map((shortcut) => [shortcut.keys, shortcut.label] as const), ...IN_LISTS].map(
          ([keys, label]) => (
            <div
              key={keys}
              className="flex h-9 items-center justify-between border-line border-b last:border-b-0"
            >
              <dt>{label}</dt>
              <dd>
                <Kbd keys={keys} />
              </dd>
            </div>
          ),
        )}
      </dl>
    </Dialog>
  );
}
