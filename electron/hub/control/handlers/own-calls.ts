import { GatehouseError } from "../../../../shared/errors.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

/**
 * The control API's calls in the person's own name. Both throw `not_found`, for an unknown server and for a call that
 * is not under way; `calls.make` rejects with `bad_request` for arguments that are no JSON object.
 */
export const ownCallHandlers = (state: HubState): Pick<Handlers, "calls.make" | "calls.stop"> => ({
  "calls.make": (request, { trusted }) => {
    if (state.servers.get(request.server) === undefined)
      throw new GatehouseError("not_found", `there is no server named ${request.server.slice(0, 80)}`);
    return state.ownCalls.make(request, trusted);
  },
  "calls.stop": ({ key }) => {
    if (!state.ownCalls.stop(key))
      throw new GatehouseError("not_found", `no call named ${key.slice(0, 60)} is under way`);
    return { ok: true };
  },
});
