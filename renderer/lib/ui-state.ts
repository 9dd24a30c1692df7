import { createStore, type StoreApi } from "zustand/vanilla";
import type { LatencySpot } from "./router.ts";

/** What is open over the screens; shared so that any screen can open it without knowing who draws it. */
export interface UiState {
  readonly adding: boolean;
  readonly palette: boolean;
  readonly shortcuts: boolean;
  /** What is being diagnosed: one server, or everything. */
  readonly diagnosing: { readonly server: string | null } | null;
  /** The server whose page begins a sign-in as soon as it stands. */
  readonly authenticating: string | null;
  /** What the Latency screen showed last. */
  readonly latency: LatencySpot;
}

/** Creates the state with everything closed. */
export const createUiState = (): StoreApi<UiState> =>
  createStore<UiState>(() => ({
    adding: false,
    palette: false,
    shortcuts: false,
    diagnosing: null,
    authenticating: null,
    latency: {},
  }));
