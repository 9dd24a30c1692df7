import { expect, test, vi } from "vitest";
import { Drain, type Drainage } from "./drain.ts";

function drainOf(first: Drainage) {
  vi.useFakeTimers();
  const state = { left: first, told: [] as [Drainage, number][], over: false };
  const drain = new Drain({
    look: () => state.left,
    changed: (left, until) => state.told.push([left, until]),
  });
  const begin = (milliseconds: number) =>
    void drain.begin(milliseconds).then(() => {
      state.over = true;
    });
  const pass = async (milliseconds: number) => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  };
  return { drain, state, begin, pass, [Symbol.dispose]: () => void vi.useRealTimers() };
}

test("a hub that does nothing is drained at once, and tells nobody", async () => {
  using stage = drainOf({ calls: 0, questions: 0 });
  stage.begin(30_000);
  await stage.pass(0);
  expect(stage.state).toMatchObject({ over: true, told: [] });
  expect(vi.getTimerCount()).toBe(0);
});

test("a drain ends when the last call and question are done, and tells what is left when that changes", async () => {
  using stage = drainOf({ calls: 2, questions: 1 });
  const until = Date.now() + 30_000;
  stage.begin(30_000);
  await stage.pass(5_000);
  stage.state.left = { calls: 1, questions: 0 };
  await stage.pass(5_000);
  expect(stage.state.over).toBe(false);
  stage.state.left = { calls: 0, questions: 0 };
  await stage.pass(100);
  expect(stage.state.over).toBe(true);
  expect(stage.state.told).toEqual([
    [{ calls: 2, questions: 1 }, until],
    [{ calls: 1, questions: 0 }, until],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a drain ends with its time, whatever is still under way", async () => {
  using stage = drainOf({ calls: 1, questions: 0 });
  stage.begin(30_000);
  await stage.pass(29_900);
  expect(stage.state.over).toBe(false);
  await stage.pass(200);
  expect(stage.state.over).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("a drain can be cut short, never made longer", async () => {
  using stage = drainOf({ calls: 1, questions: 0 });
  stage.begin(30_000);
  stage.drain.hasten(60_000);
  stage.drain.hasten(2_000);
  await stage.pass(1_900);
  expect(stage.state.over).toBe(false);
  stage.drain.hasten(0);
  await stage.pass(0);
  expect(stage.state.over).toBe(true);
});
