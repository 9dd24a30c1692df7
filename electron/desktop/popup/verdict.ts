import type { Params } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Choice } from "../../../shared/popup.ts";

type Answer = Params<"questions.answer">;

/** What is answered to the hub for a choice; throws GatehouseError when the choice does not fit the question. */
export function answerFor(question: Question, choice: Choice): Answer {
  const { id } = question;
  const refuse = (why: string): never => {
    throw new GatehouseError("bad_request", why);
  };
  if (choice.answer === "deny") {
    const reason = choice.reason?.trim() ?? "";
    return { id, answer: "deny", ...(reason === "" ? {} : { reason }) };
  }
  if (choice.reason !== undefined) refuse("only a denial has a reason");
  switch (question.kind) {
    case "call":
      return callAnswer(question, choice, refuse);
    case "pair":
      return pairAnswer(question, choice, refuse);
    case "tool":
      if (choice.answer !== "approve") refuse("what is held back can only be accepted or kept");
      return { id, answer: "approve" };
    default:
      return refuse("this question is asked in a dialog of its own");
  }
}

function callAnswer({ id, call }: Question, choice: Choice, refuse: (why: string) => never): Answer {
  const { answer, narrowing, arguments: edited } = choice;
  if (call === null || answer === "approve") return refuse("this answer does not fit a call");
  if (answer === "allow-once") {
    if (narrowing !== undefined) return refuse("one call is not narrowed");
    if (edited === undefined) return { id, answer };
    if (!call.editable) return refuse("the arguments of this call cannot be edited");
    return { id, answer, arguments: edited };
  }
  if (edited !== undefined) return refuse("edited arguments are allowed once only");
  const offers = call.offer === null ? call.narrowings : [call.offer, ...call.narrowings];
  if (offers.length === 0 && narrowing === undefined) return { id, answer };
  if (!offers.some(({ key }) => key === narrowing)) return refuse("no such rule was shown");
  return { id, answer, ...(narrowing === undefined ? {} : { narrowing }) };
}

function pairAnswer({ id, pairing }: Question, choice: Choice, refuse: (why: string) => never): Answer {
  const { answer, profile = null, name } = choice;
  if (pairing === null || answer !== "approve") return refuse("a client is connected or denied");
  if (!pairing.choices.some((offered) => offered.profile === profile))
    return refuse("no such profile was shown");
  return { id, answer, profile, ...(name === undefined ? {} : { name }) };
}
