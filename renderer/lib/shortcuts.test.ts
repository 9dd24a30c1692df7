import { describe, expect, it } from "vitest";
import { createShortcutMatcher, type KeyPress, type Shortcut } from "./shortcuts.ts";

const shortcuts: Shortcut[] = ["g s", "g a", "/", "?", "mod+k"].map((keys) => ({
  keys,
  label: keys,
  run: () => undefined,
}));
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  typing: false,
  at: 0,
  ...more,
});

describe("shortcuts", () => {
  it("match single keys and two-key sequences", () => {
    const match = createShortcutMatcher(false);
    expect(match(press("/"), shortcuts)?.keys).toBe("/");
    expect(match(press("g"), shortcuts)).toBeUndefined();
    expect(match(press("a", { at: 500 }), shortcuts)?.keys).toBe("g a");
    expect(match(press("a", { at: 600 }), shortcuts)).toBeUndefined();
  });

  it("forget the first key of a sequence after a pause", () => {
    const match = createShortcutMatcher(false);
    match(press("g"), shortcuts);
    expect(match(press("s", { at: 5_000 }), shortcuts)).toBeUndefined();
  });

  it("never fire while the person types, but for those with Ctrl or Cmd", () => {
    const match = createShortcutMatcher(false);
    expect(match(press("/", { typing: true }), shortcuts)).toBeUndefined();
    expect(match(press("k", { typing: true, ctrl: true }), shortcuts)?.keys).toBe("mod+k");
  });

  it("use Cmd on a Mac and Ctrl elsewhere", () => {
    expect(createShortcutMatcher(true)(press("k", { meta: true }), shortcuts)?.keys).toBe("mod+k");
    expect(createShortcutMatcher(true)(press("k", { ctrl: true }), shortcuts)).toBeUndefined();
    expect(createShortcutMatcher(false)(press("K", { ctrl: true }), shortcuts)?.keys).toBe("mod+k");
  });
});
