import { describe, expect, it } from "vitest";
import { totals } from "./totals.mjs";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe("the totals of a test run", () => {
  it("are the sums over all files, without the skipped", () => {
    const report = {
      testResults: [file("passed", "passed", "skipped"), file("failed", "passed", "failed", "failed")],
    };
    expect(totals(report, true)).toEqual({ passed: 2, failed: 2 });
  });

  it("count a file that failed to load as one failed test", () => {
    expect(totals({ testResults: [file("failed"), file("passed", "passed")] }, true)).toEqual({
      passed: 1,
      failed: 1,
    });
  });

  it("count a file as failed when a hook failed after its tests had passed", () => {
    expect(totals({ testResults: [file("failed", "passed")] }, true)).toEqual({ passed: 1, failed: 1 });
  });

  it("count an error outside of any test as one failed", () => {
    expect(totals({ testResults: [file("passed", "passed")] }, true)).toEqual({ passed: 1, failed: 1 });
  });

  it("count a run that left no report as one failed", () => {
    expect(totals(undefined, true)).toEqual({ passed: 0, failed: 1 });
  });

  it("are zero when nothing matched", () => {
    expect(totals({ testResults: [] }, true)).toEqual({ passed: 0, failed: 0 });
  });
});
