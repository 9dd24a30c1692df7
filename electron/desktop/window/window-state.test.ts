import { expect, test } from "vitest";
import { type DisplayInfo, displayKey, NO_STATE, openingBounds, remembered } from "./window-state.ts";

const display = (id: number, x: number, width: number, height: number): DisplayInfo => ({
  id,
  bounds: { x, y: 0, width, height },
  workArea: { x, y: 30, width, height: height - 30 },
});
const laptop = display(1, 0, 1440, 900);
const wide = display(2, 1440, 2560, 1440);

test("the first window is centred on the primary display, and fits it", () => {
  expect(openingBounds(NO_STATE, [laptop, wide], laptop)).toEqual({
    bounds: { x: 100, y: 65, width: 1240, height: 800 },
    maximized: false,
  });
  const small = display(3, 0, 1024, 600);
  expect(openingBounds(NO_STATE, [small], small).bounds).toEqual({ x: 0, y: 30, width: 1024, height: 570 });
});

test("the window comes back where it was, on the display where it was", () => {
  const bounds = { x: 2000, y: 200, width: 1000, height: 700 };
  const state = remembered(NO_STATE, wide, bounds, true);
  expect(openingBounds(state, [laptop, wide], laptop)).toEqual({ bounds, maximized: true });
});

test("when its display is gone it opens on the primary one, as it last was there", () => {
  const there = { x: 20, y: 60, width: 900, height: 600 };
  const state = remembered(
    remembered(NO_STATE, laptop, there, false),
    wide,
    { x: 2000, y: 200, width: 1000, height: 700 },
    false,
  );
  expect(openingBounds(state, [laptop], laptop).bounds).toEqual(there);
});

test("bounds that lie outside, or are too small, are brought inside", () => {
  const state = remembered(NO_STATE, laptop, { x: -5000, y: 9999, width: 10, height: 10 }, false);
  expect(openingBounds(state, [laptop], laptop).bounds).toEqual({ x: 0, y: 380, width: 760, height: 520 });
});

test("an id that now means a display of another size is another display", () => {
  const state = remembered(NO_STATE, laptop, { x: 1, y: 40, width: 800, height: 600 }, false);
  const other = display(1, 0, 1920, 1080);
  expect(openingBounds(state, [other], other).bounds.width).toBe(1240);
});

test("only a dozen displays are remembered, the one last used always", () => {
  let state = NO_STATE;
  for (let id = 1; id <= 30; id += 1)
    state = remembered(state, display(id, 0, 800, 600), { x: 0, y: 30, width: 800, height: 570 }, false);
  expect(Object.keys(state.bounds)).toHaveLength(12);
  expect(state.bounds[displayKey(display(30, 0, 800, 600))]).toBeDefined();
});
