import type { LiveSecrets } from "../core/redact/live-secrets.ts";
import type { SleepClock } from "../core/supervisor/sleep.ts";
import type { ConsentClock } from "./consent/deps.ts";
import type { DoctorDeps } from "./doctor/diagnosis.ts";
import type { ChainKeeper } from "./history/chain-key.ts";
import type { Reserve } from "./home/reserve.ts";
import type { Log } from "./log.ts";
import type { PackageSystem } from "./pins/packages/system.ts";
import type { ProcessMeter } from "./ports/processes.ts";
import type { Storage } from "./ports/storage.ts";
import type { OpenTelemetry } from "./ports/telemetry.ts";
import type { TransportFactory } from "./ports/upstream.ts";
import type { SecretsAccess } from "./secrets/secrets-access.ts";
import type { ServerLogs } from "./server-logs/server-logs.ts";
import type { ResolveLaunch } from "./servers/server-deps.ts";
import type { ConfigAccess } from "./state.ts";
import type { UpstreamAuthDeps } from "./upstream-auth/upstream-auth.ts";

/** What a diagnosis needs of the outside. */
export type DoctorOutside = Pick<DoctorDeps, "system" | "files" | "program" | "secrets">;

/** What the hub is made of that is not its own: adapters, and what only the process knows. */
export interface HubDeps {
  readonly home: string;
  readonly configFile: string;
  readonly homeKey: Uint8Array;
  readonly version: string;
  readonly store: ConfigAccess;
  readonly storage: Storage;
  readonly transports: TransportFactory;
  readonly resolveLaunch: ResolveLaunch;
  /** How the hub signs in to remote servers, and where what it gets is kept. */
  readonly upstreamAuth: Pick<
    UpstreamAuthDeps,
    "protocol" | "receiver" | "store" | "live" | "clock" | "random"
  >;
  readonly serverLogs: ServerLogs;
  /** Sees to it that the history's chain has its key; by default it has none. */
  readonly chainKey?: ChainKeeper;
  /** What it says of the disk's room. */
  readonly reserve?: Pick<Reserve, "problem" | "onChanged">;
  /** Where secrets lie; without, `${secret:}` is for who resolves it to know. */
  readonly secrets?: SecretsAccess;
  /** The secrets that something running was given; none by default. */
  readonly live?: LiveSecrets;
  /** Where installed packages are looked for, so that their updates are seen; without, they are not. */
  readonly packages?: PackageSystem;
  /** Where servers' process trees are seen; without, they are not measured. */
  readonly processes?: ProcessMeter;
  readonly uiServed: boolean;
  readonly desktop: boolean;
  /** False for a hub without a listener, which knows its servers but starts none. */
  readonly runsServers: boolean;
  /** Opens the receiver of `telemetry.otlp`; without, nothing is sent. */
  readonly openTelemetry?: OpenTelemetry;
  /** Fills in the references of its headers. */
  readonly expandHeaders?: (headers: Readonly<Record<string, string>>) => Promise<Record<string, string>>;
  /** Told when calls begin to come thick, and when they do so no longer. */
  readonly callsThick?: (thick: boolean) => void;
  readonly prove: (challenge: string) => string;
  /** Where the hub listens, once it does. */
  readonly url: () => string | undefined;
  readonly configError: () => string | null;
  readonly requestShutdown: (reason: string, drainSeconds: number) => void;
  /** What a diagnosis needs beside the hub itself; without, there is none. */
  readonly doctor?: DoctorOutside | undefined;
  readonly log: Log;
  /** Time as the machine's sleep is seen by; its own by default. */
  readonly sleepClock?: SleepClock | undefined;
  /** Time as questions see it; the machine's own by default. */
  readonly consentClock?: ConsentClock | undefined;
}
