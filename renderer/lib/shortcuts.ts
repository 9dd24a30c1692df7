/** Keyboard shortcuts: single keys and two-key sequences such as "g s"; matching is pure, the page feeds it events. */
export interface Shortcut {
  /** "g s", "/", "?", "mod+k" (Ctrl, or Cmd on a Mac). */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  /** The focus is in a field where the person types. */
  readonly typing: boolean;
  /** Milliseconds, any origin. */
  readonly at: number;
}

const SEQUENCE_MS = 1_200;

/** Creates a matcher: give it each key press, get the shortcut to run, if any. */
export function createShortcutMatcher(
  mac: boolean,
): (press: KeyPress, shortcuts: readonly Shortcut[]) => Shortcut | undefined {
  let first: { key: string; at: number } | undefined;
  return (press, shortcuts) => {
    const mod = mac ? press.meta && !press.ctrl : press.ctrl && !press.meta;
    const plain = !press.ctrl && !press.meta && !press.alt;
    const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
    if (mod && !press.alt) return shortcuts.find((shortcut) => shortcut.keys === `mod+${key}`);
    if (!plain || press.typing) {
      first = undefined;
      return undefined;
    }
    const sequence =
      first !== undefined && press.at - first.at <= SEQUENCE_MS ? `${first.key} ${key}` : undefined;
    first = undefined;
    const found =
      shortcuts.find((shortcut) => shortcut.keys === sequence) ??
      shortcuts.find((shortcut) => shortcut.keys === key);
    if (found === undefined && shortcuts.some((shortcut) => shortcut.keys.startsWith(`${key} `)))
      first = { key, at: press.at };
    return found;
  };
}

/** Whether an element takes typed text. */
export function isTypingTarget(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
