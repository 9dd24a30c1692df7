import type { z } from "zod";
import type { hubSchema, Settings } from "../../shared/contract.ts";
import type { Config } from "../../shared/model/config.ts";
import type { Diagnosis } from "../../shared/model/diagnosis.ts";
import type { ServerSummary } from "../../shared/model/server.ts";
import type { LiveSecrets } from "../core/redact/live-secrets.ts";
import type { Audit } from "./audit.ts";
import type { CallsToday } from "./calls-today.ts";
import type { CatalogService } from "./catalog-service.ts";
import type { ClientActivity } from "./client-activity.ts";
import type { Consent } from "./consent/consent.ts";
import type { Broadcaster } from "./control/broadcaster.ts";
import type { Questions } from "./control/questions.ts";
import type { ControlTokens } from "./control/tokens.ts";
import type { DiagnoseOptions } from "./doctor/diagnosis.ts";
import type { Health } from "./health/health.ts";
import type { Identities } from "./identities.ts";
import type { Log } from "./log.ts";
import type { OwnCalls } from "./own-calls/own-calls.ts";
import type { PinQuestions } from "./pins/pin-questions.ts";
import type { Pins } from "./pins/pins.ts";
import type { KeepRow } from "./pipeline/kept-row.ts";
import type { PolicyService } from "./policy/policy-service.ts";
import type { Storage } from "./ports/storage.ts";
import type { RuleUses } from "./rules/rule-uses.ts";
import type { SecretsAccess } from "./secrets/secrets-access.ts";
import type { ServerLogs } from "./server-logs/server-logs.ts";
import type { ManagedServer } from "./servers/managed-server.ts";
import type { ServerRegistry } from "./servers/registry.ts";
import type { Sessions } from "./sessions.ts";
import type { UpstreamAuth } from "./upstream-auth/upstream-auth.ts";

/** What the hub needs of the configuration file: the last good content, and edits that keep comments. */
export interface ConfigAccess {
  readonly config: Config;
  edit(change: (text: string) => string): Promise<Config>;
}

/** The running hub, as the control API sees it. */
export interface HubState {
  readonly store: ConfigAccess;
  readonly storage: Storage;
  readonly servers: ServerRegistry;
  readonly catalog: CatalogService;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly activity: ClientActivity;
  readonly ownCalls: OwnCalls;
  /** What of a call is written to the log. */
  readonly keepRow: KeepRow;
  readonly audit: Audit;
  readonly questions: Questions;
  readonly pins: Pins;
  readonly pinQuestions: PinQuestions;
  readonly policy: PolicyService;
  readonly ruleUses: RuleUses;
  readonly consent: Pick<Consent, "grants" | "now" | "clientRevoked">;
  readonly upstreamAuth: UpstreamAuth;
  readonly tokens: ControlTokens;
  readonly broadcaster: Broadcaster;
  readonly serverLogs: ServerLogs;
  readonly log: Log;
  readonly secrets: SecretsAccess | undefined;
  /** The secrets that something running was given: what is shown to anybody has them no more. */
  readonly live: LiveSecrets;
  readonly callsToday: CallsToday;
  /** Sees to it that the history's chain has its key. */
  readonly chainKey: () => Promise<unknown>;
  readonly health: Health<ManagedServer>;
  /** A server as lists and broadcasts show it. */
  summaryOfServer(server: ManagedServer): ServerSummary;
  readonly uiServed: boolean;
  /** Looks the hub, its machine and its servers over; one at a time. */
  diagnose(options: DiagnoseOptions): Promise<Diagnosis>;
  desktopAttached(): boolean;
  hub(): z.output<typeof hubSchema>;
  settings(): Settings;
  setPaused(paused: boolean): void;
  /** Starts the ordered end; the answer to the caller leaves first. */
  requestShutdown(reason: string, drainSeconds: number): void;
}
