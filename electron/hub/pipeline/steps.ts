import type { Config } from "../../../shared/model/config.ts";
import {
  DENIED,
  INVALID_PARAMS,
  PAUSED,
  RESOURCE_NOT_FOUND,
  SERVER_BUSY,
} from "../../core/jsonrpc/errors.ts";
import { decide } from "../../core/policy/decide.ts";
import type { Scope } from "../ports/endpoint.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { cancelledOutcome, deniedOutcome, errorOutcome } from "./outcomes.ts";

/** Most requests one session may have under way at once. */
const MAX_IN_FLIGHT = 1_000;
/** Most bytes of requests under way in the whole hub. */
const MAX_BYTES_IN_FLIGHT = 512 * 1024 * 1024;

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

/** Only what the client can see may be called: a name outside its view is as unknown as one that does not exist. */
export const authorizeStep: Step = (call, next) =>
  call.route === undefined || call.server === undefined ? unknownOutcome(call) : next();

function unknownOutcome(call: Call): Outcome {
  const { space, value } = call.target;
  const shown = value.slice(0, 200);
  if (space === "uri") return errorOutcome(call, RESOURCE_NOT_FOUND, "Resource not found", { uri: shown });
  return errorOutcome(call, INVALID_PARAMS, `Unknown ${space === "tools" ? "tool" : "prompt"}: ${shown}`);
}

/** Refuses while calls are paused, and what would be too much at once. */
export function limitStep(state: { paused: () => boolean }): Step {
  let bytesInFlight = 0;
  return (call, next) => {
    if (state.paused())
      return errorOutcome(
        call,
        PAUSED,
        "Calls are paused in Gatehouse. Resume them there.",
        { code: "paused" },
        "denied",
      );
    if (call.session.running.size > MAX_IN_FLIGHT)
      return errorOutcome(
        call,
        SERVER_BUSY,
        `more than ${MAX_IN_FLIGHT} requests of this session are under way`,
        { code: "too_many_requests" },
      );
    if (bytesInFlight + call.bytes.length > MAX_BYTES_IN_FLIGHT)
      return errorOutcome(call, SERVER_BUSY, "too many bytes of requests are under way; try again soon", {
        code: "too_many_bytes",
      });
    bytesInFlight += call.bytes.length;
    const outcome = next();
    if (!(outcome instanceof Promise)) {
      bytesInFlight -= call.bytes.length;
      return outcome;
    }
    return outcome.finally(() => {
      bytesInFlight -= call.bytes.length;
    });
  };
}

/**
 * Rules and the default decide. Asking a person needs a window that this version does not have: it denies and says so.
 * The default "ask" is about tool calls: what a person or an app picks by itself (prompts, resources) passes, unless a
 * rule or the default denies it.
 */
export function consentStep(config: () => Pick<Config, "rules" | "consent">): Step {
  return (call, next) => {
    const { rules, consent } = config();
    const isTool = call.target.space === "tools";
    const server = call.route?.server ?? "";
    const what = call.ownKey ?? "";
    const fallback = !isTool && consent.default === "ask" ? "allow" : consent.default;
    const { decision, by } = decide(rules, fallback, {
      client: call.client.id === null ? "" : call.client.name,
      profile: call.profile ?? "",
      server,
      method: call.method,
      tool: isTool ? what : "",
    });
    call.rule = by;
    if (decision === "allow") return next();
    const asked = decision === "ask" ? askText(server, what, by, isTool) : undefined;
    const text = asked ?? `Gatehouse denied this call of ${what} on ${server} (${by}). Do not retry it.`;
    return isTool
      ? deniedOutcome(call, text)
      : errorOutcome(call, DENIED, text, { code: "denied" }, "denied");
  };
}

function askText(server: string, what: string, by: string, isTool: boolean): string {
  const rule = isTool ? { server, tool: what, decision: "allow" } : { server, decision: "allow" };
  return (
    `Gatehouse denied this call of ${what} on ${server}: ${by} says to ask the person, and this version cannot ask yet. ` +
    `The person can allow it with a rule in gatehouse.json, such as ${JSON.stringify(rule)}.`
  );
}
