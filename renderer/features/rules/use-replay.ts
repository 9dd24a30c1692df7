import { useCallback, useRef, useState } from "react";
import type { Result } from "../../../shared/contract.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { useServices } from "../../lib/services.tsx";

/** What rules would have decided about the recorded calls of some time. */
export interface Replayed extends Result<"rules.replay"> {
  /** Whether other rules than those in force were tried. */
  readonly draft: boolean;
}
export type ReplayState =
  | { readonly phase: "none" }
  | { readonly phase: "running" }
  | { readonly phase: "done"; readonly result: Replayed }
  | { readonly phase: "failed"; readonly failure: Failure };

/** Tries rules on the past: those in force, or a draft. The last run counts. */
export function useReplay(): {
  readonly state: ReplayState;
  readonly busy: boolean;
  /** Over the last so many milliseconds. */
  run(span: number, rules?: readonly Rule[]): void;
} {
  const { connection } = useServices();
  const [state, setState] = useState<ReplayState>({ phase: "none" });
  const round = useRef(0);
  const run = useCallback(
    (span: number, rules?: readonly Rule[]): void => {
      round.current += 1;
      const mine = round.current;
      setState({ phase: "running" });
      connection
        .call("rules.replay", {
          since: Date.now() - span,
          ...(rules === undefined ? {} : { rules: [...rules] }),
        })
        .then(
          (result) => {
            if (mine === round.current)
              setState({ phase: "done", result: { ...result, draft: rules !== undefined } });
          },
          (error: unknown) => {
            if (mine === round.current) setState({ phase: "failed", failure: failureOf(error) });
          },
        );
    },
    [connection],
  );
  return { state, busy: state.phase === "running", run };
}
