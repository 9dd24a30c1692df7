import type {
  ServerLaunch,
  Transport,
  TransportEnd,
  TransportEvents,
  TransportFactory,
} from "../ports/upstream.ts";

interface RpcMessage {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
}

/** What a fake server answers with instead of a result. */
export class RpcFailure {
  readonly code: number;
  readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** A server that lives in the test: what it was sent, and how it answers. */
export interface FakeServer {
  readonly received: RpcMessage[];
  readonly opened: ServerLaunch[];
  /** Sends one message to the hub. */
  say(message: unknown): void;
  /** Ends the running instance by itself. */
  die(end?: Partial<TransportEnd>): void;
  /** Answers a method; undefined leaves the request open, a RpcFailure is an error. */
  answer: Record<string, (params: Record<string, unknown> | undefined, id: number) => unknown>;
  /** What `written` of each send is told; undefined: written. */
  writeError: Error | undefined;
  readonly paused: boolean;
  readonly factory: TransportFactory;
}

/** A transport for tests, with a well-behaved server of one tool `echo` behind it. */
export function createFakeServer(): FakeServer {
  let events: TransportEvents | undefined;
  let paused = false;
  const end = (given: Partial<TransportEnd>): void => {
    const last = events;
    events = undefined;
    last?.closed({
      code: "exited",
      message: "exited with code 1",
      exitCode: 1,
      signal: null,
      stderrTail: [],
      ...given,
    });
  };
  const server: FakeServer = {
    received: [],
    opened: [],
    say: (message) => events?.message(Buffer.from(JSON.stringify(message))),
    die: (given = {}) => end(given),
    answer: {
      initialize: () => ({
        protocolVersion: "2025-11-25",
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: "fake", version: "1" },
      }),
      "tools/list": () => ({
        tools: [{ name: "echo", description: "echoes", inputSchema: { type: "object" } }],
      }),
      "tools/call": (params) => ({
        content: [{ type: "text", text: JSON.stringify(params?.arguments ?? null) }],
      }),
    },
    writeError: undefined,
    get paused() {
      return paused;
    },
    factory: {
      open(launch, transportEvents): Transport {
        server.opened.push(launch);
        events = transportEvents;
        queueMicrotask(() => transportEvents.opened({ pid: 1 }));
        return {
          pid: 1,
          send(parts, written) {
            const message = JSON.parse(Buffer.concat(parts).toString("utf8")) as RpcMessage;
            const error = server.writeError;
            queueMicrotask(() => written?.(error));
            if (error !== undefined) return true;
            server.received.push(message);
            const { id, method } = message;
            if (id === undefined || method === undefined) return true;
            if (!Object.hasOwn(server.answer, method)) {
              const error = { code: -32601, message: `Method not found: ${method}` };
              queueMicrotask(() => server.say({ jsonrpc: "2.0", id, error }));
              return true;
            }
            const result = server.answer[method]?.(message.params, id);
            if (result instanceof RpcFailure) {
              const { code, message: text } = result;
              queueMicrotask(() => server.say({ jsonrpc: "2.0", id, error: { code, message: text } }));
            } else if (result !== undefined) queueMicrotask(() => server.say({ jsonrpc: "2.0", id, result }));
            return true;
          },
          pause() {
            paused = true;
          },
          resume() {
            paused = false;
          },
          stop() {
            end({ code: "stopped", message: "was stopped", exitCode: 0 });
            return Promise.resolve();
          },
        };
      },
    },
  };
  return server;
}

/** Several servers that live in the test: each launch is of the one that `nameOf` names, made and set up at its first. */
export function createFakeServers(
  setUp: (server: FakeServer, name: string) => void = () => {},
  nameOf: (launch: ServerLaunch) => string = ({ name }) => name,
): { readonly byName: Map<string, FakeServer>; readonly factory: TransportFactory } {
  const byName = new Map<string, FakeServer>();
  return {
    byName,
    factory: {
      open(launch, events) {
        const name = nameOf(launch);
        const server = byName.get(name) ?? createFakeServer();
        if (!byName.has(name)) setUp(server, name);
        byName.set(name, server);
        return server.factory.open(launch, events);
      },
    },
  };
}
