export interface Report {
  testResults?: { status: string; assertionResults: { status: string }[] }[];
}
/** The totals of a vitest JSON report; what failed outside of a test counts as one failed. */
export function totals(report: Report | undefined, runFailed: boolean): { passed: number; failed: number };
