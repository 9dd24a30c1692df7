/** The gate of our icon, drawn at any size, so that trays and windows need no image files. */

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
  // Within a tile the gate is smaller.
  const [gateU, gateV] = tile === undefined ? [u, v] : [(u - 0.5) / 0.66 + 0.5, (v - 0.5) / 0.66 + 0.5];
  if (inGate(gateU, gateV)) return color;
  return tile !== undefined && inRoundedSquare(u, v, 0.22) ? tile : undefined;
}

/** An arch with two leaves, and the light between them. */
function inGate(u: number, v: number): boolean {
  const inArch = (half: number, foot: number): boolean =>
    Math.abs(u - 0.5) < half && v < foot && (v > 0.48 || Math.hypot(u - 0.5, v - 0.48) < half);
  if (!inArch(0.42, 0.94) || v < 0.04) return false;
  if (!inArch(0.32, 0.94)) return true;
  return inArch(0.25, 0.94) && Math.abs(u - 0.5) > 0.05;
}

function inRoundedSquare(u: number, v: number, radius: number): boolean {
  const x = Math.max(0, Math.abs(u - 0.5) - (0.5 - radius));
  const y = Math.max(0, Math.abs(v - 0.5) - (0.5 - radius));
  return Math.hypot(x, y) < radius;
}
