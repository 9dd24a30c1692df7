import { createStore, type StoreApi } from "zustand/vanilla";
import { type Diagnosis, type DiagnosisCheck, inOrder } from "../../../shared/model/diagnosis.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

export interface DiagnoseState {
  readonly phase: "running" | "done" | "failed";
  /** Those that are done, what failed first. */
  readonly checks: readonly DiagnosisCheck[];
  /** How many there will be; null until the first is done. */
  readonly total: number | null;
  /** All of it as text, once it is whole. */
  readonly report: string | null;
  readonly failure: Failure | null;
}

export interface DiagnoseStore {
  readonly store: StoreApi<DiagnoseState>;
  /** Looks everything over, anew when it was done before. */
  run(): void;
  dispose(): void;
}

const BEGUN: DiagnoseState = { phase: "running", checks: [], total: null, report: null, failure: null };

/** A diagnosis of everything, or of one server; `newRun` gives each run a name of its own. */
export function createDiagnoseStore(
  connection: Connection,
  server: string | null,
  newRun: () => string = () => crypto.randomUUID(),
): DiagnoseStore {
  const store = createStore<DiagnoseState>(() => BEGUN);
  let current = "";
  const stop = connection.on("diagnosisProgressed", ({ run, check, total }) => {
    const { phase, checks } = store.getState();
    if (run !== current || phase !== "running") return;
    store.setState({ checks: inOrder([...checks, check]), total });
  });
  const finish = (run: string, state: Partial<DiagnoseState>): void => {
    if (run === current) store.setState(state);
  };
  return {
    store,
    run() {
      const run = newRun();
      current = run;
      store.setState(BEGUN);
      connection.call("hub.diagnose", { run, ...(server === null ? {} : { server }) }).then(
        ({ checks, report }: Diagnosis) =>
          finish(run, { phase: "done", checks: inOrder(checks), total: checks.length, report }),
        (error: unknown) => finish(run, { phase: "failed", failure: failureOf(error) }),
      );
    },
    dispose() {
      current = "";
      stop();
    },
  };
}
