/** The sign-ins of one server that are under way or have failed, by account: as this page began them or heard of them. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

export type SignInState =
  /** The hub finds out where to sign in. */
  | { readonly phase: "beginning" }
  /** The browser is waited for; `url` is null where the desktop has opened it. */
  | { readonly phase: "open"; readonly id: string; readonly url: string | null }
  | { readonly phase: "failed"; readonly failure: Failure; readonly code: string };

export interface SignIns {
  readonly store: StoreApi<Readonly<Record<string, SignInState>>>;
  /** Resolves when it has begun, or could not. A sign-in that is open for the account ends. */
  begin(account: string): Promise<void>;
  cancel(account: string): Promise<void>;
  /** Takes the words of a failure away. */
  forget(account: string): void;
  dispose(): void;
}

/** An address that a person may be sent to. */
const webAddress = (url: string | null): string | null =>
  url !== null && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : null;

/** The sign-ins of the server of that name. It listens to the hub until it is disposed of; nothing of it rejects. */
export function createSignIns(connection: Connection, server: string): SignIns {
  const store = createStore<Readonly<Record<string, SignInState>>>(() => ({}));
  // Sign-ins that ended before the answer that tells their id has come.
  const ended = new Set<string>();
  const put = (account: string, state: SignInState | undefined): void => {
    const { [account]: _, ...others } = store.getState();
    store.setState(state === undefined ? others : { ...others, [account]: state }, true);
  };
  const fail = (account: string, failure: Failure, code: string): void =>
    put(account, { phase: "failed", failure, code });
  const dispose = connection.on("signInChanged", ({ id, server: name, account, state, message }) => {
    if (name !== server) return;
    const known = store.getState()[account];
    if (state === "open") {
      // Somebody else's, from the command line say; that of this page is told with its address.
      if (known?.phase !== "beginning" && !(known?.phase === "open" && known.id === id))
        put(account, { phase: "open", id, url: null });
      return;
    }
    ended.add(id);
    // Superseded by the one that is shown.
    if (known?.phase === "beginning" || (known?.phase === "open" && known.id !== id)) {
      if (state !== "failed" || known.phase !== "beginning") return;
    }
    if (state === "failed")
      fail(account, { message: message ?? "the sign-in failed", advice: null }, "sign_in_failed");
    else put(account, undefined);
  });
  return {
    store,
    async begin(account) {
      put(account, { phase: "beginning" });
      try {
        const { id, url, done } = await connection.call("servers.signIn", { name: server, account });
        if (store.getState()[account]?.phase !== "beginning") return;
        put(account, done || ended.has(id) ? undefined : { phase: "open", id, url: webAddress(url) });
      } catch (error) {
        fail(account, failureOf(error), error instanceof GatehouseError ? error.code : "internal");
      }
    },
    async cancel(account) {
      const known = store.getState()[account];
      put(account, undefined);
      if (known?.phase === "open")
        await connection.call("servers.cancelSignIn", { id: known.id }).catch(() => undefined);
    },
    forget: (account) => put(account, undefined),
    dispose,
  };
}
