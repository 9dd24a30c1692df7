import { expect, it } from "vitest";
import { NO_USAGE } from "../../../shared/model/health.ts";
import { createFakeConnection, offline } from "../../testing/fake-connection.ts";
import { createHealthStore } from "./health-store.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

it("health is asked for as often as the hub says, and only while somebody looks and the hub is there", async () => {
  const connection = createFakeConnection({
    "servers.health": () => ({
      servers: [{ name: "a", ...NO_USAGE, cpuPercent: 12, points: [] }],
      saved: { processes: 2, memoryBytes: 5 },
      everyMs: 3_000,
    }),
  });
  let seen = true;
  let due: { readonly act: () => void; readonly milliseconds: number } | undefined;
  const health = createHealthStore(connection, {
    now: () => 77,
    isSeen: () => seen,
    later(act, milliseconds) {
      const mine = { act, milliseconds };
      due = mine;
      return () => {
        if (due === mine) due = undefined;
      };
    },
  });
  const pass = async (): Promise<void> => {
    due?.act();
    await settle();
  };
  await settle();
  const { servers, saved, at } = health.store.getState();
  expect([servers.get("a")?.cpuPercent, saved.processes, at, due?.milliseconds]).toEqual([12, 2, 77, 3_000]);
  await pass();
  expect(connection.calls).toHaveLength(2);
  seen = false;
  await pass();
  seen = true;
  connection.become(offline);
  await pass();
  expect(connection.calls).toHaveLength(2);
  expect(health.store.getState().servers.has("a")).toBe(true);
  connection.become({ phase: "online", role: "viewer" });
  await pass();
  expect(connection.calls).toHaveLength(3);
  health.dispose();
  expect(due).toBeUndefined();
});
