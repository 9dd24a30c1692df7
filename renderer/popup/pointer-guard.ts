/**
 * Keeps an answer from being given by a click that was aimed at something else: whatever button lies under the pointer
 * when a question appears does not count until the pointer has left it, and a press must begin on the button and only
 * once input counts.
 */
export interface PointerGuard {
  /** Another question, or the window anew: `under` is what lies under the pointer now, if it is a button. */
  disturb(under: object | null): void;
  /** The pointer is over `target` (a button) or over none. True if a held button was let go by that. */
  moved(target: object | null): boolean;
  /** A press begins on a button; `armed` says whether input counts. */
  pressed(target: object, armed: boolean): void;
  /** Whether the click that ends on it counts. */
  counts(target: object): boolean;
  readonly held: object | null;
}

/** A guard that holds no button yet. */
export function createPointerGuard(): PointerGuard {
  let held: object | null = null;
  let begun: object | null = null;
  return {
    get held() {
      return held;
    },
    disturb(under) {
      held = under;
      begun = null;
    },
    moved(target) {
      if (held === null || target === held) return false;
      held = null;
      return true;
    },
    pressed(target, armed) {
      begun = armed && target !== held ? target : null;
    },
    counts(target) {
      const counted = begun === target && target !== held;
      begun = null;
      return counted;
    },
  };
}
