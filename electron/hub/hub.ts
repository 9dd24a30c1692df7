import type { HubDraining, Role } from "../../shared/contract.ts";
import type { Config } from "../../shared/model/config.ts";
import type { Problem } from "../../shared/model/problem.ts";
import type { ServerSummary } from "../../shared/model/server.ts";
import { Patience } from "../core/consent/patience.ts";
import { LiveSecrets } from "../core/redact/live-secrets.ts";
import { Audit } from "./audit.ts";
import { CallsToday } from "./calls-today.ts";
import { CatalogService } from "./catalog-service.ts";
import { ClientAccess } from "./client-access.ts";
import { ClientActivity } from "./client-activity.ts";
import { clientEvents } from "./client-events.ts";
import { keepInStep } from "./config/in-step.ts";
import { createConsent } from "./consent/create-consent.ts";
import { ServerAsks } from "./consent/server-asks.ts";
import { Broadcaster } from "./control/broadcaster.ts";
import { clientActs } from "./control/handlers/clients.ts";
import { seenBy } from "./control/handlers/profiles.ts";
import { Questions } from "./control/questions.ts";
import { ControlTokens } from "./control/tokens.ts";
import { wireControl } from "./control/wire.ts";
import { hubDoctor } from "./doctor/hub-doctor.ts";
import { Drain } from "./drain.ts";
import { audience } from "./endpoint/audience.ts";
import { InFlight } from "./endpoint/in-flight.ts";
import { wireMessages } from "./endpoint/messages.ts";
import { Projects } from "./endpoint/projects.ts";
import { accountFor } from "./endpoint/scopes.ts";
import { wireMcp } from "./endpoint/wire.ts";
import { Health } from "./health/health.ts";
import { tellIndexing } from "./history/indexing.ts";
import { createRecording } from "./history/recording.ts";
import { servedUnrecorded } from "./history/settings.ts";
import { whateverIsKept } from "./history/whatever-is-kept.ts";
import type { HubDeps } from "./hub-deps.ts";
import { hubFacts } from "./hub-facts.ts";
import { Identities } from "./identities.ts";
import { CallCounters } from "./metrics/call-counters.ts";
import { CallPace } from "./metrics/call-pace.ts";
import { OwnCalls } from "./own-calls/own-calls.ts";
import { createPairing } from "./pairing/pairing.ts";
import { wirePins } from "./pins/wire.ts";
import { CallLoad } from "./pipeline/call-load.ts";
import { composeCalls } from "./pipeline/call-pipeline.ts";
import { callTold } from "./pipeline/call-told.ts";
import { rowKeeper } from "./pipeline/kept-row.ts";
import { PolicyService } from "./policy/policy-service.ts";
import type { ControlEndpoint, McpEndpoint } from "./ports/endpoint.ts";
import type { PairingEndpoint } from "./ports/pairing.ts";
import { RuleUses } from "./rules/rule-uses.ts";
import { redactingTransports } from "./secrets/redacting-transports.ts";
import { watchMachineSleep } from "./servers/machine-sleep.ts";
import type { ManagedServer } from "./servers/managed-server.ts";
import { ServerRegistry } from "./servers/registry.ts";
import { serverEvents } from "./servers/server-events.ts";
import { Sessions } from "./sessions.ts";
import type { HubState } from "./state.ts";
import { hubTelemetry } from "./telemetry/hub-telemetry.ts";
import type { UpstreamAuth } from "./upstream-auth/upstream-auth.ts";
import { authorizedTransports, wireUpstreamAuth } from "./upstream-auth/wire.ts";

/** The hub without its adapters: state, pipeline, and the two endpoints that the listener serves. */
export interface Hub {
  readonly state: HubState;
  readonly mcp: McpEndpoint;
  readonly control: ControlEndpoint;
  readonly pairing: PairingEndpoint;
  readonly operatorToken: string;
  /** Calls a method as a role, from within this process (the owner's IPC channel, the CLI without a hub). */
  callAs(role: Role, method: string, params: unknown): Promise<unknown>;
  /** Brings everything in step with a configuration. */
  applyConfig(config: Config): Promise<void>;
  configProblemChanged(): void;
  /** What is under way, and the waiting for it to end. New calls are kept out by the listener. */
  readonly drain: Drain;
  /** No question is asked any more; what waits for one is told so at once. */
  endQuestions(): void;
  /** Ends the listen streams, each with its closing result. */
  endListening(): void;
  /** Ends the servers: calls that are still under way fail with words. */
  endServers(): Promise<void>;
  stop(): Promise<void>;
}

