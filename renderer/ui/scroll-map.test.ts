import { expect, test } from "vitest";
import { createScrollMap, TALLEST } from "./scroll-map.ts";

const VIEW = 600;
const made = (content: number) => {
  const map = createScrollMap();
  map.resize(content, VIEW);
  return map;
};

test("a content that an element can be as tall as is scrolled as it is", () => {
  const map = made(100_000);
  expect(map.scrolled(4_321)).toBeUndefined();
  expect([map.top, map.offset, map.extent, map.seek(99_999)]).toEqual([4_321, 0, 100_000, 99_400]);
});

test("a taller one moves pixel by pixel where the wheel turns", () => {
  const map = made(32_000_000);
  expect(map.extent).toBe(TALLEST);
  for (let position = 100; position <= 50_000; position += 100) {
    expect(map.scrolled(position)).toBeUndefined();
    expect(map.top).toBe(position);
  }
});

test("the scrollbar dragged goes to its share, both ends included", () => {
  const map = made(32_000_000);
  map.scrolled(TALLEST - VIEW);
  expect(map.top).toBe(32_000_000 - VIEW);
  map.scrolled((TALLEST - VIEW) / 2);
  expect(map.top).toBe((32_000_000 - VIEW) / 2);
  map.scrolled(0);
  expect(map.top).toBe(0);
});

test("every place is reached by the wheel alone, down from the middle and up again", () => {
  const content = 40_000_000;
  const map = made(content);
  map.seek(content - 30_000);
  let position = map.top - map.offset;
  let seen = map.top;
  const turn = (by: number): void => {
    position = Math.min(TALLEST - VIEW, Math.max(0, position + by));
    position = map.scrolled(position) ?? position;
    expect(Math.abs(map.top - seen)).toBeLessThanOrEqual(100);
    seen = map.top;
  };
  for (let turns = 0; turns < 400; turns += 1) turn(100);
  expect(map.top).toBe(content - VIEW);
  for (let turns = 0; turns < 400; turns += 1) turn(-100);
  expect(map.top).toBeCloseTo(content - VIEW - 40_000, -3);
});

test("the first place is reached by the wheel alone", () => {
  const map = made(40_000_000);
  map.seek(5_000);
  let position = map.top - map.offset;
  for (let turns = 0; turns < 80; turns += 1) {
    position = Math.max(0, position - 100);
    position = map.scrolled(position) ?? position;
  }
  expect(map.top).toBe(0);
});
