import type { KeyboardEvent } from "react";

/**
 * Arrow keys, Home and End move the focus among the `[data-roving]` elements inside the element that gets the event.
 * Put it on a list's onKeyDown.
 */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const keys: Readonly<Record<string, (at: number, last: number) => number>> = {
    ArrowDown: (at, last) => Math.min(last, at + 1),
    ArrowUp: (at) => Math.max(0, at - 1),
    j: (at, last) => Math.min(last, at + 1),
    k: (at) => Math.max(0, at - 1),
    Home: () => 0,
    End: (_, last) => last,
  };
  const next = keys[event.key];
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-roving]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  if (items.length === 0 || at < 0) return;
  event.preventDefault();
  items[next(at, items.length - 1)]?.focus();
}
