import { describe, expect, it } from "vitest";
import { eraRatios } from "./eras.ts";
import { eraTable, medians, ratios, seriesTable } from "./report.ts";
import type { Sample } from "./round.ts";

const sample = (changes: Partial<Sample>): Sample => ({
  coldStartMs: 100,
  p50Ms: 1,
  callsPerSecond: 1_000,
  cpuUsPerCall: 500,
  listMs: 1,
  idleMb: 80,
  loadedMb: 90,
  ...changes,
});

describe("the report", () => {
  it("gives the median of the rounds, each figure for itself", () => {
    const samples = [sample({ p50Ms: 3 }), sample({ p50Ms: 1, listMs: 9 }), sample({ p50Ms: 2 })];
    expect(medians({ samples })).toEqual(sample({ p50Ms: 2, listMs: 1 }));
  });

  it("compares with the better rival in each respect, not with one of them in all", () => {
    const ours = sample({ p50Ms: 0.3, callsPerSecond: 8_000, cpuUsPerCall: 90 });
    const rivals = [sample({ p50Ms: 0.5, callsPerSecond: 2_000 }), sample({ cpuUsPerCall: 300 })];
    expect(ratios(ours, rivals).map(({ value, kept }) => [value, kept])).toEqual([
      [0.3, true],
      [4, true],
      [0.6, true],
    ]);
  });

  it("says when a bar is missed, also for want of a figure", () => {
    const ours = sample({ p50Ms: 0.7, callsPerSecond: 2_999, cpuUsPerCall: Number.NaN });
    expect(ratios(ours, [sample({})]).map(({ kept }) => kept)).toEqual([false, false, false]);
  });

  it("shows a dash where a figure does not apply", () => {
    const text = seriesTable([
      { target: "direct", upstream: "echo", samples: [sample({ cpuUsPerCall: Number.NaN })] },
    ]);
    expect(text).toContain("| direct | 1.00 | 1,000 | – | 1.00 | 100 | 80 / 90 |");
  });

  it("compares the eras round by round, and says when the stateless one costs too much", () => {
    const round = (scale: number, stateless: number) => ({
      session: { session: 100 * scale, stateless: 200 * scale },
      stateless: { session: stateless * scale, stateless: 120 * scale },
    });
    // The second round met a busy machine: only the ratio within a round counts.
    const samples = [round(1, 105), round(3, 108), round(1, 130)];
    expect(eraRatios(samples).map(({ value, kept }) => [value, kept])).toEqual([
      [1.08, true],
      [0.6, true],
      [1.2, false],
    ]);
    expect(eraTable(samples)).toContain("| stateless client | 130 | 120 |");
  });
});
