import { expect, it } from "vitest";
import type { Held } from "../../shared/model/consent.ts";
import { createFakeConnection, offline } from "../testing/fake-connection.ts";
import { createHeldStore } from "./held-store.ts";

const item = (id: string): Held => ({
  id,
  server: "s",
  kind: "tool",
  name: "t",
  change: "new",
  before: null,
  after: "x",
  flags: [],
  since: "now",
});
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("has what the hub holds, also after a change and after the hub was gone", async () => {
  let held = [item("1")];
  const connection = createFakeConnection({ "pins.list": () => ({ held }) });
  const { store, dispose } = createHeldStore(connection);
  await settled();
  expect(store.getState().held).toEqual([item("1")]);
  held = [];
  connection.broadcast("pinsChanged", { server: "s", held: 0 });
  await settled();
  expect(store.getState().held).toEqual([]);
  held = [item("2")];
  connection.become(offline);
  connection.become({ phase: "online", role: "viewer" });
  await settled();
  expect(store.getState().held).toEqual([item("2")]);
  dispose();
  connection.broadcast("pinsChanged", { server: "s", held: 0 });
  expect(connection.calls).toHaveLength(3);
});

it("keeps the latest answer, whichever comes last", async () => {
  const answers: ((held: Held[]) => void)[] = [];
  const connection = createFakeConnection({
    "pins.list": () => new Promise((resolve) => answers.push((held) => resolve({ held }))),
  });
  const { store } = createHeldStore(connection);
  connection.broadcast("pinsChanged", { server: "s", held: 1 });
  answers[1]?.([item("late")]);
  answers[0]?.([]);
  await settled();
  expect(store.getState().held).toEqual([item("late")]);
});

it("says when it could not be read", async () => {
  const connection = createFakeConnection({
    "pins.list": () => {
      throw new Error("gone");
    },
  });
  const { store } = createHeldStore(connection);
  await settled();
  expect(store.getState().failure?.message).toBe("gone");
});
