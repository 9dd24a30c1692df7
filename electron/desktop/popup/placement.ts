/** Where the popup stands: at the top right of the screen's work area, as high as its page asks for. */

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WIDTH = 480;
const SMALLEST = 260;
const TALLEST = 900;
const MARGIN = 16;

/** The height for a page that is not measured yet. */
export const FIRST_HEIGHT = 560;

/** The window's bounds on a screen with this work area, for a page that would like `wanted` pixels of height. */
export function popupBounds(work: Area, wanted: number): Area {
  const width = Math.min(WIDTH, work.width - 2 * MARGIN);
  const height = Math.max(
    Math.min(SMALLEST, work.height),
    Math.min(Math.ceil(wanted), TALLEST, work.height - 2 * MARGIN),
  );
  return { x: work.x + work.width - width - MARGIN, y: work.y + MARGIN, width, height };
}
