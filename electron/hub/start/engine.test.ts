import { getHeapSpaceStatistics } from "node:v8";
import { afterEach, expect, test, vi } from "vitest";
import { collectAfterStart, preferSpeed } from "./engine.ts";

afterEach(() => preferSpeed(true));

const collected = (): (() => boolean) => {
  const kept = new WeakRef({ made: "at the start" });
  return () => kept.deref() === undefined;
};

test("what a start has left is collected once it is over", async () => {
  preferSpeed(false);
  const isGone = collected();
  const dispose = collectAfterStart(1);
  await vi.waitFor(() => expect(isGone()).toBe(true), { timeout: 10_000, interval: 20 });
  dispose();
  expect("gc" in globalThis).toBe(process.execArgv.includes("--expose-gc"));
});

test("while memory is preferred the space for new objects grows no more", () => {
  const size = (): number =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? Number.NaN;
  preferSpeed(false);
  const before = size();
  // All of it survives, which has the space grow otherwise.
  const kept = Array.from({ length: 400_000 }, (_, at) => ({ at }));
  expect(size()).toBeLessThanOrEqual(before);
  expect(kept).toHaveLength(400_000);
});
