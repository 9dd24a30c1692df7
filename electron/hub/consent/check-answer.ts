import { GatehouseError } from "../../../shared/errors.ts";
import type { OpenCall } from "../../core/consent/open-calls.ts";
import type { Given } from "../control/questions.ts";
import type { Call } from "../pipeline/call.ts";
import { ruleFor, textOfOutcome } from "./answers.ts";
import { isEditable, withArguments } from "./asked-call.ts";
import type { ConsentDeps } from "./deps.ts";
import type { Asked, Waiter } from "./waiter.ts";

const bad = (message: string, advice?: string): GatehouseError =>
  new GatehouseError("bad_request", message, advice);

/** Throws when an answer makes no sense, before it is taken: what is asked for must be there to give. */
export function checkAnswer(
  id: string,
  given: Given,
  asked: Asked | undefined,
  open: OpenCall<Waiter> | undefined,
  deps: Pick<ConsentDeps, "obstacle" | "policy">,
): void {
  const { answer, narrowing, arguments: text } = given;
  if (answer === "approve")
    throw bad(
      "a call is allowed, not approved",
      "Answer allow-once, allow-session, allow-hour, allow-always or deny.",
    );
  if (answer === "deny") return;
  if (asked === undefined || open === undefined)
    throw new GatehouseError("not_found", `nobody waits for question ${id} any more`);
  if (answer !== "allow-once") ruleFor(asked.question, narrowing);
  if (text === undefined) return;
  const [waiter] = open.waiters.keys();
  if (waiter === undefined)
    throw bad("its client has given up, so that its arguments cannot be edited", "Allow it as it is.");
  if (!isEditable(waiter.call.method)) throw bad(`a request ${waiter.call.method} has no arguments`);
  const edited = withArguments(waiter.call, text);
  if (typeof edited === "string") throw bad(edited, "Give one JSON object.");
  const copy: Call = { ...waiter.call, ...edited };
  const obstacle = deps.obstacle(copy, deps.policy.rule(copy), true);
  if (obstacle !== undefined) throw bad(`the edited call cannot be made: ${textOfOutcome(obstacle)}`);
}
