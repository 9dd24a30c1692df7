import { expect, it } from "vitest";
import { createFakeConnection, offline } from "../testing/fake-connection.ts";
import { createResource } from "./resource.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(answers: (() => unknown)[]) {
  const connection = createFakeConnection({
    "grants.list": () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return answer?.();
    },
  });
  const timers: (() => void)[] = [];
  const resource = createResource(
    connection,
    (hub) => hub.call("grants.list", {}).then(({ grants }) => grants as unknown),
    ["rulesChanged"],
    (run) => {
      timers.push(run);
      return () => timers.splice(timers.indexOf(run), 1);
    },
  );
  return { connection, resource, timers };
}

it("is read at once, and again after a broadcast and after the hub was gone, until it is disposed of", async () => {
  let grants = "one";
  const { connection, resource } = setUp([() => ({ grants })]);
  await settled();
  expect(resource.store.getState()).toEqual({ value: "one", failure: null });
  grants = "two";
  connection.broadcast("rulesChanged", {});
  await settled();
  expect(resource.store.getState().value).toBe("two");
  connection.become(offline);
  grants = "three";
  connection.become({ phase: "online", role: "viewer" });
  await settled();
  expect(resource.store.getState().value).toBe("three");
  resource.dispose();
  connection.broadcast("rulesChanged", {});
  expect(connection.calls).toHaveLength(3);
});

it("is read twice for a flood of broadcasts: at its beginning and when the pause is over", async () => {
  const { connection, timers } = setUp([() => ({ grants: [] })]);
  for (let count = 0; count < 50; count += 1) connection.broadcast("rulesChanged", {});
  expect(connection.calls).toHaveLength(2);
  timers.shift()?.();
  expect(connection.calls).toHaveLength(3);
  timers.shift()?.();
  expect(connection.calls).toHaveLength(3);
  expect(timers).toHaveLength(0);
});

it("drops an answer that a later one has overtaken", async () => {
  const answers: ((grants: string) => void)[] = [];
  const { resource } = setUp([() => new Promise((resolve) => answers.push((grants) => resolve({ grants })))]);
  resource.reload();
  await settled();
  answers[1]?.("new");
  await settled();
  answers[0]?.("old");
  await settled();
  expect(resource.store.getState().value).toBe("new");
});

it("keeps what was read when a later reading fails, and says why it failed", async () => {
  const { resource } = setUp([
    () => ({ grants: "kept" }),
    () => {
      throw new Error("the disk is full");
    },
  ]);
  await settled();
  resource.reload();
  await settled();
  expect(resource.store.getState()).toEqual({
    value: "kept",
    failure: { message: "the disk is full", advice: null },
  });
});
