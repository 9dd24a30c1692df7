import { type TrayFacts, type TrayModel, trayModel } from "./tray-model.ts";

/** What is known for the tray, gathered from the hub's state, its status and the popup. */
export interface TrayState {
  readonly model: TrayModel;
  /** Renews a part of it. */
  set(part: Partial<TrayFacts>): void;
}

/** Creates it for a hub that was not started yet; `changed` is told every new model. */
export function createTrayState(changed: (model: TrayModel) => void): TrayState {
  let facts: TrayFacts = { state: { state: "stopped" }, status: undefined, waiting: 0 };
  return {
    get model() {
      return trayModel(facts);
    },
    set(part) {
      facts = { ...facts, ...part };
      changed(trayModel(facts));
    },
  };
}
