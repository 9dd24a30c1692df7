import type { HubConnection } from "../../../shared/bridge.ts";
import { asSentence } from "../owner/sentence.ts";

/** The hub's process as the desktop sees it. Times are ISO 8601. */
export type HubState =
  | { readonly state: "starting"; readonly attempt: number }
  | { readonly state: "running"; readonly url: string; readonly port: number }
  /** It died; it is started again at `retryAt`. */
  | { readonly state: "down"; readonly reason: string; readonly attempt: number; readonly retryAt: string }
  /** It said why it cannot run (`code` as in docs/errors.md); it is tried again, for the cause may go away. */
  | {
      readonly state: "failed";
      readonly code: string;
      readonly message: string;
      readonly advice: string | null;
      readonly attempt: number;
      readonly retryAt: string;
    }
  | { readonly state: "stopped" };

/** Why there is no connection now, for the window; undefined while the hub runs. */
export function whyDown(state: HubState): Extract<HubConnection, { down: string }> | undefined {
  switch (state.state) {
    case "running":
      return undefined;
    case "starting":
      return { down: "The hub is starting.", advice: null, attempt: state.attempt, retryAt: null };
    case "down":
      return {
        down: asSentence(`The hub has stopped: ${state.reason}`),
        advice: "It is started again by itself.",
        attempt: state.attempt,
        retryAt: state.retryAt,
      };
    case "failed":
      return {
        down: asSentence(`The hub cannot start: ${state.message}`),
        advice: state.advice === null ? null : asSentence(state.advice),
        attempt: state.attempt,
        retryAt: state.retryAt,
      };
    case "stopped":
      return { down: "The hub is not running.", advice: null, attempt: 0, retryAt: null };
  }
}
