import { z } from "zod";
import { type Method, methods, type ParsedParams, type Result, type Role } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import { EXPOSITION_TYPE } from "../../core/metrics/exposition.ts";
import { type Redaction, redactedValue } from "../../core/redact/redaction.ts";
import type { Actor } from "../audit.ts";
import type { ControlCaller, ControlEndpoint, ControlSession } from "../ports/endpoint.ts";
import { forbidden, mayCall } from "./access.ts";
import type { Broadcaster } from "./broadcaster.ts";
import type { ControlTokens } from "./tokens.ts";

/** Who calls a method. */
export interface Caller extends ControlCaller {
  readonly role: Role;
  /** It is the desktop or a window of it; who only holds the operator's file, or came by a browser's code, is not. */
  readonly trusted: boolean;
}

/** One function a method of the contract; params are parsed, the role has been checked. */
export type Handlers = {
  [M in Method]: (params: ParsedParams<M>, caller: Caller) => Result<M> | Promise<Result<M>>;
};

export interface ControlDeps {
  /** The text of /metrics. */
  readonly metrics: () => string;
  readonly handlers: Handlers;
  readonly tokens: ControlTokens;
  readonly broadcaster: Broadcaster;
  /** What a caller gets has no secret that it knows. */
  readonly redaction: Redaction;
  readonly prove: (challenge: string) => string;
  readonly desktopAttached: () => boolean;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Somebody tried what is not theirs to do: it is recorded. `act` as in AuditEntry. */
  readonly refused: (actor: Actor, act: string, detail: string) => void;
}

/** Runs one method for a caller: known, permitted, well-formed, in this order. Throws GatehouseError. */
export async function callMethod(
  deps: ControlDeps,
  name: string,
  params: unknown,
  caller: Caller,
): Promise<unknown> {
  if (!Object.hasOwn(methods, name))
    throw new GatehouseError("bad_request", `there is no method ${name.slice(0, 60)}`);
  const method = name as Method;
  const desktop = deps.desktopAttached();
  if (!mayCall(method, caller.role, desktop)) {
    deps.refused(caller, "refused", method);
    throw forbidden(method, caller.role, desktop);
  }
  const parsed = methods[method].params.safeParse(params);
  if (!parsed.success) throw new GatehouseError("bad_request", `${method}: ${z.prettifyError(parsed.error)}`);
  try {
    return redactedValue(deps.redaction, await deps.handlers[method](parsed.data as never, caller));
  } catch (thrown) {
    const error = cleanError(thrown, deps.redaction);
    if (error instanceof GatehouseError && error.code === "forbidden")
      deps.refused(caller, "refused", `${method}: ${error.message}`);
    if (!(error instanceof GatehouseError))
      deps.log(
        "error",
        `${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    throw error;
  }
}

/** The same error when its words hold no secret. */
function cleanError(error: unknown, redaction: Redaction): unknown {
  if (!redaction.active || !(error instanceof GatehouseError)) return error;
  const message = redaction.text(error.message);
  const advice = error.advice === undefined ? undefined : redaction.text(error.advice);
  return message === error.message && advice === error.advice
    ? error
    : new GatehouseError(error.code, message, advice);
}

/** The hub's side of /control. */
export function createControlEndpoint(deps: ControlDeps): ControlEndpoint {
  return {
    prove: deps.prove,
    metrics: (token) =>
      deps.tokens.roleOf(token, Date.now()) === undefined
        ? undefined
        : { type: EXPOSITION_TYPE, text: deps.redaction.text(deps.metrics()) },
    login(credential, caller, emit) {
      let role: Role | undefined;
      let token: string | undefined;
      if ("token" in credential) role = deps.tokens.roleOf(credential.token, Date.now());
      else if (deps.tokens.spendCode(credential.code, Date.now())) {
        role = "viewer";
        token = deps.tokens.mintForBrowser(Date.now());
      }
      if (role === undefined) {
        const { remotePid, executable } = caller;
        deps.refused({ role: "unknown", remotePid, executable }, "refused", "login with an unknown token");
        return undefined;
      }
      // Getters stay getters: who is at the other end is looked up only for calls that record it.
      const trusted = "token" in credential && deps.tokens.isWindow(credential.token);
      const who: Caller = {
        role,
        trusted,
        get remotePid() {
          return caller.remotePid;
        },
        get executable() {
          return caller.executable;
        },
      };
      const unsubscribe = deps.broadcaster.subscribe(emit);
      const session: ControlSession = {
        role,
        call: (method, params) => callMethod(deps, method, params, who),
        close: unsubscribe,
      };
      return { session, token };
    },
  };
}
