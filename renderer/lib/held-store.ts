/** What is held back of all servers, kept true by broadcasts. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Held } from "../../shared/model/consent.ts";
import type { Connection } from "./connection.ts";
import { type Failure, failureOf } from "./hub-store.ts";

export interface HeldData {
  readonly held: readonly Held[];
  readonly failure: Failure | null;
}

export interface HeldStore {
  readonly store: StoreApi<HeldData>;
  dispose(): void;
}

/** Creates the store over a connection. */
export function createHeldStore(connection: Connection): HeldStore {
  const store = createStore<HeldData>(() => ({ held: [], failure: null }));
  let asked = 0;
  let disposed = false;
  const load = (): void => {
    asked += 1;
    const mine = asked;
    // An answer that a later one has overtaken says what is past.
    const isLatest = (): boolean => !disposed && mine === asked;
    connection.call("pins.list", {}).then(
      ({ held }) => isLatest() && store.setState({ held, failure: null }),
      (error: unknown) => isLatest() && store.setState({ failure: failureOf(error) }),
    );
  };
  const disposers = [
    connection.on("pinsChanged", load),
    connection.onState((state) => {
      if (state.phase === "online") load();
    }),
  ];
  if (connection.state().phase === "online") load();
  return {
    store,
    dispose() {
      disposed = true;
      for (const dispose of disposers) dispose();
    },
  };
}
