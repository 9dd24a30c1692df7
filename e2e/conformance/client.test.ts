import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Revision, runClientConformance } from "./run.ts";

const program = fileURLToPath(new URL("client/program.ts", import.meta.url));
const table: readonly (readonly [Revision, number])[] = [
  ["2025-11-25", 18],
  ["2026-07-28", 32],
];

describe("the hub as a client of the servers that it is given", () => {
  it.for(table)("passes every scored check of %s", { timeout: 400_000 }, async ([requirements, scored]) => {
    const report = await runClientConformance({ program, requirements, deadlineMs: 380_000 });
    expect(report.failed).toEqual([]);
    expect([report.scored, report.passed]).toEqual([scored, scored]);
    expect(report.warnings).toEqual([]);
  });
});
