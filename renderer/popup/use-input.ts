import {
  createContext,
  type MouseEvent,
  type PointerEvent,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import type { PopupView } from "../../shared/popup.ts";
import { createPointerGuard, type PointerGuard } from "./pointer-guard.ts";

export interface Input {
  /** Whether input counts by now: half a second after each opening, focus and advance. */
  readonly armed: boolean;
  readonly guard: PointerGuard;
  /** The button that the pointer has to leave first. */
  readonly held: object | null;
}

/** Buttons that answer carry this attribute. */
const ANSWERS = "[data-answers]";
const buttonAt = (target: EventTarget | null): Element | null =>
  target instanceof Element ? target.closest(ANSWERS) : null;

/** Follows when input counts, and what the pointer rests on. */
export function useInput(view: PopupView | null): Input {
  const [guard] = useState(createPointerGuard);
  const [armedEpoch, setArmedEpoch] = useState(-1);
  const [held, setHeld] = useState<object | null>(null);
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const epoch = view?.epoch ?? -1;
  const quietMs = view?.quietMs ?? 0;
  const given = view?.pointer ?? null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch, and nothing else, begins anew
  useEffect(() => {
    if (epoch < 0) return;
    pointer.current = given ?? pointer.current;
    // What had the focus belongs to the question before: no key may press it.
    if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
    const look = (): void => {
      const at = pointer.current;
      const under = at === null ? null : buttonAt(document.elementFromPoint(at.x, at.y));
      guard.disturb(under);
      setHeld(under);
    };
    look();
    const timer = setTimeout(() => {
      look();
      setArmedEpoch(epoch);
    }, quietMs);
    return () => clearTimeout(timer);
  }, [epoch]);

  useEffect(() => {
    const moved = (event: globalThis.PointerEvent): void => {
      pointer.current = { x: event.clientX, y: event.clientY };
      if (guard.moved(buttonAt(event.target))) setHeld(null);
    };
    const left = (): void => {
      pointer.current = null;
      if (guard.moved(null)) setHeld(null);
    };
    document.addEventListener("pointermove", moved);
    document.documentElement.addEventListener("pointerleave", left);
    return () => {
      document.removeEventListener("pointermove", moved);
      document.documentElement.removeEventListener("pointerleave", left);
    };
  }, [guard]);

  return { armed: epoch >= 0 && armedEpoch === epoch, guard, held };
}

const Context = createContext<Input | undefined>(undefined);
export const InputProvider = Context.Provider;

/** What a button that answers needs: handlers that hand on only what counts. */
export function useAnswering(run: () => void): {
  readonly armed: boolean;
  readonly held: object | null;
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLButtonElement>): void;
    onClick(event: MouseEvent<HTMLButtonElement>): void;
  };
} {
  const input = useContext(Context);
  if (input === undefined) throw new Error("outside of the popup");
  const { armed, guard, held } = input;
  return {
    armed,
    held,
    handlers: {
      onPointerDown: (event) => guard.pressed(event.currentTarget, armed),
      onClick(event) {
        // A click without a pointer (detail 0) comes from a key on the focused button.
        const counts = event.detail === 0 ? armed : guard.counts(event.currentTarget) && armed;
        if (counts) run();
      },
    },
  };
}
