/** The hub's composition root: the only file of the hub that knows the adapters. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Method, Params, Result, Role } from "../../shared/contract.ts";
import { GatehouseError } from "../../shared/errors.ts";
import type { Config } from "../../shared/model/config.ts";
import type { Diagnosis } from "../../shared/model/diagnosis.ts";
import { LiveSecrets } from "../core/redact/live-secrets.ts";
import { createListener } from "../http/listener.ts";
import { createSecretStores } from "../secrets/index.ts";
import { acquireHomeLock } from "../storage/lock.ts";
import { openStorage } from "../storage/open.ts";
import {
  createLoginEnvironments,
  createOAuthProtocol,
  createProcessMeter,
  createTransportFactory,
  loopbackRedirect,
} from "../upstream/index.ts";
import { BY_FILE } from "./audit.ts";
import { createHeldEdits } from "./config/held-edits.ts";
import { needsConfirmation } from "./config/review.ts";
import { openConfig } from "./config/store.ts";
import type { Emit } from "./control/broadcaster.ts";
import { diagnoseWithoutHub } from "./doctor/diagnosis.ts";
import { createChainKey } from "./history/chain-key.ts";
import { writeFileAtomic } from "./home/atomic.ts";
import { keepMemoryOutOfDumps } from "./home/core-dumps.ts";
import { ensureHomeKey, proveHub } from "./home/key.ts";
import { homeFiles, prepareHome } from "./home/paths.ts";
import { openReserve } from "./home/reserve.ts";
import { clearRunFile, readRunFile, removeRunFile, writeRunFile } from "./home/run-file.ts";
import { createHub } from "./hub.ts";
import { createLog, type Log } from "./log.ts";
import { thisSystem } from "./pins/packages/system.ts";
import type { Listener } from "./ports/endpoint.ts";
import { chosenStore } from "./secrets/chosen-store.ts";
import { unlockFromFile } from "./secrets/passphrase-file.ts";
import { ServerLogs } from "./server-logs/server-logs.ts";
import { doctorSystem } from "./start/doctor-system.ts";
import { collectAfterStart, preferSpeed } from "./start/engine.ts";
import { createLaunches } from "./start/launches.ts";
import { builtRenderer, ownScript } from "./start/own-files.ts";
import { watchProcesses } from "./start/watch-processes.ts";
import { VERSION } from "./version.ts";

export interface StartOptions {
  /** The home folder, absolute. */
  readonly home: string;
  /** False: under the lock, but without a listener, for commands that find no hub. */
  readonly listen: false | { readonly port?: number | undefined; readonly ui: boolean };
  /** A desktop has forked this hub and is its owner. */
  readonly desktop?: boolean | undefined;
  /** How this `gatehouse` command is run, where that is known. */
  readonly program?: readonly string[] | undefined;
  /** Without a listener: servers may be started for a trial, and are watched as those of any hub. */
  readonly tries?: boolean | undefined;
  /** Gets each line of the hub's log besides the file. */
  readonly echo?: ((line: string) => void) | undefined;
}

