import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import { classify } from "../../core/mcp/stateless-era/meta.ts";
import { parseConfig } from "../config/parse.ts";
import type { ConsentClock } from "../consent/deps.ts";
import { createHub, type Hub } from "../hub.ts";
import type { HubDeps } from "../hub-deps.ts";
import type { ClientIdentity, Reply, Scope, SessionHandle } from "../ports/endpoint.ts";
import type { TransportFactory } from "../ports/upstream.ts";
import { OAuthFailure, type OAuthProtocol } from "../ports/upstream-auth.ts";
import { ServerLogs } from "../server-logs/server-logs.ts";
import { createFakeServer, type FakeServer } from "./fake-transport.ts";
import { createMemorySecrets } from "./memory-secrets.ts";
import { createMemoryStorage, type MemoryStorage } from "./memory-storage.ts";

/** What a client got for one request. */
export interface Answer {
  readonly message:
    | {
        id?: unknown;
        result?: Record<string, unknown>;
        error?: { code: number; message: string; data?: unknown };
      }
    | undefined;
  readonly raw: string;
  readonly notes: string[];
  readonly session: SessionHandle | undefined;
}

/** A hub with all its own parts, a server that lives in the test, and storage in memory. */
export interface TestHub {
  readonly hub: Hub;
  readonly storage: MemoryStorage;
  readonly server: FakeServer;
  readonly client: ClientIdentity;
  configure(text: string): Promise<void>;
  /** Sends a request (a value, or raw text) and resolves with its answer; message undefined: dropped. */
  request(
    message: unknown,
    options?: {
      session?: SessionHandle;
      scope?: Scope;
      client?: ClientIdentity;
      /** The folder that the request names as its client's project. */
      project?: string;
      /** The traceparent and tracestate headers. */
      traceparent?: string;
      tracestate?: string;
      notes?: string[];
      /** The client's connection: whether it is there, and what to call when it is gone for good. */
      line?: { connected: boolean; leave?: () => void };
    },
  ): Promise<Answer>;
  notify(message: unknown, session: SessionHandle, client?: ClientIdentity): void;
  open(scope?: Scope, client?: ClientIdentity, capabilities?: object): Promise<SessionHandle>;
  /** Adds a client that has shown its token. */
  addClient(name: string, profile?: string | null): ClientIdentity;
  dispose(): Promise<void>;
}

const nobody = (): Promise<never> => Promise.reject(new OAuthFailure("passing", "there is no issuer here"));

/** No sign-in is possible. */
const noProtocol: OAuthProtocol = {
  challenge: nobody,
  discover: nobody,
  client: nobody,
  begin: nobody,
  redeem: nobody,
  refresh: nobody,
  machine: nobody,
  revoke: nobody,
};

export const fakeConfig = (extra = ""): string =>
  `{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake" } } ${extra} }`;

/** Also while a test's timers are not the clock's. */
const later = setImmediate;
const nextTurn = (): Promise<void> => new Promise((resolve) => later(resolve));

/**
 * A hub whose one server `fake` lives in the test. Servers are launched in the loop's next turn: who has awaited the hub
 * has the rest of this turn to say how the server answers.
 */
