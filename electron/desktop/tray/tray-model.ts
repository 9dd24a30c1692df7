import type { Status } from "../../../shared/contract.ts";
import type { HubState } from "../hub/hub-state.ts";
import { drainWords } from "../lifecycle/quit.ts";

export type TrayLook = "running" | "paused" | "busy" | "down" | "asking";

/** What is known for the tray. */
export interface TrayFacts {
  readonly state: HubState;
  readonly status: Pick<Status, "hub" | "servers"> | undefined;
  /** Questions that wait for the person. */
  readonly waiting: number;
}

/** What the tray shows. */
export interface TrayModel {
  readonly look: TrayLook;
  readonly summary: string;
  /** Undefined while there is nothing to pause. */
  readonly pause: "pause" | "resume" | undefined;
  /** Questions that wait: the menu leads to them, and never answers them. */
  readonly waiting: number;
  /** The app is quitting and waits for calls: quitting again does not wait. */
  readonly quitting?: true;
}

/** The tray for what is known. */
export function trayModel({ state, status, waiting }: TrayFacts): TrayModel {
  if (state.state === "starting")
    return { look: "busy", summary: "Hub is starting", pause: undefined, waiting: 0 };
  if (state.state !== "running") {
    const why = state.state === "failed" ? `Hub cannot start: ${state.message}` : "Hub is down";
    return { look: "down", summary: why.slice(0, 100), pause: undefined, waiting: 0 };
  }
  const left = status?.hub.draining;
  if (left !== undefined)
    return {
      look: "busy",
      summary: `Quitting: ${drainWords(left)}`,
      pause: undefined,
      waiting,
      quitting: true,
    };
  const pause = status?.hub.paused ? "resume" : "pause";
  if (waiting > 0) {
    const summary = waiting === 1 ? "1 question waits for you" : `${waiting} questions wait for you`;
    return { look: "asking", summary, pause, waiting };
  }
  if (status?.hub.paused) return { look: "paused", summary: "All calls are paused", pause, waiting };
  const enabled = status?.servers.filter((server) => server.enabled) ?? [];
  const bad = enabled.filter((server) => server.state === "failed" || server.state === "needs-auth").length;
  const servers = `${enabled.length} ${enabled.length === 1 ? "server" : "servers"}`;
  const trouble = bad === 0 ? "" : `, ${bad} with a problem`;
  return { look: "running", summary: `Hub is running, ${servers}${trouble}`, pause, waiting };
}
