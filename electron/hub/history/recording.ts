import type { Config } from "../../../shared/model/config.ts";
import { type Problem, RECORDING_STOPS, type RecordingStop } from "../../../shared/model/problem.ts";
import type { StorageHealth } from "../ports/storage.ts";

/** What becomes of calls while they cannot be recorded (`log.onFailure`). */
export interface Recording {
  /** Why a call must not be made now; undefined: it may. */
  refusal(): Error | undefined;
  /** Whether a call that was made and could not be recorded is answered all the same; it is counted then. */
  servesUnrecorded(): boolean;
  /** What the person must know of the storage. */
  problems(): Problem[];
  dispose(): void;
}

interface Options {
  readonly health: StorageHealth;
  readonly onFailure: () => Config["log"]["onFailure"];
  readonly changed: () => void;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** Codes of what keeps calls from being recorded. */
const STOPPING: ReadonlySet<string> = new Set<RecordingStop>(RECORDING_STOPS);

/** Milliseconds between notices of how many calls went unrecorded. */
const noticeInterval = 2_000;

/** Follows the storage's health; `changed` is called whenever `problems()` may say something else. */
export function createRecording({ health, onFailure, changed, log }: Options): Recording {
  let unrecorded = 0;
  let since: Date | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = health.onChanged(() => {
    if (health.failing !== undefined) log("error", `calls cannot be recorded: ${health.failing.message}`);
    changed();
  });
  return {
    refusal: () => (health.failing !== undefined && onFailure() === "refuse" ? health.failing : undefined),
    servesUnrecorded() {
      if (onFailure() === "refuse") return false;
      unrecorded += 1;
      since ??= new Date();
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, noticeInterval).unref();
      return true;
    },
    problems() {
      const meanwhile =
        onFailure() === "refuse"
          ? "Until then calls are refused."
          : "Until then calls are answered without a record.";
      const problems = health
        .problems()
        .map((problem) =>
          STOPPING.has(problem.code)
            ? { ...problem, advice: problem.advice === null ? meanwhile : `${problem.advice} ${meanwhile}` }
            : problem,
        );
      if (since === undefined) return problems;
      const calls = unrecorded === 1 ? "1 call was" : `${unrecorded} calls were`;
      return [
        ...problems,
        {
          code: "calls_unrecorded",
          message: `${calls} served without a record since ${since.toISOString()}`,
          advice: 'They are in no list. With `log.onFailure: "refuse"` calls are refused instead.',
        },
      ];
    },
    dispose() {
      stop();
      clearTimeout(timer);
    },
  };
}
