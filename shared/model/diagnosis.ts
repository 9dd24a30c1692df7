/** What `gatehouse doctor` and Diagnose find out. */
import { z } from "zod";

export const checkStatusSchema = z.enum(["ok", "warn", "fail"]);
export type CheckStatus = z.infer<typeof checkStatusSchema>;

/** What checks are about, in the order in which they are shown. */
export const checkGroupSchema = z.enum(["hub", "servers", "programs", "machine", "clients"]);
export type CheckGroup = z.infer<typeof checkGroupSchema>;

/** The outcome of one check. Secrets are stripped, and the person's home folder is "~". */
export const diagnosisCheckSchema = z.object({
  /** Stable: "npx", "port"; "server:NAME" for a server. */
  id: z.string(),
  group: checkGroupSchema,
  title: z.string(),
  status: checkStatusSchema,
  /** A code of docs/errors.md; null when all is well. */
  code: z.string().nullable(),
  sentence: z.string(),
  advice: z.string().nullable(),
  durationMs: z.number(),
});
export type DiagnosisCheck = z.infer<typeof diagnosisCheckSchema>;

export const diagnosisSchema = z.object({
  /** ISO 8601. */
  startedAt: z.string(),
  durationMs: z.number(),
  /** In the order in which they are shown: what failed first. */
  checks: z.array(diagnosisCheckSchema),
  /** All of it as plain text, to be copied. */
  report: z.string(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

const RANK: Readonly<Record<CheckStatus, number>> = { fail: 0, warn: 1, ok: 2 };

/** What failed first, then what is doubtful; within that, in the order of the groups. */
export function inOrder(checks: readonly DiagnosisCheck[]): DiagnosisCheck[] {
  const groups = checkGroupSchema.options;
  return checks.toSorted(
    (a, b) => RANK[a.status] - RANK[b.status] || groups.indexOf(a.group) - groups.indexOf(b.group),
  );
}

/** "1 failed, 2 to look at, 14 well". */
export function tally(checks: readonly Pick<DiagnosisCheck, "status">[]): string {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const parts = [
    [count("fail"), "failed"],
    [count("warn"), "to look at"],
    [count("ok"), "well"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}
