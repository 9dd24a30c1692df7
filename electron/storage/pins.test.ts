import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredHeld, StoredPin } from "../hub/ports/storage.ts";
import { type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const pin = (key: string, hash: string): StoredPin => ({
  kind: "tool",
  key,
  hash,
  text: `"${hash}"`,
  pinnedAt: 7,
});
const held = (key: string, text: string | null = null): StoredHeld => ({
  kind: "tool",
  key,
  hash: "h",
  text,
  since: 9,
});

test("what was accepted and what is held are there again after a restart, each server's apart", async () => {
  const storage = home.open();
  expect(storage.pins.load("a")).toBeUndefined();
  storage.pins.save("a", {
    put: [pin("one", "1"), pin("two", "1")],
    drop: [],
    held: [held("x"), held("y", "t")],
  });
  storage.pins.save("b", { put: [], drop: [], held: [] });
  storage.pins.save("a", {
    put: [pin("one", "2")],
    drop: [{ kind: "tool", key: "two" }],
    held: [held("y", "t")],
  });
  await storage.close();
  const { pins } = home.open();
  expect(pins.servers()).toEqual(["a", "b"]);
  expect(pins.load("a")).toEqual({ pins: [pin("one", "2")], held: [held("y", "t")] });
  expect(pins.load("b")).toEqual({ pins: [], held: [] });
});

test("a removed server is approved anew, and nothing is written when a change cannot be written whole", () => {
  const { pins } = home.open();
  pins.save("a", { put: [pin("one", "1")], drop: [], held: [] });
  expect(() => pins.save("a", { put: [pin("two", "1")], drop: [], held: [held("x"), held("x")] })).toThrow();
  expect(pins.load("a")).toEqual({ pins: [pin("one", "1")], held: [] });
  pins.remove("a");
  expect([pins.load("a"), pins.servers()]).toEqual([undefined, []]);
});
