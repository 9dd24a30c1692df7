import type { Broadcast, BroadcastData, Method } from "../../shared/contract.ts";
import type { Connection, ConnectionState } from "../lib/connection.ts";

/** A connection for tests: answers from a table, and lets the test broadcast. */
export interface FakeConnection extends Connection {
  readonly calls: { readonly method: Method; readonly params: unknown }[];
  broadcast<B extends Broadcast>(name: B, data: BroadcastData<B>): void;
  become(state: ConnectionState): void;
}

/** Creates a fake that is online; `answers` gives each method's result (a thrown value rejects the call). */
export function createFakeConnection(
  answers: Partial<Record<Method, (params: never) => unknown>>,
): FakeConnection {
  const stateListeners = new Set<(state: ConnectionState) => void>();
  const listeners = new Map<string, Set<(data: never) => void>>();
  let state: ConnectionState = { phase: "online", role: "viewer" };
  const calls: FakeConnection["calls"] = [];
  return {
    calls,
    state: () => state,
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    async call(method, params) {
      calls.push({ method, params });
      const answer = answers[method];
      if (answer === undefined) throw new Error(`no answer for ${method}`);
      return (await answer(params as never)) as never;
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (data: never) => void);
      return () => set.delete(listener as (data: never) => void);
    },
    retry: () => undefined,
    dispose: () => undefined,
    broadcast(name, data) {
      for (const listener of listeners.get(name) ?? []) listener(data as never);
    },
    become(next) {
      state = next;
      for (const listener of stateListeners) listener(next);
    },
  };
}

/** The state after the hub was lost. */
export const offline: ConnectionState = {
  phase: "offline",
  reason: "gone",
  advice: null,
  since: 0,
  attempt: 1,
  retryAt: null,
};

/** Runs scheduled work only when told to. */
export function createFakeSchedule(): { schedule: (run: () => void) => () => void; flush: () => void } {
  let waiting: (() => void)[] = [];
  return {
    schedule(run) {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((entry) => entry !== run);
      };
    },
    flush() {
      const runs = waiting;
      waiting = [];
      for (const run of runs) run();
    },
  };
}
