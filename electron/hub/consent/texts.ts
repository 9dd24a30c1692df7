import { DENIED, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import type { Decision } from "../../core/policy/call.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import { deniedOutcome, errorOutcome } from "../pipeline/outcomes.ts";

/** What the call is about, for a sentence that the model reads. */
export const whatOf = (call: Call): string =>
  `${(call.target.space === "tasks" ? call.route?.key : call.ownKey) ?? call.target.value} on ${call.route?.server ?? "an unknown server"}`;

/** A refusal: for tools a result that the model reads, for anything else a JSON-RPC error (MCP, Tools: error handling). */
export function refusal(call: Call, text: string, data: Record<string, unknown> = {}): Outcome {
  return call.target.space === "tools"
    ? deniedOutcome(call, text)
    : errorOutcome(call, DENIED, text, { code: "denied", ...data }, "denied");
}

/** A rule or the default says no. */
export const deniedByRule = (call: Call, { by, why }: Decision): Outcome =>
  refusal(call, `Gatehouse denied this call of ${whatOf(call)} (${by}: ${why}). Do not retry it.`);

/** A person says no. */
export function deniedByPerson(call: Call, reason: string | undefined): Outcome {
  const why =
    reason === undefined || reason.trim() === "" ? "and gave no reason" : `and says: ${reason.trim()}`;
  return refusal(
    call,
    `The person denied this call of ${whatOf(call)} in Gatehouse, ${why}. It was not made. Do not retry it unless they ask you to.`,
    { by: "person" },
  );
}

/** Nobody answered in time; the person may still allow it. */
export function unanswered(call: Call, seconds: number): Outcome {
  return refusal(
    call,
    `Gatehouse asked the person about this call of ${whatOf(call)}, and nobody answered within ${seconds} s, so it was not made. ` +
      "They may still allow it in Gatehouse: tell them, and once they did, repeat exactly this call within 10 minutes and it will pass.",
    { by: "timeout" },
  );
}

/** More questions are open than a person can look through. */
export const tooManyQuestions = (call: Call): Outcome =>
  refusal(
    call,
    `Gatehouse denied this call of ${whatOf(call)}: too many calls wait for the person's answer already. Wait for those first.`,
    { by: "too_many_questions" },
  );

/** What was asked for is no longer what would be sent. */
export const changedMeanwhile = (call: Call): Outcome =>
  refusal(
    call,
    `Gatehouse denied this call of ${whatOf(call)}: what would be sent is not what the person approved.`,
    { by: "hash" },
  );

/** The server went away, or became another, while the person was asked. */
export const serverGone = (call: Call): Outcome =>
  errorOutcome(
    call,
    SERVER_UNAVAILABLE,
    `the server ${call.route?.server ?? ""} was removed or changed while the person was asked; the call was not made`,
    { code: "server_changed" },
    "cancelled",
  );

/** The hub ends while the person was asked. */
export const hubEnding = (call: Call): Outcome =>
  errorOutcome(
    call,
    SERVER_UNAVAILABLE,
    "Gatehouse is ending; the person had not answered yet, and the call was not made",
    { code: "shutting_down" },
    "cancelled",
  );
