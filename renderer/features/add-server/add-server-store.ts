/** The "Add a server" dialog: pasted text, what the hub reads in it, and the names the person gives. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Proposal } from "../../../shared/contract.ts";
import { nameSchema, type ServerConfig } from "../../../shared/model/config.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

export interface AddState {
  readonly text: string;
  readonly phase: "idle" | "reading" | "read" | "failed";
  readonly proposals: readonly Proposal[];
  /** Names as the person has edited them, by place. */
  readonly names: readonly string[];
  /** What the hub says about text that it cannot read. */
  readonly problem: string | null;
  readonly failure: Failure | null;
}

export interface AddStore {
  readonly store: StoreApi<AddState>;
  setText(text: string): void;
  setName(index: number, name: string): void;
  dispose(): void;
}

const EMPTY: AddState = { text: "", phase: "idle", proposals: [], names: [], problem: null, failure: null };

/** Milliseconds of quiet before pasted text is read. */
const QUIET_MS = 150;

/** Creates the dialog's state; `later` runs a callback after some milliseconds and returns its canceller. */
export function createAddStore(
  connection: Connection,
  later: (run: () => void, milliseconds: number) => () => void = (run, milliseconds) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
): AddStore {
  const store = createStore<AddState>(() => EMPTY);
  let round = 0;
  let cancel: (() => void) | undefined;
  return {
    store,
    setText(text) {
      cancel?.();
      round += 1;
      const mine = round;
      if (text.trim() === "") {
        store.setState({ ...EMPTY, text });
        return;
      }
      store.setState({ text, phase: "reading" });
      cancel = later(() => {
        connection.call("servers.parse", { text }).then(
          ({ proposals, problem }) => {
            if (mine !== round) return;
            const names = proposals.map((proposal) => proposal.name);
            store.setState({ phase: "read", proposals, names, problem, failure: null });
          },
          (error: unknown) => {
            if (mine === round)
              store.setState({ phase: "failed", proposals: [], problem: null, failure: failureOf(error) });
          },
        );
      }, QUIET_MS);
    },
    setName(index, name) {
      store.setState({ names: store.getState().names.map((old, place) => (place === index ? name : old)) });
    },
    dispose() {
      cancel?.();
      round += 1;
    },
  };
}

/** Why a name cannot be used, or null. `taken` are the names in use. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  const parsed = nameSchema.safeParse(name);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? "not a usable name";
  return taken.has(name) ? "another server has this name" : null;
}

/** What is asked for when the person presses Add. */
export const addition = (
  proposal: Proposal,
  name: string,
  keychain: boolean,
): { type: "server.add"; name: string; config: ServerConfig; keychain: boolean } => ({
  type: "server.add",
  name,
  config: proposal.config,
  keychain,
});