/** A caller's view of the control API from within this process. */
export interface LocalControl {
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

export interface RunningHub {
  readonly url: string | undefined;
  readonly port: number | undefined;
  readonly home: string;
  control(role: Role): LocalControl;
  /** Every broadcast, for the owner's channel; returns the disposer. */
  subscribe(emit: Emit): () => void;
  /**
   * Ends in order: no new calls, those under way (for `drainMs` milliseconds at most, 30 s by default), servers, log.
   * Said again with a shorter time, it is waited for less.
   */
  stop(reason?: string, drainMs?: number): Promise<void>;
  readonly stopped: Promise<void>;
}

/** Largest message body that a client may send, in bytes; the same bound holds towards servers. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** How long calls under way may take when the hub is told to end by a signal, in milliseconds. */
const DRAIN_MS = 30_000;
/** How long the last answers may take to leave once nothing is waited for any more, in milliseconds. */
const FAREWELL_MS = 1_000;

/** Starts a hub on a home. Throws GatehouseError: hub_running, config_invalid, port_taken, storage_…, home_unusable. */
export async function startHub(options: StartOptions): Promise<RunningHub> {
  keepMemoryOutOfDumps();
  const files = prepareHome(options.home);
  mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  const lock = acquireHomeLock(files.lockFile);
  if (lock === undefined) throw alreadyRunning(files.home, files.runFile);
  const undo: (() => unknown)[] = [() => lock.release()];
  try {
    return await startLocked(options, files, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function startLocked(
  options: StartOptions,
  files: ReturnType<typeof prepareHome>,
  undo: (() => unknown)[],
): Promise<RunningHub> {
  const live = new LiveSecrets();
  const write = createLog(`${files.logs}/hub.log`, options.echo ?? (() => {}));
  const log: Log = (level, message) => write(level, live.text(message));
  clearRunFile(files.runFile);
  const reserve = openReserve(files.reserve, log);
  undo.push(() => reserve.close());
  const homeKey = ensureHomeKey(files.keyFile);
  let onChange: (config: Config, previous: Config) => void = () => {};
  let onProblem: () => void = () => {};
  let onHeld: (reasons: readonly string[]) => void = () => {};
  const store = openConfig({
    file: files.config,
    log,
    review: options.desktop === true ? needsConfirmation : undefined,
    onHeld: (reasons) => onHeld(reasons),
    onChange: (config, previous) => onChange(config, previous),
    onProblem: () => onProblem(),
  });
  undo.push(() => store.close());
  preferSpeed(false);
  const storage = openStorage({
    file: files.database,
    workerScript: ownScript("store-worker", "storage/worker-main.ts"),
    log,
  });
  undo.push(() => storage.close());

  const stores = createSecretStores({
    home: files.home,
    homeKey,
    helperScript: ownScript("keychain", "secrets/keychain/helper-main.ts"),
    nodePath: process.execPath,
    env: process.env,
    write: writeFileAtomic,
  });
  undo.push(() => stores.close());
  const secrets = chosenStore(stores, () => store.config.secrets.store);
  const passphraseFile = process.env.GATEHOUSE_PASSPHRASE_FILE;
  if (store.config.secrets.store === "file" && passphraseFile !== undefined && passphraseFile !== "")
    await unlockFromFile(passphraseFile, stores.file, log);

  const chainKey = createChainKey({ history: storage.history, secrets, homeKey, log });
  undo.push(() => chainKey.stop());

  const instance = randomBytes(9).toString("hex");
  const processes = await watchProcesses(
    options.listen !== false || options.tries === true,
    files.children,
    instance,
    log,
  );
  undo.push(() => processes.close());
  const processMeter = createProcessMeter();
  undo.push(() => processMeter.close());
  const login = createLoginEnvironments({ log });

  const listening = options.listen;
  const uiFolder = listening !== false && listening.ui ? builtRenderer() : undefined;
  let listener: Listener | undefined;
  let shutdown: (reason: string, drainMs: number) => void = () => {};
  const launches = createLaunches({ secrets, live, files });
  const hub = createHub({
    home: files.home,
    configFile: files.config,
    homeKey,
    version: VERSION,
    store,
    storage,
    transports: createTransportFactory({
      registries: [...processes.registries, processMeter],
      instance,
      log,
      login,
      ready: processes.ready,
    }),
    resolveLaunch: launches.server,
    // Only who sends telemetry loads what that needs.
    openTelemetry: async (target) => (await import("../telemetry/otlp.ts")).openOtlp(target),
    expandHeaders: launches.telemetryHeaders,
    upstreamAuth: {
      protocol: createOAuthProtocol(),
      receiver: loopbackRedirect,
      store: secrets,
      live: {
        add: (owner, values) =>
          live.set(
            `oauth ${owner}`,
            values.map((value) => ({ name: "oauth", value })),
          ),
        remove: (owner) => live.remove(`oauth ${owner}`),
      },
    },
    chainKey,
    reserve,
    callsThick: preferSpeed,
    secrets: { chosen: secrets, file: stores.file },
    live,
    serverLogs: new ServerLogs({ folder: files.logs, redaction: live }),
    packages: thisSystem(),
    processes: processMeter,
    uiServed: uiFolder !== undefined,
    desktop: options.desktop === true,
    runsServers: listening !== false,
    prove: (challenge) => proveHub(homeKey, challenge),
    url: () => listener?.url,
    configError: () =>
      store.problems
        .map((issue) => `line ${issue.line}, column ${issue.column}, ${issue.key}: ${issue.message}`)
        .join("\n") || null,
    requestShutdown: (reason, drainSeconds) => shutdown(reason, drainSeconds * 1_000),
    doctor: {
      system: doctorSystem(login),
      files,
      program: options.program,
      secrets: async () => ({ kind: secrets.kind, problem: await secrets.problem() }),
    },
    log,
  });

  if (listening !== false) {
    const bound = await createListener({
      host: store.config.listen.host,
      port: listening.port ?? store.config.listen.port,
      allowedHosts: store.config.listen.allowedHosts,
      mcp: hub.mcp,
      control: hub.control,
      pairing: hub.pairing,
      uiFolder,
      maxBodyBytes: MAX_BODY_BYTES,
      log,
    });
    listener = bound;
    undo.push(() => bound.close(0));
    writeRunFile(files.runFile, {
      pid: process.pid,
      port: bound.port,
      url: bound.url,
      token: hub.operatorToken,
      version: VERSION,
      startedAt: new Date().toISOString(),
    });
    log("info", `listening on ${bound.url}`);
  }
  const leaveStart = collectAfterStart();
  void hub.applyConfig(store.config);
  // The shell's profiles may take a second, which the first call need not wait for.
  if (listening !== false && Object.values(store.config.mcpServers).some(({ type }) => type === "stdio"))
    void login.get();
  const askAboutEdit = createHeldEdits({
    questions: hub.state.questions,
    broadcaster: hub.state.broadcaster,
    confirm: () => store.confirmHeld(),
    reject: () => store.rejectHeld(),
  });
  onHeld = (reasons) => {
    if (reasons.length > 0) hub.state.audit.happened(BY_FILE, "config.held", reasons.join("\n"));
    askAboutEdit(reasons);
  };
  onChange = (config, previous) => {
    const reasons = needsConfirmation(previous, config);
    if (reasons.length > 0) hub.state.audit.happened(BY_FILE, "config.changed", reasons.join("\n"));
    listener?.setAllowedHosts(store.config.listen.allowedHosts);
    void hub.applyConfig(store.config);
  };
  onProblem = () => hub.configProblemChanged();

  let resolveStopped: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });
  const end = async (reason: string, drainMs: number): Promise<void> => {
    if (hub.drain.begun) {
      hub.drain.hasten(drainMs);
      return stopped;
    }
    leaveStart();
    log("info", `stopping: ${reason}`);
    onChange = () => {};
    listener?.drain();
    await hub.drain.begin(drainMs);
    hub.endQuestions();
    // What has not ended yet fails in words, and its client is told before its connection is closed.
    hub.endListening();
    const servers = hub.endServers();
    await listener?.close(FAREWELL_MS);
    await servers;
    await chainKey.stop();
    await hub.stop();
    await store.close();
    await processes.close();
    stores.close();
    processMeter.close();
    if (listening !== false) removeRunFile(files.runFile);
    reserve.close();
    log("info", "stopped");
    await undo[0]?.();
    resolveStopped();
  };
  // The caller of hub.shutdown gets its answer before its connection is closed.
  shutdown = (reason, drainMs) => setImmediate(() => void end(reason, drainMs));

  return {
    url: listener?.url,
    port: listener?.port,
    home: files.home,
    control: (role) => ({
      call: (method, params) => hub.callAs(role, method, params) as Promise<never>,
    }),
    subscribe: (emit) => hub.state.broadcaster.subscribe(emit),
    stop: (reason = "asked to", drainMs = DRAIN_MS) => end(reason, drainMs),
    stopped,
  };
}

/**
 * What can be found out where no hub can be started or asked, and `why` that is. For a home that another process holds
 * as well: nothing of the hub's own files is opened.
 */
export function diagnoseHome(home: string, why: GatehouseError): Promise<Diagnosis> {
  return diagnoseWithoutHub(doctorSystem(createLoginEnvironments()), homeFiles(home), why);
}

function alreadyRunning(home: string, runFile: string): GatehouseError {
  const run = readRunFile(runFile);
  const who = run === undefined ? "another process" : `process ${run.pid} at ${run.url}`;
  return new GatehouseError(
    "hub_running",
    `a hub is running on ${home} already (${who})`,
    "Use that one, stop it, or choose another home with --home.",
  );
}
