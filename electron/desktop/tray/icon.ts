/** The mark of resources/icon.svg, drawn at any size, so that trays and windows need no further image files. */

export interface IconStyle {
  /** 0xRRGGBB of the gate. */
  readonly color: number;
  /** 0xRRGGBB of the dot at the lower right that tells the state, or undefined for none. */
  readonly dot?: number;
  /** 0xRRGGBB at the top and the bottom of a rounded tile behind the gate, or undefined for none. */
  readonly tile?: readonly [top: number, bottom: number];
}

const SAMPLES = 4;

/** The picture as premultiplied BGRA rows, `size` pixels square: what Electron's createFromBitmap takes. */
export function drawIcon(size: number, style: IconStyle): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const sum = [0, 0, 0, 0] as [number, number, number, number];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const u = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
        const v = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
        const color = colorAt(u, v, style);
        if (color === undefined) continue;
        sum[0] += color & 0xff;
        sum[1] += (color >> 8) & 0xff;
        sum[2] += (color >> 16) & 0xff;
        sum[3] += 255;
      }
      for (let part = 0; part < 4; part += 1)
        pixels[(y * size + x) * 4 + part] = Math.round((sum[part] ?? 0) / (SAMPLES * SAMPLES));
    }
  }
  return pixels;
}

/** The colour at a point of the unit square, or undefined where it is clear. */
function colorAt(u: number, v: number, { color, dot, tile }: IconStyle): number | undefined {
  if (dot !== undefined) {
    const distance = Math.hypot(u - 0.79, v - 0.79);
    if (distance < 0.19) return dot;
    if (distance < 0.25) return undefined;
  }
  if (tile !== undefined)
    return inMark(32 * u, 32 * v) ? color : inTile(32 * u, 32 * v) ? between(...tile, v) : undefined;
  // Without a tile the mark fills the square: its 20 by 20 units around (16, 16), with a little air.
  return inMark(16 + 21 * (u - 0.5), 16 + 21 * (v - 0.5)) ? color : undefined;
}

/** The arch and whoever keeps it, in the 32 by 32 units of the SVG. */
function inMark(x: number, y: number): boolean {
  const arch = (radius: number): boolean =>
    y <= 26 && (y > 16 ? Math.abs(x - 16) <= radius : Math.hypot(x - 16, y - 16) <= radius);
  if (arch(10) && !arch(6)) return true;
  return Math.hypot(x - 16, y - Math.max(17, Math.min(20, y))) <= 2;
}

/** The rounded tile, 32 by 32 units with corners of 7. */
function inTile(x: number, y: number): boolean {
  return Math.hypot(Math.max(0, Math.abs(x - 16) - 9), Math.max(0, Math.abs(y - 16) - 9)) <= 7;
}

/** The colour that stands `part` of the way from one to another. */
function between(from: number, to: number, part: number): number {
  const channel = (shift: number): number => {
    const start = (from >> shift) & 0xff;
    return Math.round(start + (((to >> shift) & 0xff) - start) * part) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
