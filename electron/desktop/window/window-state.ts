/** Where the window was on each display, so that it comes back to the right place on the right one. */
import { z } from "zod";

const boundsSchema = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
export type Bounds = z.infer<typeof boundsSchema>;

export const windowStateSchema = z.object({
  /** The display it was on last. */
  display: z.string().nullable(),
  maximized: z.boolean(),
  /** The un-maximised bounds per display, in screen coordinates. */
  bounds: z.record(z.string(), boundsSchema),
});
export type WindowState = z.infer<typeof windowStateSchema>;

export const NO_STATE: WindowState = { display: null, maximized: false, bounds: {} };

/** What is needed of Electron's Display. */
export interface DisplayInfo {
  readonly id: number;
  readonly bounds: Bounds;
  readonly workArea: Bounds;
}

export const SMALLEST = { width: 760, height: 520 } as const;
const USUAL = { width: 1240, height: 800 } as const;
const KEPT = 12;

/** A display's name: its id alone is given anew by some systems, so its size is part of it. */
export function displayKey(display: DisplayInfo): string {
  return `${display.id}:${display.bounds.width}x${display.bounds.height}`;
}

/**
 * The bounds to open with: on the last display if it is there, else on the primary one; as they were on that display,
 * moved and shrunk until they lie within its work area.
 */
export function openingBounds(
  state: WindowState,
  displays: readonly DisplayInfo[],
  primary: DisplayInfo,
): { bounds: Bounds; maximized: boolean } {
  const display = displays.find((one) => displayKey(one) === state.display) ?? primary;
  const saved = state.bounds[displayKey(display)];
  return {
    bounds: within(saved ?? centred(display.workArea), display.workArea),
    maximized: state.maximized,
  };
}

/** The state after the window has been at these bounds on this display. */
export function remembered(
  state: WindowState,
  display: DisplayInfo,
  bounds: Bounds,
  maximized: boolean,
): WindowState {
  const key = displayKey(display);
  const { [key]: _, ...others } = state.bounds;
  const kept = Object.entries(others).slice(-(KEPT - 1));
  return { display: key, maximized, bounds: { ...Object.fromEntries(kept), [key]: bounds } };
}

function centred(area: Bounds): Bounds {
  const width = Math.min(USUAL.width, area.width);
  const height = Math.min(USUAL.height, area.height);
  return {
    x: area.x + Math.floor((area.width - width) / 2),
    y: area.y + Math.floor((area.height - height) / 2),
    width,
    height,
  };
}

function within(bounds: Bounds, area: Bounds): Bounds {
  const width = Math.min(Math.max(bounds.width, SMALLEST.width), area.width);
  const height = Math.min(Math.max(bounds.height, SMALLEST.height), area.height);
  const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));
  return {
    x: clamp(bounds.x, area.x, area.x + area.width - width),
    y: clamp(bounds.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}
