import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram, rankOf, slotFloor, slotMiddle, slotOf } from "./histogram.ts";

const micros = fc.oneof(fc.nat(200), fc.nat(1_000_000), fc.nat({ max: 2 ** 31 - 1 }), fc.maxSafeNat());

const of = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
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
        const histogram = of(values);
        const sorted = values.map((value) => Math.min(value, 2 ** 42)).sort((a, b) => a - b);
        for (const p of [1, 50, 95, 99, 100]) {
          const exact = sorted[rankOf(p, sorted.length) - 1] ?? Number.NaN;
          expect(Math.abs((histogram.percentile(p) ?? Number.NaN) - exact)).toBeLessThanOrEqual(
            exact * 0.008,
          );
        }
      }),
    );
  });

  test("merged from encoded parts it is the same as recorded at once", () => {
    fc.assert(
      fc.property(fc.array(fc.array(micros, { maxLength: 50 }), { maxLength: 8 }), (parts) => {
        const merged = new Histogram();
        for (const part of parts) merged.mergeBytes(of(part).encode());
        const whole = of(parts.flat());
        expect(merged.total).toBe(whole.total);
        expect([...merged.entries()]).toEqual([...whole.entries()]);
        expect(merged.percentiles([50, 95, 99])).toEqual(whole.percentiles([50, 95, 99]));
      }),
    );
  });

  test("an empty one has no percentile and no bytes", () => {
    expect(new Histogram().percentile(50)).toBeNull();
    expect(new Histogram().encode()).toHaveLength(0);
  });

  test("bytes that end within a number are refused", () => {
    expect(() => new Histogram().mergeBytes(Uint8Array.of(0x80))).toThrow(RangeError);
    expect(() => new Histogram().mergeBytes(Uint8Array.of(3))).toThrow(RangeError);
  });

  test("the rank of a percentile is not put up by rounding", () => {
    expect([rankOf(99, 300), rankOf(50, 4), rankOf(50, 5), rankOf(99, 1), rankOf(95, 100)]).toEqual([
      297, 2, 3, 1, 95,
    ]);
  });
});
