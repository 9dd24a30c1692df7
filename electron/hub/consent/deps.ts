import type { Rule } from "../../../shared/model/rule.ts";
import type { Patience } from "../../core/consent/patience.ts";
import type { Emit } from "../control/broadcaster.ts";
import type { Given, Questions } from "../control/questions.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import type { PolicyService, Ruling } from "../policy/policy-service.ts";
import type { ServerClaims } from "./question.ts";

/** Time as consent uses it; tests hand in their own. */
export interface ConsentClock {
  /** Milliseconds of a clock that does not jump, except over the machine's sleep. */
  reading(): number;
  /** Milliseconds since the epoch. */
  wall(): number;
  /** Runs something once; returns its disposer. */
  after(milliseconds: number, run: () => void): () => void;
}

/** What consent needs of the rest of the hub. */
export interface ConsentDeps {
  readonly questions: Questions;
  readonly emit: Emit;
  readonly policy: Pick<PolicyService, "rule" | "sent">;
  readonly patience: Patience;
  readonly clock: ConsentClock;
  /** How long to wait for an answer, in milliseconds, as configured. */
  readonly timeoutMs: () => number;
  readonly claims: (call: Call) => ServerClaims;
  /** The arguments of the last call of a tool that was let through, as raw JSON. */
  readonly previous: (call: Call) => Promise<string | null>;
  /** Why a call cannot be made after all; looked at when it is allowed. `edited`: its arguments are other than before. */
  readonly obstacle: (call: Call, ruling: Ruling, edited: boolean) => Outcome | undefined;
  /** Writes a rule down, before the one that asked. */
  readonly saveRule: (rule: Rule, askedBy: string, given: Given) => Promise<void>;
  readonly audit: (act: string, detail: string, given: Given) => void;
}
