import type { GatehouseError } from "../../../shared/errors.ts";
import type { Config } from "../../../shared/model/config.ts";
import type { Diagnosis, DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { inOrder } from "../../../shared/model/diagnosis.ts";
import { NO_REDACTION, type Redaction } from "../../core/redact/redaction.ts";
import type { HomeFiles } from "../home/paths.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import { VERSION } from "../version.ts";
import { type Check, fail } from "./check.ts";
import { clientChecks } from "./checks/clients.ts";
import { homeChecks } from "./checks/home.ts";
import { machineChecks } from "./checks/machine.ts";
import { networkChecks } from "./checks/network.ts";
import { programChecks } from "./checks/programs.ts";
import { serverChecks } from "./checks/servers.ts";
import { type StateFacts, stateChecks } from "./checks/state.ts";
import { surroundingChecks } from "./checks/surroundings.ts";
import { reportText } from "./report.ts";
import { runChecks } from "./run-checks.ts";
import { stripper } from "./strip.ts";
import type { DoctorSystem } from "./system.ts";
import type { TrialDeps } from "./trial.ts";

/** What the doctor knows of the hub that it looks at. */
export interface DoctorDeps {
  readonly system: DoctorSystem;
  readonly files: HomeFiles;
  readonly config: () => Config;
  readonly configProblem: () => string | null;
  readonly url: () => string | undefined;
  readonly program: readonly string[] | undefined;
  readonly servers: () => readonly ManagedServer[];
  readonly newestCall: () => Promise<number | undefined>;
  readonly database: StateFacts["database"];
  readonly secrets: StateFacts["secrets"];
  readonly redaction: Redaction;
  readonly trial: TrialDeps;
}

export interface DiagnoseOptions {
  /** This server alone. */
  readonly server?: string | undefined;
  /** Told of each check as it is done, and of how many there are. */
  readonly progress?: ((check: DiagnosisCheck, total: number) => void) | undefined;
}

/** Most checks at a time: starts of servers are heavy. */
const WIDTH = 3;

/** Looks at everything, or at one server. */
export async function diagnose(deps: DoctorDeps, options: DiagnoseOptions): Promise<Diagnosis> {
  const { system, files } = deps;
  const config = deps.config();
  const servers = deps
    .servers()
    .filter(({ name }) => options.server === undefined || name === options.server)
    .map((server) => ({
      name: server.name,
      config: server.config,
      summary: () => server.summary(0),
      known: server.era,
    }));
  const started = serverChecks(servers, deps.trial);
  const checks =
    options.server !== undefined
      ? [...started, ...surroundingChecks(system)]
      : [
          ...stateChecks({
            configFile: files.config,
            configProblem: deps.configProblem,
            counts: () => ({ servers: Object.keys(config.mcpServers).length, rules: config.rules.length }),
            database: deps.database,
            secrets: deps.secrets,
            secretsNeeded: JSON.stringify(config.mcpServers).includes("${secret:"),
          }),
          ...networkChecks(system, { port: config.listen.port, url: deps.url() }),
          ...homeChecks(system, { files, program: deps.program }),
          ...programChecks(system, config.mcpServers),
          ...surroundingChecks(system),
          ...machineChecks(system, { home: files.home, newestCall: deps.newestCall }),
          ...(await clientChecks(system, {
            home: files.home,
            port: portOf(deps.url()) ?? config.listen.port,
          })),
          ...started,
        ];
  return carryOut(system, deps.redaction, checks, options.progress);
}

/** Looks at what can be looked at where no hub can be started: `why` it cannot is the first finding. */
export function diagnoseWithoutHub(
  system: DoctorSystem,
  files: HomeFiles,
  why: GatehouseError,
): Promise<Diagnosis> {
  const hub: Check = {
    id: "hub",
    group: "hub",
    title: "Hub",
    run: () => fail(why.code, why.message, why.advice ?? `See: gatehouse explain ${why.code}`),
  };
  const checks = [
    hub,
    ...homeChecks(system, { files, program: undefined }),
    ...programChecks(system, {}),
    ...surroundingChecks(system),
    ...machineChecks(system, { home: files.home, newestCall: () => Promise.resolve(undefined) }),
  ];
  return carryOut(system, NO_REDACTION, checks, undefined);
}

async function carryOut(
  system: DoctorSystem,
  redaction: Redaction,
  checks: readonly Check[],
  progress: DiagnoseOptions["progress"],
): Promise<Diagnosis> {
  const startedAt = new Date(system.now()).toISOString();
  const begun = system.monotonic();
  const done = inOrder(
    await runChecks(checks, {
      width: WIDTH,
      monotonic: system.monotonic,
      strip: stripper(system.homedir, redaction),
      done: (check) => progress?.(check, checks.length),
    }),
  );
  return {
    startedAt,
    durationMs: Math.round(system.monotonic() - begun),
    checks: done,
    report: reportText({ version: VERSION, node: system.node, system: system.name, at: startedAt }, done),
  };
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port);
}
