import { GatehouseError } from "../../../shared/errors.ts";
import type { Diagnosis } from "../../../shared/model/diagnosis.ts";
import type { Redaction } from "../../core/redact/redaction.ts";
import type { HubDeps } from "../hub-deps.ts";
import type { TransportFactory } from "../ports/upstream.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import { type DiagnoseOptions, type DoctorDeps, diagnose } from "./diagnosis.ts";

/** How long a server that is tried may take to greet, in milliseconds. */
const TRIAL_MS = 30_000;

interface Parts {
  readonly hub: Pick<
    HubDeps,
    "doctor" | "store" | "storage" | "configError" | "url" | "resolveLaunch" | "version"
  >;
  /** As the servers that clients use have them: what comes is cleaned of secrets. */
  readonly transports: TransportFactory;
  readonly servers: () => readonly ManagedServer[];
  readonly redaction: Redaction;
}

/**
 * The diagnosis of a running hub. Diagnoses wait for one another: no server is tried twice at a time. Throws
 * GatehouseError (unsupported) where the hub was not given what it takes.
 */
export function hubDoctor({
  hub,
  transports,
  servers,
  redaction,
}: Parts): (options: DiagnoseOptions) => Promise<Diagnosis> {
  const inside: Omit<DoctorDeps, keyof NonNullable<HubDeps["doctor"]>> = {
    config: () => hub.store.config,
    configProblem: hub.configError,
    url: hub.url,
    servers,
    redaction,
    database: () => hub.storage.check(),
    newestCall: async () => {
      const { calls } = await hub.storage.calls.list({}, 1, undefined);
      return calls[0] === undefined ? undefined : Date.parse(calls[0].startedAt);
    },
    trial: {
      transports,
      resolveLaunch: hub.resolveLaunch,
      version: hub.version,
      limitMs: TRIAL_MS,
      monotonic: () => performance.now(),
    },
  };
  let last: Promise<unknown> = Promise.resolve();
  return (options) => {
    if (hub.doctor === undefined) throw new GatehouseError("unsupported", "this hub cannot look itself over");
    const doctor = { ...hub.doctor, ...inside };
    const turn = last.then(() => diagnose(doctor, options));
    last = turn.catch(() => {});
    return turn;
  };
}
