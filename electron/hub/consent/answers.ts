import { GatehouseError } from "../../../shared/errors.ts";
import type { Offer } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Decision } from "../../core/policy/call.ts";
import type { Outcome } from "../pipeline/call.ts";
import type { Session } from "../sessions.ts";

/** Begins what stands for a session in the stateless era. */
export const OF_CLIENT = "client ";

/** What ends what was granted for a session: the session itself, or in the stateless era the client's idleness. */
export const sessionKey = (session: Session, client: string): string =>
  session.id === "" ? `${OF_CLIENT}${client}` : `session ${session.stored.idHash}`;

/** A value that is made when it is first wanted. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The rule that an answer is about: the one it names, else the one for the whole tool. */
export function ruleFor({ call }: Question, narrowing: string | undefined): Offer {
  const offers = call === null ? [] : [...call.narrowings, ...(call.offer === null ? [] : [call.offer])];
  const found =
    narrowing === undefined ? call?.narrowings.at(-1) : offers.find(({ key }) => key === narrowing);
  if (found !== undefined) return found;
  throw new GatehouseError(
    "bad_request",
    narrowing === undefined
      ? "this call can be allowed once only"
      : `the question has no narrowing "${narrowing.slice(0, 60)}"`,
    offers.length === 0
      ? "Answer allow-once, or deny."
      : `It has: ${offers.map(({ key }) => key).join(", ")}.`,
  );
}

/** What a refusal says, for the person who edited the arguments. */
export function textOfOutcome({ result, error }: Outcome): string {
  const raw = result ?? error;
  if (raw === null) return "it is refused";
  const said = JSON.parse(new TextDecoder().decode(raw)) as {
    content?: { text?: string }[];
    message?: string;
  };
  return said.content?.[0]?.text ?? said.message ?? "it is refused";
}

/** What asks: a rule by its id, else by its place, or the default. */
export const whoAsks = ({ ruleId, by }: Decision): string => ruleId ?? by;
