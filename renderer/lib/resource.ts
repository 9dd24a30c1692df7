/** Something of the hub that is read whole and read again when a broadcast says that it has changed. */
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Broadcast } from "../../shared/contract.ts";
import type { Connection } from "./connection.ts";
import { type Failure, failureOf } from "./hub-store.ts";
import { useServices } from "./services.tsx";

export interface ResourceState<T> {
  /** Null until it was read once; what was read stays when a later reading fails. */
  readonly value: T | null;
  readonly failure: Failure | null;
}

export interface Resource<T> {
  readonly store: StoreApi<ResourceState<T>>;
  reload(): void;
  dispose(): void;
}

/** However many broadcasts come, it is read again at most this often, in milliseconds. */
const AT_MOST_EVERY_MS = 400;

const runLater = (run: () => void, milliseconds: number): (() => void) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Reads with `load` now, whenever the connection is back, and after each of the broadcasts in `changed`. An answer that
 * a later one has overtaken is dropped. `later` runs something after some milliseconds and returns its canceller.
 */
export function createResource<T>(
  connection: Connection,
  load: (connection: Connection) => Promise<T>,
  changed: readonly Broadcast[],
  later = runLater,
): Resource<T> {
  const store = createStore<ResourceState<T>>(() => ({ value: null, failure: null }));
  let asked = 0;
  let disposed = false;
  let again = false;
  let cancel: (() => void) | undefined;
  const reload = (): void => {
    asked += 1;
    const mine = asked;
    const isLatest = (): boolean => !disposed && mine === asked;
    load(connection).then(
      (value) => isLatest() && store.setState({ value, failure: null }),
      (error: unknown) => {
        if (isLatest() && connection.state().phase === "online")
          store.setState({ failure: failureOf(error) });
      },
    );
  };
  const onChanged = (): void => {
    if (cancel !== undefined) {
      again = true;
      return;
    }
    reload();
    cancel = later(() => {
      cancel = undefined;
      if (!again) return;
      again = false;
      onChanged();
    }, AT_MOST_EVERY_MS);
  };
  const disposers = [
    ...changed.map((name) => connection.on(name, onChanged)),
    connection.onState((state) => {
      if (state.phase === "online") reload();
    }),
  ];
  if (connection.state().phase === "online") reload();
  return {
    store,
    reload,
    dispose() {
      disposed = true;
      cancel?.();
      for (const dispose of disposers) dispose();
    },
  };
}

const NOTHING: StoreApi<ResourceState<never>> = createStore(() => ({ value: null, failure: null }));

/** A resource for as long as the component stands. `load` and `changed` must keep their identity. */
export function useResource<T>(
  load: (connection: Connection) => Promise<T>,
  changed: readonly Broadcast[],
): ResourceState<T> & { reload(): void } {
  const { connection } = useServices();
  const [resource, setResource] = useState<Resource<T> | null>(null);
  useEffect(() => {
    const created = createResource(connection, load, changed);
    setResource(created);
    return () => created.dispose();
  }, [connection, load, changed]);
  const state = useStore<StoreApi<ResourceState<T>>>(resource?.store ?? NOTHING);
  return { ...state, reload: () => resource?.reload() };
}
