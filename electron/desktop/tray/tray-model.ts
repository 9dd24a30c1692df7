import type { Status } from "../../../shared/contract.ts";
import type { HubState } from "../hub/hub-state.ts";

export type TrayLook = "running" | "paused" | "busy" | "down";

/** What the tray shows. */
export interface TrayModel {
  readonly look: TrayLook;
  readonly summary: string;
  /** Undefined while there is nothing to pause. */
  readonly pause: "pause" | "resume" | undefined;
}

/** The tray for a state of the hub and what is known of its servers. */
export function trayModel(state: HubState, status: Pick<Status, "hub" | "servers"> | undefined): TrayModel {
  if (state.state === "starting") return { look: "busy", summary: "Hub is starting", pause: undefined };
  if (state.state !== "running") {
    const why = state.state === "failed" ? `Hub cannot start: ${state.message}` : "Hub is down";
    return { look: "down", summary: why.slice(0, 100), pause: undefined };
  }
  if (status?.hub.paused) return { look: "paused", summary: "All calls are paused", pause: "resume" };
  const enabled = status?.servers.filter((server) => server.enabled) ?? [];
  const bad = enabled.filter((server) => server.state === "failed" || server.state === "needs-auth").length;
  const servers = `${enabled.length} ${enabled.length === 1 ? "server" : "servers"}`;
  const trouble = bad === 0 ? "" : `, ${bad} with a problem`;
  return { look: "running", summary: `Hub is running, ${servers}${trouble}`, pause: "pause" };
}
