/**
 * The totals of a vitest JSON report. A file that failed to load counts as one failed test; so does a run that failed
 * although no test did (an error outside of any test), and a run without a report.
 * @param {{ testResults?: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {boolean} runFailed vitest's exit code was not 0
 * @returns {{ passed: number, failed: number }}
 */
export function totals(report, runFailed) {
  let passed = 0;
  let failed = 0;
  for (const file of report?.testResults ?? []) {
    const failures = file.assertionResults.filter((test) => test.status === "failed").length;
    passed += file.assertionResults.filter((test) => test.status === "passed").length;
    failed += file.status === "failed" ? Math.max(failures, 1) : failures;
  }
  const unexplained = runFailed && failed === 0 && (passed > 0 || report === undefined);
  return { passed, failed: unexplained ? 1 : failed };
}
