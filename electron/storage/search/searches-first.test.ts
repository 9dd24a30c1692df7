import { expect, test } from "vitest";
import { createSearchesFirst } from "./searches-first.ts";

const never = 1_000_000;

test("other work waits until the last search under way has ended", async () => {
  const first = createSearchesFirst(never);
  const ends: (() => void)[] = [];
  const search = (): Promise<void> => first.search(() => new Promise<void>((resolve) => ends.push(resolve)));
  const searches = [search(), search()];
  let worked = false;
  const work = first.clear().then(() => {
    worked = true;
  });
  ends[0]?.();
  await searches[0];
  await new Promise(setImmediate);
  expect(worked).toBe(false);
  ends[1]?.();
  await work;
});

test("other work does not wait where nothing is sought, or what was sought has failed", async () => {
  const first = createSearchesFirst(never);
  await first.clear();
  await expect(first.search(() => Promise.reject(new Error("damaged")))).rejects.toThrow("damaged");
  await first.clear();
});

test("other work is held up for the longest time at most", async () => {
  const first = createSearchesFirst(1);
  let end = (): void => {};
  const search = first.search(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  await first.clear();
  end();
  await search;
});
