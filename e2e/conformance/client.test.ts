import { describe, expect, it } from "vitest";
import { serveScenarios } from "./client/serve.ts";
import { type Revision, runClientConformance } from "./run.ts";

const table: readonly (readonly [Revision, number])[] = [
  ["2025-11-25", 18],
  ["2026-07-28", 32],
];

describe("the hub as a client of the servers that it is given", () => {
  it.for(table)("passes every scored check of %s", { timeout: 400_000 }, async ([requirements, scored]) => {
    await using scenarios = await serveScenarios();
    const { command } = scenarios;
    const report = await runClientConformance({ command, requirements, deadlineMs: 380_000 });
    expect(report.failed).toEqual([]);
    expect([report.scored, report.passed]).toEqual([scored, scored]);
    expect(report.warnings).toEqual([]);
  });
});
