import { type DiagnosisCheck, inOrder, tally } from "../../../shared/model/diagnosis.ts";
import { visible } from "../../../shared/visible.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export interface ReportHead {
  readonly version: string;
  readonly node: string;
  /** "linux x64 6.8". */
  readonly system: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A diagnosis as plain text, for a report of a fault. What it is given has been stripped. */
export function reportText(head: ReportHead, checks: readonly DiagnosisCheck[]): string {
  const lines = [
    `Gatehouse ${head.version}, Node ${head.node}, ${head.system}, ${head.at}`,
    tally(checks),
    "",
  ];
  for (const check of inOrder(checks)) {
    const code = check.code === null ? "" : ` [${check.code}]`;
    lines.push(
      `${MARKS[check.status]}  ${visible(check.title)}${code}: ${visible(check.sentence)} (${check.durationMs} ms)`,
    );
    if (check.advice !== null) lines.push(`      ${visible(check.advice)}`);
  }
  return `${lines.join("\n")}\n`;
}
