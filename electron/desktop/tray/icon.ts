/** The mark of resources/icon.svg, drawn at any size, so that trays and windows need no further image files. */

export interface IconStyle {
  /** 0xRRGGBB of the gate. */
  readonly color: number;
  /** 0xRRGGBB of the dot at the lower right that tells the state, or undefined for none. */
  readonly dot?: number;
  /** 0xRRGGBB of a rounded tile behind the gate, or undefined for none. */
  readonly tile?: number;
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
  if (tile !== undefined) return inMark(32 * u, 32 * v) ? color : inTile(32 * u, 32 * v) ? tile : undefined;
  // Without a tile the mark fills the square: its 18 by 20.5 units become 20.5 by 20.5 around its centre.
  return inMark(16 + 21 * (u - 0.5), 15.75 + 21 * (v - 0.5)) ? color : undefined;
}

/** The arch and its raised portcullis, in the 32 by 32 units of the SVG. */
function inMark(x: number, y: number): boolean {
  const arch = (radius: number): boolean =>
    y <= 26 && (y > 14.5 ? Math.abs(x - 16) <= radius : Math.hypot(x - 16, y - 14.5) <= radius);
  if (arch(9) && !arch(5)) return true;
  return Math.hypot(x - 16, y - Math.max(14.25, Math.min(18.75, y))) <= 1.25;
}

/** The rounded tile, 32 by 32 units with corners of 7.5. */
function inTile(x: number, y: number): boolean {
  return Math.hypot(Math.max(0, Math.abs(x - 16) - 8.5), Math.max(0, Math.abs(y - 16) - 8.5)) <= 7.5;
}
