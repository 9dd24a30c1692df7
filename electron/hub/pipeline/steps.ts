import type { Route } from "../../core/catalog/aggregate.ts";
import { INVALID_PARAMS, RESOURCE_NOT_FOUND } from "../../core/jsonrpc/errors.ts";
import type { Scope } from "../ports/endpoint.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { blockedOutcome, heldOutcome } from "./held-outcomes.ts";
import { cancelledOutcome, errorOutcome } from "./outcomes.ts";

/** What the step that looks names up needs of the catalogue. */
export interface Lookup {
  /** Sets the call's route and server, as far as its name is known and visible. */
  find(call: Call): void;
  isLearnt(scope: Scope): boolean;
  /** Resolves when the scope is learnt, or after a short while. */
  ready(scope: Scope): Promise<void>;
}

/**
 * Finds where a name leads. One that is not known yet may belong to a server that is just being learnt (its definition
 * has changed, or the client remembers its tools from before): such a call waits for the catalogue as a list does.
 */
export function lookupStep(lookup: Lookup): Step {
  return (call, next) => {
    lookup.find(call);
    if (call.route !== undefined || lookup.isLearnt(call.scope)) return next();
    return new Promise((resolve, reject) => {
      let cancelled = false;
      call.cancel = () => {
        cancelled = true;
        resolve(cancelledOutcome);
      };
      lookup.ready(call.scope).then(() => {
        if (cancelled) return;
        call.cancel = undefined;
        lookup.find(call);
        resolve(next());
      }, reject);
    });
  };
}

/**
 * Only what the client can see may be called: a name outside its view is as unknown as one that does not exist. What it
 * would see but the person has yet to review is refused in words. `held` finds that, for a name that leads nowhere.
 */
export function authorizeStep(held: (call: Call) => Route | undefined): Step {
  return (call, next) => {
    if (call.route === undefined || call.server === undefined) {
      const route = held(call);
      if (route === undefined) return unknownOutcome(call);
      // The log is to name the server.
      call.route = route;
      call.ownKey = route.key;
      return heldOutcome(call, route);
    }
    return call.route.standing === "blocked" ? blockedOutcome(call, call.route) : next();
  };
}

const NOUNS = { tools: "tool", prompts: "prompt", tasks: "task" } as const;

/** What its name names is not there for this client. */
export function unknownOutcome(call: Call): Outcome {
  const { space, value } = call.target;
  const shown = value.slice(0, 200);
  if (space === "uri") return errorOutcome(call, RESOURCE_NOT_FOUND, "Resource not found", { uri: shown });
  return errorOutcome(call, INVALID_PARAMS, `Unknown ${NOUNS[space]}: ${shown}`);
}
