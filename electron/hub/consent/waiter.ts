import type { Question } from "../../../shared/model/question.ts";
import type { CallKey } from "../../core/consent/open-calls.ts";
import type { Call, Next, Outcome } from "../pipeline/call.ts";
import type { Ruling } from "../policy/policy-service.ts";
import type { Approval } from "./offers.ts";

/** One call that waits for an answer. */
export interface Waiter {
  readonly call: Call;
  readonly next: Next;
  /** SHA-256 of the params as they were asked about. */
  readonly hash: string;
  /** Why what was asked about has become something else: a link on a path was swapped. */
  readonly changed: Ruling["changed"];
  /** performance.now() milliseconds. */
  readonly since: number;
  readonly seconds: number;
  /** Since when its client's connection is lost, in awake time. */
  lostSince: number | undefined;
  readonly resolve: (outcome: Outcome | Promise<Outcome>) => void;
  readonly reject: (error: unknown) => void;
}

/** What the hub keeps of a question beside its waiters. */
export interface Asked {
  readonly key: CallKey;
  readonly group: string;
  readonly tool: string;
  readonly approval: Approval | undefined;
  /** What asked: a rule by its id or place, or the default. */
  readonly by: string;
  question: Question;
}
