import type { Role } from "../../../shared/contract.ts";
import type { HubDeps } from "../hub-deps.ts";
import type { CallCounters } from "../metrics/call-counters.ts";
import { metricsText } from "../metrics/metrics-text.ts";
import { Totals } from "../metrics/totals.ts";
import type { ControlEndpoint } from "../ports/endpoint.ts";
import type { HubState } from "../state.ts";
import { type ControlDeps, callMethod, createControlEndpoint } from "./control-endpoint.ts";
import { createHandlers } from "./handlers.ts";

interface Parts {
  readonly state: HubState;
  readonly hub: Pick<HubDeps, "version" | "prove">;
  readonly counters: CallCounters;
}

/** The control API over the hub's state: for sockets, and for this process itself. */
export function wireControl({ state, hub, counters }: Parts): {
  readonly endpoint: ControlEndpoint;
  /** Calls a method as a role, from within this process. Rejects with GatehouseError. */
  callAs(role: Role, method: string, params: unknown): Promise<unknown>;
} {
  // An edited server is another one of its name, and begins anew.
  const restarts = new Totals();
  const deps: ControlDeps = {
    metrics: () =>
      metricsText(counters.families(), {
        version: hub.version,
        servers: state.servers
          .all()
          .map((server) => server.summary(0))
          .map((server) => ({ ...server, restarts: restarts.of(server.name, server.restarts) })),
        sessions: state.sessions.count,
        questions: state.questions.size,
      }),
    handlers: createHandlers(state),
    tokens: state.tokens,
    broadcaster: state.broadcaster,
    redaction: state.live,
    prove: hub.prove,
    desktopAttached: state.desktopAttached,
    log: state.log,
    refused: (actor, act, detail) => state.audit.refused(actor, act, detail),
  };
  return {
    endpoint: createControlEndpoint(deps),
    callAs: (role, method, params) =>
      callMethod(deps, method, params, {
        role,
        trusted: role === "owner",
        remotePid: process.pid,
        executable: process.execPath,
      }),
  };
}
