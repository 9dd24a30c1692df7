import { useEffect, useRef } from "react";
import { isTypingTarget } from "../lib/shortcuts.ts";
import { type KeyAction, keyAction, type Mode } from "./keys.ts";

/** Keys that act although input does not count yet: they answer nothing. */
const HARMLESS = new Set<KeyAction>(["back", "unfold", "narrower", "wider"]);

/** Runs what keys ask for; what would answer only once input counts. */
export function useKeys(
  kind: string,
  mode: Mode,
  armed: boolean,
  actions: Partial<Record<KeyAction, () => void>>,
): void {
  const current = useRef({ kind, mode, armed, actions });
  current.current = { kind, mode, armed, actions };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const state = current.current;
      const target = event.target;
      // A chooser moves by its own arrows.
      const chooser =
        target instanceof HTMLElement && target.closest("[role=radiogroup], [role=listbox]") !== null;
      const action = keyAction(
        {
          key: event.key,
          ctrl: event.ctrlKey,
          meta: event.metaKey,
          alt: event.altKey,
          typing: isTypingTarget(target) && !(target instanceof HTMLInputElement && target.type === "radio"),
          repeat: event.repeat,
        },
        state.kind,
        state.mode,
      );
      if (action === undefined || (chooser && (action === "narrower" || action === "wider"))) return;
      const run = state.actions[action];
      if (run === undefined) return;
      event.preventDefault();
      if (state.armed || HARMLESS.has(action)) run();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
