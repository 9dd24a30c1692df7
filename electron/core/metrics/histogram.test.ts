import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram, HistogramSum, rankOf, slotFloor, slotMiddle, slotOf } from "./histogram.ts";

const micros = fc.oneof(fc.nat(200), fc.nat(1_000_000), fc.nat({ max: 2 ** 31 - 1 }), fc.maxSafeNat());

const of = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

/** As SQLite's hex() gives it. */
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");

/** The sum of histograms of these values each. */
const sumOf = (...parts: readonly (readonly number[])[]): HistogramSum => {
  const sum = new HistogramSum();
  for (const part of parts) sum.mergeHex(hexOf(of(part).encode()));
  return sum;
};

const entriesOf = (sum: HistogramSum): [us: number, count: number][] => {
  const entries: [number, number][] = [];
  sum.forEach((us, count) => {
    entries.push([us, count]);
  });
  return entries;
};

describe("slots", () => {
  test("each value lies in its slot, whose middle is within 0.8 % of it", () => {
    fc.assert(
      fc.property(micros, (drawn) => {
        const value = Math.min(drawn, 2 ** 42);
        const slot = slotOf(drawn);
        expect(slotFloor(slot)).toBeLessThanOrEqual(value);
        expect(slotFloor(slot + 1)).toBeGreaterThan(value);
        expect(Math.abs(slotMiddle(slot) - value)).toBeLessThanOrEqual(value * 0.008);
      }),
    );
  });

  test("the borders of powers of two begin slots of their own, without a gap", () => {
    for (let slot = 1; slot < 2_000; slot++) {
      expect(slotOf(slotFloor(slot))).toBe(slot);
      expect(slotOf(slotFloor(slot) - 1)).toBe(slot - 1);
    }
  });
});

describe("a histogram", () => {
  test("gives nearest-rank percentiles within 0.8 % of the exact ones", () => {
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 400 }), (values) => {
        const sorted = values.map((value) => Math.min(value, 2 ** 42)).sort((a, b) => a - b);
        const ps = [1, 50, 95, 99, 100];
        for (const [i, found] of sumOf(values).percentiles(ps).entries()) {
          const exact = sorted[rankOf(ps[i] ?? Number.NaN, sorted.length) - 1] ?? Number.NaN;
          expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.008);
        }
      }),
    );
  });

  test("merged from encoded parts it is the same as recorded at once", () => {
    fc.assert(
      fc.property(fc.array(fc.array(micros, { maxLength: 50 }), { maxLength: 8 }), (parts) => {
        const stored = new Histogram();
        const merged = new HistogramSum();
        for (const part of parts) {
          stored.mergeBytes(of(part).encode());
          merged.merge(sumOf(part));
        }
        const whole = sumOf(parts.flat());
        expect(stored.encode()).toEqual(of(parts.flat()).encode());
        for (const sum of [merged, sumOf(...parts)]) {
          expect(sum.total).toBe(whole.total);
          expect(entriesOf(sum)).toEqual(entriesOf(whole));
          expect(sum.percentiles([50, 95, 99])).toEqual(whole.percentiles([50, 95, 99]));
        }
      }),
    );
  });

  test("an empty one has no percentile and no bytes", () => {
    expect(new HistogramSum().percentiles([50, 99])).toEqual([null, null]);
    expect(new Histogram().encode()).toHaveLength(0);
  });

  test("a cleared one holds nothing of what it held", () => {
    const sum = sumOf([1, 5_000, 1e9]);
    sum.clear();
    expect([sum.total, entriesOf(sum), sum.percentiles([50])]).toEqual([0, [], [null]]);
    sum.mergeHex(hexOf(of([70]).encode()));
    expect(entriesOf(sum)).toEqual([[70, 1]]);
  });

  test("bytes that end within a number, or name a slot that there is not, are refused", () => {
    // The last one: a slot beyond the last.
    for (const bytes of [Uint8Array.of(0x80), Uint8Array.of(3), Uint8Array.of(0xff, 0xff, 1, 1)]) {
      expect(() => new Histogram().mergeBytes(bytes)).toThrow(RangeError);
      expect(() => new HistogramSum().mergeHex(hexOf(bytes))).toThrow(RangeError);
    }
  });

  test("the rank of a percentile is not put up by rounding", () => {
    expect([rankOf(99, 300), rankOf(50, 4), rankOf(50, 5), rankOf(99, 1), rankOf(95, 100)]).toEqual([
      297, 2, 3, 1, 95,
    ]);
  });
});
