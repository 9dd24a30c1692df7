import { useRef } from "react";

const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), [tabindex='0'], h1[tabindex]";

/** Whether the keyboard stands nowhere: what had the focus is gone. */
export const isFocusLost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body;

/** Puts the keyboard where a screen begins, so that it goes on from there and the screen is read out. */
export const focusScreen = (): void => document.querySelector<HTMLElement>("main h1")?.focus();

/**
 * Remembers where the keyboard stands, and gives what puts it back there; where that is gone, on what is nearest to where
 * it was. From within a menu that is the menu's button.
 */
function keepFocus(): () => void {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return focusScreen;
  const menu = element.closest("[role=menu]");
  const opener = document.getElementById(menu?.getAttribute("aria-labelledby") ?? "");
  const from = opener ?? element;
  const around: Element[] = [];
  for (
    let at: Element | null = from.parentElement;
    at !== null && at.tagName !== "BODY";
    at = at.parentElement
  )
    around.push(at);
  return () => {
    from.focus();
    if (document.activeElement === from) return;
    const nearest = around.find((one) => one.isConnected)?.querySelector<HTMLElement>(FOCUSABLE);
    if (nearest === undefined || nearest === null) focusScreen();
    else nearest.focus();
  };
}

/** For what stands over the page while `open`: what is to be called when it closes, as Radix' `onCloseAutoFocus`. */
export function useFocusBack(open: boolean): (event: Event) => void {
  const back = useRef<(() => void) | null>(null);
  // While it is rendered for the first time the focus is still where it was.
  if (open) back.current ??= keepFocus();
  return (event) => {
    event.preventDefault();
    back.current?.();
    back.current = null;
  };
}
