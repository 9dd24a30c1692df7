/** The popup's keyboard: which key does what, while what is shown. Pure. */
import type { KeyPress } from "../lib/shortcuts.ts";

/** What a key asks for. */
export type KeyAction =
  | "deny"
  | "reason"
  | "once"
  | "session"
  | "hour"
  | "always"
  | "edit"
  | "offer"
  | "narrower"
  | "wider"
  | "approve"
  | "unfold"
  | "back"
  | "send";

/** What is shown: the decision itself, the field for a reason, or the editor of the arguments. */
export type Mode = "decide" | "reason" | "edit";

const CALL: Readonly<Record<string, KeyAction>> = {
  d: "deny",
  r: "reason",
  o: "once",
  s: "session",
  h: "hour",
  a: "always",
  e: "edit",
  u: "offer",
  x: "unfold",
  ArrowUp: "narrower",
  ArrowDown: "wider",
  Escape: "deny",
};
const PAIR: Readonly<Record<string, KeyAction>> = { c: "approve", d: "deny", x: "unfold", Escape: "deny" };
const TOOL: Readonly<Record<string, KeyAction>> = { a: "approve", k: "deny", x: "unfold", Escape: "deny" };

/** What a key press does; undefined for a key without a meaning here. Holding a key down never does anything. */
export function keyAction(
  press: Pick<KeyPress, "key" | "ctrl" | "meta" | "alt" | "typing"> & { readonly repeat: boolean },
  kind: string,
  mode: Mode,
): KeyAction | undefined {
  if (press.repeat || press.alt) return undefined;
  const mod = press.ctrl || press.meta;
  if (mode !== "decide") {
    if (press.key === "Escape") return "back";
    if (press.key === "Enter" && (mode === "reason" ? !mod : mod)) return "send";
    return undefined;
  }
  if (mod) return undefined;
  if (press.typing) return press.key === "Escape" ? "back" : undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const keys = kind === "pair" ? PAIR : kind === "tool" ? TOOL : CALL;
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}
