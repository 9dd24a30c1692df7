import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { type Check, type Finding, fail } from "./check.ts";

export interface RunOptions {
  /** Most checks at a time. */
  readonly width: number;
  /** A clock that does not jump, in milliseconds. */
  readonly monotonic: () => number;
  /** Takes out of a text what must not leave the machine. */
  readonly strip: (text: string) => string;
  /** Told of each check as it is done. */
  readonly done: (check: DiagnosisCheck) => void;
}

/** Runs all checks, some at a time; one that throws has failed, and the others go on. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<DiagnosisCheck[]> {
  const results: DiagnosisCheck[] = [];
  const waiting = [...checks];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runOne(check, options);
      results.push(result);
      options.done(result);
    }
  };
  await Promise.all(Array.from({ length: options.width }, work));
  return results;
}

async function runOne(
  check: Check,
  { monotonic, strip }: Pick<RunOptions, "monotonic" | "strip">,
): Promise<DiagnosisCheck> {
  const begun = monotonic();
  let finding: Finding;
  try {
    finding = await check.run();
  } catch (error) {
    finding = failed(error);
  }
  return {
    id: check.id,
    group: check.group,
    title: check.title,
    status: finding.status,
    code: finding.code,
    sentence: strip(finding.sentence),
    advice: finding.advice === null ? null : strip(finding.advice),
    durationMs: Math.round(monotonic() - begun),
  };
}

/** What a thrown error says of what was looked at. */
function failed(error: unknown): Finding {
  if (error instanceof GatehouseError)
    return fail(error.code, error.message, error.advice ?? `See: gatehouse explain ${error.code}`);
  return fail(
    "check_failed",
    `this could not be looked at: ${sentenceOf(error)}`,
    "The rest of the report holds.",
  );
}
