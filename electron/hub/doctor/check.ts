import type { StableCode } from "../../../shared/codes.ts";
import type { CheckGroup, CheckStatus } from "../../../shared/model/diagnosis.ts";

/** What a check has found: a code of docs/errors.md unless all is well, a sentence, and what to do. */
export interface Finding {
  readonly status: CheckStatus;
  readonly code: string | null;
  readonly sentence: string;
  readonly advice: string | null;
}

/** One thing to look at. It changes nothing, and gives up by itself where it waits for something. */
export interface Check {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  run(): Finding | Promise<Finding>;
}

/** All is well. */
export const ok = (sentence: string): Finding => ({ status: "ok", code: null, sentence, advice: null });

/** It works, but a person should know. */
export const warn = (code: StableCode, sentence: string, advice: string): Finding => ({
  status: "warn",
  code,
  sentence,
  advice,
});

/** It does not work. */
export const fail = (code: StableCode, sentence: string, advice: string): Finding => ({
  status: "fail",
  code,
  sentence,
  advice,
});
