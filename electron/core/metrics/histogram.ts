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

/** How many slots there are. */
const SLOTS = slotOf(LONGEST) + 1;

/**
 * Calls `each` for every pair of an encoded histogram of so many bytes. Throws RangeError for bytes that `encode` did
 * not make.
 */
function decode(
  length: number,
  byteAt: (at: number) => number,
  each: (slot: number, count: number) => void,
): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= length || scale > 2 ** 49) throw new RangeError("this is no encoded histogram");
      const byte = byteAt(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  let slot = 0;
  while (at < length) {
    slot += varint();
    if (slot >= SLOTS) throw new RangeError("this is no encoded histogram");
    each(slot, varint());
  }
}

/** Counts by slot, for few values: what is recorded and stored. */
export class Histogram {
  #counts: Map<number, number> | undefined;

  /** Counts a value in microseconds. */
  record(us: number): void {
    this.#add(slotOf(us), 1);
  }

  /** Adds the counts of an encoded one. Throws RangeError for bytes that `encode` did not make. */
  mergeBytes(bytes: Uint8Array): void {
    decode(
      bytes.length,
      (at) => bytes[at] ?? 0,
      (slot, count) => this.#add(slot, count),
    );
  }

  /** Adds the counts of another. */
  merge(other: Histogram): void {
    if (other.#counts === undefined) return;
    for (const [slot, count] of other.#counts) this.#add(slot, count);
  }

  /** Pairs of varints in the order of slots: the distance from the slot before, and the count. */
  encode(): Uint8Array {
    if (this.#counts === undefined) return NOTHING;
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
    for (const [slot, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      varint(slot - before);
      varint(count);
      before = slot;
    }
    return Uint8Array.from(bytes);
  }

  #add(slot: number, count: number): void {
    this.#counts ??= new Map();
    this.#counts.set(slot, (this.#counts.get(slot) ?? 0) + count);
  }
}

const NOTHING = new Uint8Array(0);

/** The value of a hexadecimal digit. */
function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}

/** The sum of many encoded histograms, and what is read from it: a count for every slot there is, 10 KB. */
export class HistogramSum {
  /** None as long as it is empty. */
  #counts: Uint32Array | undefined;
  #total = 0;
  /** Nothing lies outside of these slots. */
  #first = SLOTS;
  #last = -1;

  /** How many values it holds. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds the counts of an encoded one, in hexadecimal: thousands of short texts come and go in V8's own memory, where as
   * many buffers would leave holes in the allocator's. Throws RangeError for bytes that `encode` did not make.
   */
  mergeHex(hex: string): void {
    this.#counts ??= new Uint32Array(SLOTS);
    const counts = this.#counts;
    decode(
      hex.length / 2,
      (at) => (digitAt(hex, 2 * at) << 4) | digitAt(hex, 2 * at + 1),
      (slot, count) => {
        counts[slot] = (counts[slot] ?? 0) + count;
        this.#total += count;
        if (slot < this.#first) this.#first = slot;
        if (slot > this.#last) this.#last = slot;
      },
    );
  }

  /** Adds the counts of another. */
  merge(other: HistogramSum): void {
    if (other.#counts === undefined || other.#total === 0) return;
    this.#counts ??= new Uint32Array(SLOTS);
    for (let slot = other.#first; slot <= other.#last; slot++)
      this.#counts[slot] = (this.#counts[slot] ?? 0) + (other.#counts[slot] ?? 0);
    this.#total += other.#total;
    this.#first = Math.min(this.#first, other.#first);
    this.#last = Math.max(this.#last, other.#last);
  }

  /** Makes it empty, to be used again. */
  clear(): void {
    this.#counts?.fill(0, this.#first, this.#last + 1);
    this.#total = 0;
    this.#first = SLOTS;
    this.#last = -1;
  }

  /**
   * Nearest-rank percentiles (0 < p ≤ 100, ascending) in microseconds, within 0.8 %, in one pass; null when it holds
   * nothing.
   */
  percentiles(ps: readonly number[]): (number | null)[] {
    if (this.#total === 0) return ps.map(() => null);
    const found: number[] = [];
    let seen = 0;
    for (let slot = this.#first; slot <= this.#last && found.length < ps.length; slot++) {
      seen += this.#counts?.[slot] ?? 0;
      for (let p = ps[found.length]; p !== undefined && seen >= rankOf(p, this.#total); p = ps[found.length])
        found.push(slotMiddle(slot));
    }
    return found;
  }

  /** Calls `each` for every slot that holds something, in ascending order: the value that stands for it, its count. */
  forEach(each: (us: number, count: number) => void): void {
    for (let slot = this.#first; slot <= this.#last; slot++) {
      const count = this.#counts?.[slot] ?? 0;
      if (count > 0) each(slotMiddle(slot), count);
    }
  }
}

/** The rank of a percentile among so many values, from 1 (nearest-rank definition). */
export function rankOf(p: number, total: number): number {
  // 99 / 100 * 300 is a hair over 297: the multiplication comes first.
  return Math.min(total, Math.max(1, Math.ceil((p * total) / 100)));
}
