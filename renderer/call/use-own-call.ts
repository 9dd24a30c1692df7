import { useCallback, useEffect, useRef, useState } from "react";
import type { Params, Result } from "../../shared/contract.ts";
import { type Failure, failureOf } from "../lib/hub-store.ts";
import { useServices } from "../lib/services.tsx";

/** A call that the person makes, on its way. */
export type OwnCallState =
  | { readonly phase: "idle" }
  | { readonly phase: "under-way"; readonly key: string; readonly since: number }
  | { readonly phase: "done"; readonly made: Result<"calls.make"> }
  | { readonly phase: "failed"; readonly failure: Failure };

/** Makes calls as the person, one at a time; the hub asks about each, once. Leaving the page stops the one under way. */
export function useOwnCall(): {
  readonly state: OwnCallState;
  make(request: Omit<Params<"calls.make">, "key">): void;
  stop(): void;
} {
  const { connection } = useServices();
  const [state, setState] = useState<OwnCallState>({ phase: "idle" });
  const underWay = useRef<string | null>(null);
  const make = useCallback(
    (request: Omit<Params<"calls.make">, "key">): void => {
      if (underWay.current !== null) return;
      const key = crypto.randomUUID();
      underWay.current = key;
      setState({ phase: "under-way", key, since: Date.now() });
      const ended = (next: OwnCallState): void => {
        if (underWay.current !== key) return;
        underWay.current = null;
        setState(next);
      };
      connection.call("calls.make", { ...request, key }).then(
        (made) => ended({ phase: "done", made }),
        (error: unknown) => ended({ phase: "failed", failure: failureOf(error) }),
      );
    },
    [connection],
  );
  const stop = useCallback((): void => {
    const key = underWay.current;
    // It may have ended meanwhile: then there is nothing to stop, and its end is on the way.
    if (key !== null) connection.call("calls.stop", { key }).catch(() => undefined);
  }, [connection]);
  useEffect(
    () => () => {
      stop();
      underWay.current = null;
    },
    [stop],
  );
  return { state, make, stop };
}
