import { expect, test } from "vitest";
import { watchSleep } from "./sleep.ts";

/** A clock whose one timer fires when the test says so. */
function testClock() {
  let now = 1_000_000;
  let due: (() => void) | undefined;
  return {
    now: () => now,
    after: (_milliseconds: number, action: () => void) => {
      due = action;
      return () => {
        due = undefined;
      };
    },
    /** Time goes on by this much until the timer fires. */
    pass(milliseconds: number) {
      now += milliseconds;
      due?.();
    },
    get armed() {
      return due !== undefined;
    },
  };
}

test("a look that comes much too late is a sleep, and tells what was lost", () => {
  const clock = testClock();
  const lost: number[] = [];
  watchSleep(clock, (milliseconds) => lost.push(milliseconds));
  for (const passed of [10_000, 10_050, 29_000, 3_610_000, 10_000, 41_000]) clock.pass(passed);
  expect(lost).toEqual([3_600_000, 31_000]);
});

test("a clock that is set back is no sleep, and the disposer ends the looks", () => {
  const clock = testClock();
  const lost: number[] = [];
  const dispose = watchSleep(clock, (milliseconds) => lost.push(milliseconds));
  clock.pass(-3_600_000);
  clock.pass(10_000);
  dispose();
  expect([lost, clock.armed]).toEqual([[], false]);
});
