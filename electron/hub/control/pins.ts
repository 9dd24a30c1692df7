import { GatehouseError } from "../../../shared/errors.ts";
import { askedFor } from "../pins/pin-questions.ts";
import type { HubState } from "../state.ts";
import type { Caller, Handlers } from "./control-endpoint.ts";

const ok = { ok: true } as const;

/** The methods of the control API about what is held back of servers. */
export function pinHandlers(state: HubState): Pick<Handlers, "pins.list" | "pins.accept"> {
  return {
    "pins.list": ({ server }) => {
      if (server !== undefined && state.servers.get(server) === undefined)
        throw new GatehouseError(
          "not_found",
          `there is no server named ${server}`,
          "See `gatehouse status` for their names.",
        );
      return { held: state.pins.held(server) };
    },
    "pins.accept": ({ ids }, caller) => {
      acceptPins(state, ids, caller);
      return ok;
    },
  };
}

/** Accepts what is held under these ids, and records who did. Throws `not_found` when one of them is gone. */
export function acceptPins(state: HubState, ids: readonly string[], caller: Caller): void {
  const held = state.pins.held().filter(({ id }) => ids.includes(id));
  state.pins.accept(ids);
  for (const { server, kind, name, change } of held)
    state.audit.record(caller, "pin.accept", `${server}: ${change} ${kind} ${name}`);
}

/** Somebody without the right to accept asks for it: the question that is open about exactly this is theirs too. */
export function askToAccept(state: HubState, ids: readonly string[], caller: Caller): { id: string } {
  state.pins.serversOf(ids);
  const open = state.pinQuestions.find(ids);
  if (open !== undefined) return { id: open.id };
  const question = state.questions.ask(askedFor(state.pins.held().filter(({ id }) => ids.includes(id))));
  state.audit.record(caller, "question.ask", question.title);
  state.broadcaster.emit("questionAsked", question);
  return { id: question.id };
}
