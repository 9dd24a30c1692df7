import { describe, expect, it } from "vitest";
import { barGradient, barShare } from "./timing-bar.tsx";

describe("the timing bar", () => {
  it("draws only the parts that took time, in order", () => {
    expect(barGradient({ queue: 0, consent: 0, upstream: 75, hub: 25 })).toBe(
      "linear-gradient(90deg, var(--accent) 0% 75%, var(--hub-mark) 75% 100%)",
    );
    expect(barGradient({ queue: 0, consent: 0, upstream: 0, hub: 0 })).toBe("none");
  });

  it("grows with the logarithm of the duration and stays within its box", () => {
    const shares = [0, 100, 1_000, 100_000, 60_000_000, 9e12].map(barShare);
    expect(shares[0]).toBe(0.06);
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });
});
