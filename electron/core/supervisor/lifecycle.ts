import type { ServerState } from "../../../shared/model/server.ts";
import { type BackoffPolicy, backoffDelay } from "./backoff.ts";

/**
 * The life of one server as a pure state machine: events in, next state and commands out. The shell carries the
 * commands out (spawn, stop, arm a timer) and feeds back what happened. Times are milliseconds of the shell's clock.
 */
export interface Lifecycle {
  readonly phase: Exclude<ServerState, "disabled">;
  /** Why the server is failed or needs authorization; undefined otherwise. */
  readonly reason: string | undefined;
  /** When a failed server is started again by itself; undefined means parked until somebody acts. */
  readonly retryAt: number | undefined;
  /** Times at which it crashed within the budget's window. */
  readonly crashes: readonly number[];
  /** Times at which it was started anew without delay because its session was gone, within the renewals' window. */
  readonly renewals: readonly number[];
  /** Starts after the first one. */
  readonly restarts: number;
  readonly started: number;
  readonly readyAt: number | undefined;
  /** A start was asked for while stopping. */
  readonly startAgain: boolean;
}

export interface LifecyclePolicy extends BackoffPolicy {
  /** Crashes allowed within the window before the server is parked. */
  readonly crashBudget: number;
  readonly crashWindowMs: number;
  /** Renewals of a session allowed within their window before one counts as a crash. */
  readonly renewalBudget: number;
  readonly renewalWindowMs: number;
}

export const DEFAULT_POLICY: LifecyclePolicy = {
  firstMs: 250,
  factor: 2,
  maxMs: 60_000,
  jitter: 0.2,
  crashBudget: 5,
  crashWindowMs: 10 * 60_000,
  renewalBudget: 3,
  renewalWindowMs: 60_000,
};

/**
 * How a server ended. "crash": it is tried again until the crash budget is spent. "outage": it cannot be reached, which
 * is not its fault: tried again for as long as it takes. "renewal": it is there but its session is gone: started at
 * once if it was ready. "permanent": parked, for retrying does not heal it (a missing command). "needs-auth": parked
 * until the person has signed in.
 */
export type EndKind = "crash" | "outage" | "renewal" | "permanent" | "needs-auth";

export type LifecycleEvent =
  /** Somebody needs the server: a call, a list to learn, an eager start. */
  | { readonly type: "needed" }
  /** The person or a changed configuration acts: a parked server gets a fresh budget. */
  | { readonly type: "reset" }
  | { readonly type: "handshaken" }
  /** It ended by itself, or never came up. */
  | { readonly type: "ended"; readonly reason: string; readonly kind: EndKind }
  | { readonly type: "retryDue" }
  | { readonly type: "stop" }
  | { readonly type: "stopped" };

export type LifecycleCommand =
  | { readonly type: "spawn" }
  | { readonly type: "terminate" }
  | { readonly type: "armRetry"; readonly delayMs: number }
  | { readonly type: "disarmRetry" };

export interface Step {
  readonly state: Lifecycle;
  readonly commands: readonly LifecycleCommand[];
}

export const initialLifecycle: Lifecycle = {
  phase: "stopped",
  reason: undefined,
  retryAt: undefined,
  crashes: [],
  renewals: [],
  restarts: 0,
  started: 0,
  readyAt: undefined,
  startAgain: false,
};

/** Takes one event at time `now`; `random` in [0, 1) supplies the jitter. */
export function step(
  state: Lifecycle,
  event: LifecycleEvent,
  now: number,
  random: number,
  policy: LifecyclePolicy = DEFAULT_POLICY,
): Step {
  switch (event.type) {
    case "needed":
      if (state.phase === "stopped") return spawn(state, []);
      if (state.phase === "stopping") return only({ ...state, startAgain: true });
      return only(state);
    case "reset":
      if (state.phase === "failed" || state.phase === "needs-auth")
        return {
          state: {
            ...state,
            phase: "stopped",
            reason: undefined,
            retryAt: undefined,
            crashes: [],
            renewals: [],
          },
          commands: [{ type: "disarmRetry" }],
        };
      return only({ ...state, crashes: [], renewals: [] });
    case "handshaken":
      return state.phase === "starting"
        ? only({ ...state, phase: "ready", reason: undefined, readyAt: now })
        : only(state);
    case "ended":
      return ended(state, event, now, random, policy);
    case "retryDue":
      return state.phase === "failed" ? spawn(state, []) : only(state);
    case "stop":
      if (state.phase === "starting" || state.phase === "ready" || state.phase === "degraded")
        return {
          state: { ...state, phase: "stopping", startAgain: false },
          commands: [{ type: "terminate" }],
        };
      if (state.phase === "failed" || state.phase === "needs-auth")
        return {
          state: { ...state, phase: "stopped", reason: undefined, retryAt: undefined },
          commands: [{ type: "disarmRetry" }],
        };
      return only({ ...state, startAgain: false });
    case "stopped":
      if (state.phase !== "stopping") return only(state);
      if (state.startAgain) return spawn({ ...state, startAgain: false }, []);
      return only({ ...state, phase: "stopped", readyAt: undefined });
  }
}

function spawn(state: Lifecycle, commands: readonly LifecycleCommand[]): Step {
  return {
    state: {
      ...state,
      phase: "starting",
      reason: undefined,
      retryAt: undefined,
      readyAt: undefined,
      started: state.started + 1,
      restarts: state.started === 0 ? 0 : state.restarts + 1,
    },
    commands: [...commands, { type: "spawn" }],
  };
}

function ended(
  state: Lifecycle,
  event: { readonly reason: string; readonly kind: EndKind },
  now: number,
  random: number,
  policy: LifecyclePolicy,
): Step {
  if (state.phase === "stopping") return step(state, { type: "stopped" }, now, random, policy);
  if (state.phase !== "starting" && state.phase !== "ready" && state.phase !== "degraded") return only(state);
  const renewals = state.renewals.filter((at) => now - at < policy.renewalWindowMs);
  if (event.kind === "renewal" && state.phase !== "starting" && renewals.length < policy.renewalBudget) {
    const { state: next, commands } = spawn({ ...state, renewals: [...renewals, now] }, []);
    // The server itself has not been restarted.
    return { state: { ...next, restarts: state.restarts }, commands };
  }
  const crashes = [...state.crashes.filter((at) => now - at < policy.crashWindowMs), now];
  const failed: Lifecycle = { ...state, phase: "failed", reason: event.reason, crashes, readyAt: undefined };
  if (event.kind === "needs-auth") return only({ ...failed, phase: "needs-auth", retryAt: undefined });
  const spent = crashes.length > policy.crashBudget && event.kind !== "outage";
  if (event.kind === "permanent" || spent) return only({ ...failed, retryAt: undefined });
  const delayMs = backoffDelay(crashes.length - 1, random, policy);
  return { state: { ...failed, retryAt: now + delayMs }, commands: [{ type: "armRetry", delayMs }] };
}

function only(state: Lifecycle): Step {
  return { state, commands: [] };
}