/** Wires the hub's parts together. Nothing is started until applyConfig. */
export function createHub(deps: HubDeps): Hub {
  const { storage, store, log } = deps;
  const live = deps.live ?? new LiveSecrets();
  const broadcaster = new Broadcaster(live);
  const tokens = new ControlTokens(deps.homeKey);
  const identities = new Identities(storage.clients);
  const sessions = new Sessions(
    servedUnrecorded(
      storage.sessions,
      () => store.config.log.onFailure === "serve" || storage.health.failing === undefined,
    ),
    Date.now(),
  );
  const activity = new ClientActivity(sessions);
  const audit = new Audit(storage.audit, broadcaster.emit, (message) => log("error", message));
  const callsToday = new CallsToday((since) => storage.calls.countSince(since));
  let wired = false;
  /** What is found while the stores are read, below, is in the first that anybody sees of the hub. */
  const problemsChanged = (): void => {
    if (wired) broadcaster.emit("hubChanged", state.hub());
  };
  const recording = createRecording({
    health: storage.health,
    onFailure: () => store.config.log.onFailure,
    changed: problemsChanged,
    log,
  });
  const otherProblems = (): Problem[] =>
    [deps.reserve?.problem(), deps.chainKey?.problem()].filter((problem) => problem !== undefined);
  const endKeyWatch = deps.chainKey?.onChanged(problemsChanged);
  const endReserveWatch = deps.reserve?.onChanged(problemsChanged);
  const endIndexing = tellIndexing(storage.history, broadcaster);
  let paused = false;
  deps.serverLogs.onLine = (server, line) => broadcaster.logLine(server, line);

  const serverChanged = (server: ManagedServer): void => {
    if (broadcaster.heard) broadcaster.emit("serverChanged", summaryOfServer(server));
  };
  const summaryOfServer = (server: ManagedServer): ServerSummary => ({
    ...server.summary(callsToday.of(server.name)),
    ...health.of(server.name),
  });
  const transports = redactingTransports(
    authorizedTransports(deps.transports, () => upstreamAuth),
    live,
  );
  const servers: ServerRegistry = new ServerRegistry({
    transports,
    resolveLaunch: deps.resolveLaunch,
    version: deps.version,
    homeKey: deps.homeKey,
    log,
    loadCatalog: (name, key) => storage.catalogs.load(name, key),
    onStateChanged: serverChanged,
    onAsked: (server, bytes, envelope, answer) => serverMessages.ask(server, bytes, envelope, answer),
    onTold: (server, bytes, envelope) => serverMessages.told(server, bytes, envelope),
    accountOf: (server, session) => accountFor(server, session.stored, identities, store.config),
    isBusy: (server) =>
      inFlight.on(server).length > 0 || subscriptions.on(server) || tasks.book.openOn(server, Date.now()),
    onLog: (server, line) => deps.serverLogs.append(server.name, line),
    ...serverEvents(() => ({
      servers,
      serverMessages,
      subscriptions,
      packageStarted,
      consent,
      storage: { catalogs: whateverIsKept(storage.catalogs, ["save", "remove"], log) },
      pins,
      catalog,
      upstreamAuth,
      tasks,
      health,
      telemetry,
      broadcaster,
    })),
  });
  const upstreamAuth: UpstreamAuth = wireUpstreamAuth({
    ...deps.upstreamAuth,
    accounts: whateverIsKept(storage.accounts, ["put", "remove"], log),
    broadcaster,
    resolveLaunch: deps.resolveLaunch,
    server: (name) => servers.get(name),
    instances: () => servers.instances(),
    accountSignedIn: (name, account) => servers.accountSignedIn(name, account),
    serverChanged,
    log,
  });
  const endSleepWatch = watchMachineSleep(deps.sleepClock, servers, log);
  const catalog: CatalogService = new CatalogService(
    () => servers.all(),
    () => store.config,
    () => audience(sessions, listeners, identities),
    (server) => pins.standing(server),
  );
  const questions = new Questions();
  const { pins, pinQuestions, packageStarted } = wirePins({
    store: whateverIsKept(storage.pins, ["save", "remove"], log),
    newTools: () => store.config.consent.newTools,
    catalog: () => catalog,
    questions,
    broadcaster,
    packages: deps.packages,
    log,
  });
  const inFlight = new InFlight();
  const sight = { identities, catalog, config: () => store.config };
  const messages = wireMessages({
    sessions,
    servers,
    catalog,
    identities,
    inFlight,
    config: () => store.config,
    mayAsk: (...asked) => serverAsks.may(...asked),
  });
  const { subscriptions, serverMessages, tasks, listeners } = messages;
  sessions.onEnded = (session) => {
    serverMessages.sessionEnded(session);
    subscriptions.sessionEnded(session, servers.instances());
    servers.sessionEnded(session);
    tasks.book.sessionEnded(session);
    consent.sessionEnded(session);
    telemetry.sessionEnded(session);
  };

  const policy = new PolicyService({
    home: deps.home,
    config: () => store.config,
    server: (name) => servers.get(name),
  });
  const patience = new Patience();
  const ruleUses = new RuleUses(
    storage.ruleUses,
    () => store.config.rules,
    () => broadcaster.emit("rulesChanged", {}),
  );
  const consent = createConsent({
    policy,
    patience,
    questions,
    broadcaster,
    store,
    storage,
    audit,
    paused: () => paused,
    server: (name) => servers.get(name),
    view: (call) => catalog.view(call.scope, call.profile),
    clock: deps.consentClock,
  });
  const serverAsks: ServerAsks = new ServerAsks({
    policy,
    consent,
    audit,
    clientOf: ({ stored }) => identities.identityOf(stored.clientId),
  });

  const projects = new Projects({
    sessions,
    askRoots: (session) => serverMessages.askClient(session, "roots/list"),
    onKnown: (session) => servers.projectKnown(session),
  });
  const health = new Health<ManagedServer>({
    meter: deps.processes,
    instances: () => servers.instances(),
    isBusy: (server) => inFlight.on(server).length > 0,
    isConnected: (id) => (id === null ? sessions.hasAnonymous : activity.countOf(id) > 0),
    changed: (name) => {
      const server = servers.get(name);
      if (server !== undefined) serverChanged(server);
    },
    log,
  });
  const access = new ClientAccess({
    ...sight,
    sessions,
    activity,
    tasks,
    instances: () => servers.instances(),
    listeners,
    subscriptions,
    serverMessages,
  });
  clientEvents({ identities, activity, access, consent, pairing: () => pairing, broadcaster });

  const telemetry = hubTelemetry(deps);
  const counters = new CallCounters();
  const pace = new CallPace(deps.callsThick ?? (() => {}));
  const recorded = callTold({ counters, pace, telemetry, patience, callsToday, health, broadcaster });
  const load = new CallLoad();
  let draining: HubDraining | undefined;
  const drain = new Drain({
    look: () => ({ calls: load.count, questions: consent.waiting + questions.pairings }),
    changed: (left, until) => {
      draining = { ...left, until: new Date(until).toISOString() };
      log("info", `waiting for ${left.calls} calls and ${left.questions} questions, until ${draining.until}`);
      broadcaster.emit("hubChanged", state.hub());
    },
  });
  const keepRow = rowKeeper({ config: () => store.config, redaction: live });
  const run = composeCalls({
    storage,
    recorded,
    trace: telemetry.step,
    recording,
    catalog,
    servers,
    tasks,
    projects,
    policy,
    consent,
    ruleUses,
    subscriptions,
    serverMessages,
    config: () => store.config,
    paused: () => paused,
    serverChanged,
    route: messages.route,
    load,
    keepRow,
  });

  const pairing = createPairing({
    homeKey: deps.homeKey,
    store: storage.oauth,
    identities,
    questions,
    emit: broadcaster.emit,
    audit,
    update: (name, change, caller) => clientActs(state).update({ name, ...change }, caller),
    profiles: () => Object.keys(store.config.profiles),
    seen: (profile) => seenBy(state, profile === null ? undefined : store.config.profiles[profile]),
  });

  const state: HubState = {
    store,
    storage,
    servers,
    catalog,
    identities,
    sessions,
    questions,
    pins,
    pinQuestions,
    consent,
    activity,
    ownCalls: new OwnCalls({ run, activity }),
    keepRow,
    audit,
    policy,
    ruleUses,
    upstreamAuth,
    tokens,
    broadcaster,
    serverLogs: deps.serverLogs,
    log,
    secrets: deps.secrets,
    live,
    callsToday,
    chainKey: async () => deps.chainKey?.given(),
    health,
    summaryOfServer,
    uiServed: deps.uiServed,
    desktopAttached: () => deps.desktop,
    ...hubFacts(deps, {
      paused: () => paused,
      draining: () => draining,
      problems: () => [...recording.problems(), ...otherProblems()],
    }),
    setPaused: (next) => {
      paused = next;
      broadcaster.emit("hubChanged", state.hub());
    },
    diagnose: hubDoctor({ hub: deps, transports, servers: () => servers.all(), redaction: live }),
    requestShutdown: deps.requestShutdown,
  };
  wired = true;

  const control = wireControl({ state, hub: deps, counters });
  const settingsChanged = (): void => broadcaster.emit("settingsChanged", state.settings());

  return {
    state,
    mcp: wireMcp({
      version: deps.version,
      homeKey: deps.homeKey,
      config: () => store.config,
      identities,
      sessions,
      activity,
      servers,
      catalog,
      serverMessages,
      listeners,
      pins,
      projects,
      tasks,
      run,
      log,
    }),
    control: control.endpoint,
    pairing,
    operatorToken: tokens.mint("operator"),
    callAs: control.callAs,
    async applyConfig(config) {
      const followers = { ...deps, servers, pins, consent, catalog, access, telemetry };
      const settled = keepInStep(config, followers);
      settingsChanged();
      // What becomes of calls that cannot be recorded is part of what is told of it.
      if (recording.problems().length > 0) broadcaster.emit("hubChanged", state.hub());
      await settled;
    },
    configProblemChanged: settingsChanged,
    drain,
    endQuestions: () => consent.end(),
    endListening: () => listeners.close(() => true),
    endServers: () => servers.stopAll(),
    async stop() {
      endSleepWatch();
      health.end();
      consent.end();
      ruleUses.write();
      pairing.close();
      upstreamAuth.close();
      catalog.dispose();
      await servers.stopAll();
      await telemetry.close();
      recording.dispose();
      endIndexing();
      endKeyWatch?.();
      endReserveWatch?.();
      broadcaster.dispose();
      await deps.serverLogs.close();
      await storage.close();
    },
  };
}
