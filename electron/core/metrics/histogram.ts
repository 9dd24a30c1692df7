/**
 * Log-linear histograms of whole microseconds: exact below 128, then 64 slots for each power of two, so that the middle
 * of a slot is at most 0.8 % from any value in it. They merge by adding up, and so does everything made of them.
 */

const SUB_BITS = 6;
const SUB = 1 << SUB_BITS;
/** Values up to here have a slot of their own. */
const EXACT = 2 * SUB;
/** Longer is counted as this long: 2^42 µs are 50 days. */
const LONGEST = 2 ** 42;

/** The slot that a value in microseconds belongs to. */
export function slotOf(us: number): number {
  const value = us < 0 ? 0 : us > LONGEST ? LONGEST : Math.round(us);
  if (value < EXACT) return value;
  // The exponent of a double is the floor of its logarithm, without the rounding of Math.log2.
  let shift = 0;
  let rest = value;
  while (rest >= 2 ** 31) {
    rest /= 2;
    shift++;
  }
  const exponent = 31 - Math.clz32(rest) + shift;
  const within = Math.floor(value / 2 ** (exponent - SUB_BITS)) - SUB;
  return EXACT + (exponent - SUB_BITS - 1) * SUB + within;
}

/** The least value of a slot, in microseconds. */
export function slotFloor(slot: number): number {
  if (slot < EXACT) return slot;
  const above = slot - EXACT;
  const exponent = Math.floor(above / SUB) + SUB_BITS + 1;
  return (SUB + (above % SUB)) * 2 ** (exponent - SUB_BITS);
}

/** The value that stands for a slot: its middle. */
export function slotMiddle(slot: number): number {
  if (slot < EXACT) return slot;
  return (slotFloor(slot) + slotFloor(slot + 1) - 1) / 2;
}

/** Counts by slot; sparse. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;
  /** The slots came in ascending order so far, as they do from one encoded histogram. */
  #inOrder = true;
  #last = -1;

  /** How many values it holds. */
  get total(): number {
    return this.#total;
  }

  /** Counts a value in microseconds. */
  record(us: number): void {
    this.#add(slotOf(us), 1);
  }

  /** Adds the counts of another. */
  merge(other: Histogram): void {
    for (const [slot, count] of other.#counts) this.#add(slot, count);
  }

  /** Adds the counts of an encoded one. Throws RangeError for bytes that `encode` did not make. */
  mergeBytes(bytes: Uint8Array): void {
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined || scale > 2 ** 49) throw new RangeError("this is no encoded histogram");
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    let slot = 0;
    while (at < bytes.length) {
      slot += varint();
      this.#add(slot, varint());
    }
  }

  /** Pairs of varints in the order of slots: the distance from the slot before, and the count. */
  encode(): Uint8Array {
    const bytes: number[] = [];
    const varint = (value: number): void => {
      let rest = value;
      while (rest >= 128) {
        bytes.push((rest % 128) + 128);
        rest = Math.floor(rest / 128);
      }
      bytes.push(rest);
    };
    let before = 0;
    for (const [slot, count] of this.#sorted()) {
      varint(slot - before);
      varint(count);
      before = slot;
    }
    return Uint8Array.from(bytes);
  }

  /** The nearest-rank percentile (0 < p ≤ 100) in microseconds, within 0.8 %; null when it holds nothing. */
  percentile(p: number): number | null {
    return this.percentiles([p])[0] ?? null;
  }

  /** Several percentiles in one pass; `ps` ascending. */
  percentiles(ps: readonly number[]): (number | null)[] {
    if (this.#total === 0) return ps.map(() => null);
    const found: number[] = [];
    let seen = 0;
    for (const [slot, count] of this.#sorted()) {
      seen += count;
      for (let p = ps[found.length]; p !== undefined && seen >= rankOf(p, this.#total); p = ps[found.length])
        found.push(slotMiddle(slot));
      if (found.length === ps.length) break;
    }
    return found;
  }

  /** Each slot that holds something, as the value that stands for it and its count; in ascending order. */
  *entries(): Generator<readonly [us: number, count: number]> {
    for (const [slot, count] of this.#sorted()) yield [slotMiddle(slot), count];
  }

  #sorted(): [number, number][] {
    const pairs = [...this.#counts];
    return this.#inOrder ? pairs : pairs.sort(([a], [b]) => a - b);
  }

  #add(slot: number, count: number): void {
    const before = this.#counts.get(slot);
    if (before === undefined) {
      if (slot < this.#last) this.#inOrder = false;
      else this.#last = slot;
    }
    this.#counts.set(slot, (before ?? 0) + count);
    this.#total += count;
  }
}

/** The rank of a percentile among so many values, from 1 (nearest-rank definition). */
export function rankOf(p: number, total: number): number {
  // 99 / 100 * 300 is a hair over 297: the multiplication comes first.
  return Math.min(total, Math.max(1, Math.ceil((p * total) / 100)));
}
