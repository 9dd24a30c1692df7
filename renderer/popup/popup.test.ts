import { expect, test } from "vitest";
import { editable, problemIn } from "./arguments-editor.tsx";
import { keyAction, type Mode } from "./keys.ts";
import { createPointerGuard } from "./pointer-guard.ts";

const press = (key: string, more: object = {}) => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  typing: false,
  repeat: false,
  ...more,
});

test.each([
  ["d", {}, "call", "decide", "deny"],
  ["O", {}, "call", "decide", "once"],
  ["s", {}, "call", "decide", "session"],
  ["h", {}, "call", "decide", "hour"],
  ["a", {}, "call", "decide", "always"],
  ["e", {}, "call", "decide", "edit"],
  ["u", {}, "call", "decide", "offer"],
  ["r", {}, "call", "decide", "reason"],
  ["ArrowDown", {}, "call", "decide", "wider"],
  ["Escape", {}, "call", "decide", "deny"],
  ["Enter", {}, "call", "decide", undefined],
  [" ", {}, "call", "decide", undefined],
  ["a", { repeat: true }, "call", "decide", undefined],
  ["a", { ctrl: true }, "call", "decide", undefined],
  ["a", { typing: true }, "call", "decide", undefined],
  ["Escape", { typing: true }, "pair", "decide", "back"],
  ["c", {}, "pair", "decide", "approve"],
  ["a", {}, "pair", "decide", undefined],
  ["a", {}, "tool", "decide", "approve"],
  ["k", {}, "tool", "decide", "deny"],
  ["toString", {}, "call", "decide", undefined],
  ["a", {}, "call", "edit", undefined],
  ["Enter", { typing: true }, "call", "edit", undefined],
  ["Enter", { typing: true, ctrl: true }, "call", "edit", "send"],
  ["Enter", { typing: true }, "call", "reason", "send"],
  ["Escape", { typing: true }, "call", "reason", "back"],
] as const)("the key %s %j in a %s question (%s) means %s", (key, more, kind, mode, action) => {
  expect(keyAction(press(key, more), kind, mode as Mode)).toBe(action);
});

test("a button under the pointer when a question appears does not count until the pointer has left it", () => {
  const guard = createPointerGuard();
  const [allow, deny] = [{}, {}];
  guard.disturb(allow);
  guard.pressed(allow, true);
  expect(guard.counts(allow)).toBe(false);
  guard.pressed(deny, true);
  expect(guard.counts(deny)).toBe(true);
  expect([guard.moved(allow), guard.moved(null), guard.moved(null)]).toEqual([false, true, false]);
  guard.pressed(allow, true);
  expect(guard.counts(allow)).toBe(true);
});

test("a press that began before input counted, or on another button, or for another question, is no answer", () => {
  const guard = createPointerGuard();
  const [allow, deny] = [{}, {}];
  guard.disturb(null);
  guard.pressed(allow, false);
  expect(guard.counts(allow)).toBe(false);
  guard.pressed(deny, true);
  expect(guard.counts(allow)).toBe(false);
  guard.pressed(allow, true);
  guard.disturb(null);
  expect(guard.counts(allow)).toBe(false);
});

test("arguments are edited with every number as it was written, and must stay one JSON object", () => {
  expect(editable('{"a":1.10,"b":[12345678901234567890]}')).toBe(
    '{\n  "a": 1.10,\n  "b": [\n    12345678901234567890\n  ]\n}',
  );
  expect(problemIn('{"a":1}')).toBeNull();
  expect(problemIn("[1]")).toBe("The arguments must be one JSON object.");
  expect(problemIn('{"a":')).toMatch(/^This is not JSON: /);
});
