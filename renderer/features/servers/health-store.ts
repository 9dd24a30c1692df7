/** What servers cost, asked again and again while somebody looks: the hub samples often only for as long. */
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Saved, ServerHealth } from "../../../shared/model/health.ts";
import type { Connection } from "../../lib/connection.ts";
import { useServices } from "../../lib/services.tsx";

export interface HealthState {
  readonly servers: ReadonlyMap<string, ServerHealth>;
  readonly saved: Saved;
  /** When this was so, in milliseconds since the epoch. */
  readonly at: number;
}

export interface HealthStore {
  readonly store: StoreApi<HealthState>;
  dispose(): void;
}

/** How time passes and whether the page is looked at; tests own it. */
export interface Watch {
  readonly now: () => number;
  /** Runs something after some milliseconds; returns the canceller. */
  readonly later: (act: () => void, milliseconds: number) => () => void;
  readonly isSeen: () => boolean;
}

const RETRY_MS = 5_000;

/** Asks now, and from then on as often as the hub says, but not while the page is hidden or the hub is gone. */
export function createHealthStore(connection: Connection, watch: Watch = pageWatch): HealthStore {
  const store = createStore<HealthState>(() => NOTHING_KNOWN);
  let disposed = false;
  let cancel = (): void => {};
  const ask = async (): Promise<void> => {
    let next = RETRY_MS;
    if (connection.state().phase === "online" && watch.isSeen())
      try {
        const { servers, saved, everyMs } = await connection.call("servers.health", {});
        if (disposed) return;
        store.setState({
          servers: new Map(servers.map((server) => [server.name, server])),
          saved,
          at: watch.now(),
        });
        next = everyMs;
      } catch {
        // What was known stays; a hub that is gone is told of elsewhere.
      }
    if (!disposed) cancel = watch.later(() => void ask(), next);
  };
  void ask();
  return {
    store,
    dispose() {
      disposed = true;
      cancel();
    },
  };
}

const NOTHING_KNOWN: HealthState = { servers: new Map(), saved: { processes: 0, memoryBytes: 0 }, at: 0 };
const NEVER: StoreApi<HealthState> = createStore(() => NOTHING_KNOWN);

const pageWatch: Watch = {
  now: () => Date.now(),
  later(act, milliseconds) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  isSeen: () => document.visibilityState === "visible",
};

/** The servers' health for as long as the component stands. */
export function useHealth(): HealthState {
  const { connection } = useServices();
  const [health, setHealth] = useState<HealthStore | null>(null);
  useEffect(() => {
    const created = createHealthStore(connection);
    setHealth(created);
    return () => created.dispose();
  }, [connection]);
  return useStore(health?.store ?? NEVER);
}