export async function createTestHub(
  options: {
    config?: string;
    storage?: MemoryStorage;
    desktop?: boolean;
    clock?: ConsentClock;
    sleepClock?: HubDeps["sleepClock"];
    /** Instead of the one server `fake`. */
    transports?: TransportFactory;
    resolveLaunch?: HubDeps["resolveLaunch"];
    secrets?: HubDeps["secrets"];
    chainKey?: HubDeps["chainKey"];
    upstreamAuth?: Partial<HubDeps["upstreamAuth"]>;
    openTelemetry?: HubDeps["openTelemetry"];
  } = {},
): Promise<TestHub> {
  const storage = options.storage ?? createMemoryStorage();
  const server = createFakeServer();
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-hub-"));
  let text = options.config ?? fakeConfig();
  const parse = (source: string) => {
    const parsed = parseConfig(source);
    if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
    return parsed.config;
  };
  let config = parse(text);
  const hub = createHub({
    home: folder,
    configFile: join(folder, "gatehouse.json"),
    homeKey: Buffer.alloc(32, 1),
    version: "9.9.9",
    store: {
      get config() {
        return config;
      },
      async edit(change) {
        text = change(text);
        config = parse(text);
        await hub.applyConfig(config);
        return config;
      },
    },
    storage,
    transports: options.transports ?? server.factory,
    resolveLaunch:
      options.resolveLaunch ??
      (async (name, config) => {
        await nextTurn();
        return { name, config, env: {}, headers: {} };
      }),
    upstreamAuth: {
      protocol: noProtocol,
      receiver: { open: () => Promise.reject(new Error("no browser comes back")) },
      store: createMemorySecrets(),
      live: { add: () => {}, remove: () => {} },
      ...options.upstreamAuth,
    },
    serverLogs: new ServerLogs({ folder }),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.chainKey === undefined ? {} : { chainKey: options.chainKey }),
    uiServed: true,
    desktop: options.desktop === true,
    runsServers: true,
    prove: (challenge) => challenge,
    url: () => "http://127.0.0.1:1/mcp",
    configError: () => null,
    requestShutdown: () => {},
    log: () => {},
    consentClock: options.clock,
    sleepClock: options.sleepClock,
    ...(options.openTelemetry === undefined ? {} : { openTelemetry: options.openTelemetry }),
  });
  await hub.applyConfig(config);
  const { identities } = hub.state;
  const identify = (id: string): ClientIdentity => {
    const known = identities.authenticate(identities.mintToken(id));
    if (known === undefined) throw new Error("the client is not known");
    return known;
  };
  const client = identify((identities.find("tester") ?? identities.add("tester", null)).id);
  const all: Scope = { kind: "all" };

  const inbound = (
    message: unknown,
    session: SessionHandle | undefined,
    scope: Scope,
    who: ClientIdentity,
    project?: string,
    traceparent?: string,
    tracestate?: string,
  ) => {
    const bytes = Buffer.isBuffer(message)
      ? message
      : Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
    const envelope = scanMessage(bytes, { duplicates: "deep" });
    const found = classify(bytes, envelope);
    return {
      bytes,
      envelope,
      meta: found.era === "stateless" ? found.meta : undefined,
      client: who,
      scope,
      session,
      project,
      traceparent,
      tracestate,
      receivedAt: performance.now(),
    };
  };
  const testHub: TestHub = {
    hub,
    storage,
    server,
    client,
    async configure(source) {
      text = source;
      config = parse(source);
      await hub.applyConfig(config);
    },
    request(
      message,
      { session, scope = all, client: who = client, project, traceparent, tracestate, notes = [], line } = {},
    ) {
      return new Promise((resolve) => {
        const reply: Reply = {
          pendingBytes: 0,
          canStream: true,
          get connected() {
            return line?.connected ?? true;
          },
          onDrain: () => {},
          send(parts, opened) {
            const raw = Buffer.concat(parts).toString("utf8");
            resolve({ message: JSON.parse(raw) as Answer["message"], raw, notes, session: opened });
          },
          notify: (parts) => notes.push(Buffer.concat(parts).toString("utf8")),
          drop: () => resolve({ message: undefined, raw: "", notes, session: undefined }),
        };
        const given = inbound(message, session, scope, who, project, traceparent, tracestate);
        const leave = hub.mcp.request(given, reply);
        if (line !== undefined) line.leave = leave;
      });
    },
    notify(message, session, who = client) {
      hub.mcp.notification(inbound(message, session, all, who));
    },
    addClient: (name, profile = null) => identify(identities.add(name, profile).id),
    async open(scope = all, who = client, capabilities = {}) {
      const answer = await testHub.request(
        {
          jsonrpc: "2.0",
          id: 0,
          method: "initialize",
          params: {
            protocolVersion: "2025-11-25",
            capabilities,
            clientInfo: { name: "t", version: "1" },
          },
        },
        { scope, client: who },
      );
      if (answer.session === undefined) throw new Error(`no session: ${answer.raw}`);
      return answer.session;
    },
    async dispose() {
      await hub.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return testHub;
}

/** A tools/call request. */
export const callOf = (name: string, args: unknown = {}, id: unknown = 1, meta?: unknown): unknown => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) },
});
