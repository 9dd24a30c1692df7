import type { Route } from "../../core/catalog/aggregate.ts";
import { INVALID_PARAMS, RESOURCE_NOT_FOUND, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import type { ServerUnavailable } from "../servers/call-queue.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { blockedOutcome, heldOutcome } from "./held-outcomes.ts";
import { cancelledOutcome, errorOutcome } from "./outcomes.ts";

/** What the step that looks names up needs of the catalogue. */
export interface Lookup {
  /** Sets the call's route and server, as far as its name is known and visible. */
  find(call: Call): void;
  /**
   * The servers that may have what the call names and have not been learnt yet: each settles when it has been, or cannot
   * be for now. Starts them.
   */
  learning(call: Call): readonly Promise<void>[];
  /** Why the one server that the call's address names cannot be learnt; undefined when it can, or there are several. */
  fault(call: Call): ServerUnavailable | undefined;
}

/**
 * Finds where a name leads. One that is not known yet may belong to a server that is still being learnt (it has never
 * run, its definition has changed, or the client remembers its tools from before): unlike a list, such a call waits for
 * as long as that takes, until the server is given up or the client wants it no more.
 */
export function lookupStep(lookup: Lookup): Step {
  return (call, next) => {
    lookup.find(call);
    if (call.route !== undefined) return next();
    const learning = lookup.learning(call);
    if (learning.length === 0) return next();
    return new Promise((resolve, reject) => {
      let isOver = false;
      call.canceller = {
        cancel: () => {
          isOver = true;
          resolve(cancelledOutcome);
        },
      };
      const goOn = (): void => {
        if (isOver) return;
        isOver = true;
        call.canceller = undefined;
        const fault = call.route === undefined ? lookup.fault(call) : undefined;
        if (fault === undefined) resolve(next());
        else resolve(errorOutcome(call, SERVER_UNAVAILABLE, fault.message, { code: fault.code }));
      };
      for (const learnt of learning)
        learnt.then(() => {
          if (isOver) return;
          lookup.find(call);
          if (call.route !== undefined) goOn();
        }, reject);
      Promise.all(learning).then(goOn, reject);
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
