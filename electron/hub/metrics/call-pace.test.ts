import { expect, test } from "vitest";
import { CallPace } from "./call-pace.ts";

test("calls that come thick are noticed once, and so is their end", () => {
  let now = 0;
  const told: boolean[] = [];
  const pace = new CallPace(
    (thick) => told.push(thick),
    () => now,
  );
  const calls = (count: number, every: number): void => {
    for (let call = 0; call < count; call++) {
      now += every;
      pace.call();
    }
  };
  calls(2_000, 5);
  expect(told).toEqual([]);
  calls(2_000, 0.1);
  expect(told).toEqual([true]);
  calls(600, 5);
  expect(told).toEqual([true, false]);
  // A pause is no pace.
  now += 60_000;
  calls(100, 0.1);
  expect(told).toEqual([true, false]);
});
