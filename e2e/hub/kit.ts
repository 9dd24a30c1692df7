import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CallStatus, CallTimes } from "../../shared/model/call.ts";
import type { Problem } from "../../shared/model/problem.ts";
import { type Finished, type HubOptions, type RunningHub, startHub } from "../lib/hub.ts";
import { type Answer, McpHttpClient, type Message } from "../lib/mcp-client.ts";
import { processesWith } from "../lib/processes.ts";
import { survivorsOf } from "./survivors.ts";

/** One call as `gatehouse calls --json` prints it. */
export interface RecordedCall {
  readonly id: number;
  readonly startedAt: string;
  readonly client: string | null;
  readonly session: string | null;
  readonly server: string | null;
  readonly tool: string | null;
  readonly method: string;
  readonly status: CallStatus;
  readonly durationUs: number;
  readonly times: CallTimes;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into requests of every shape
  readonly request: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  readonly result: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into errors of every shape
  readonly error: any;
}

/** One server as `gatehouse status --json` prints it. */
export interface ServerStatus {
  readonly name: string;
  readonly state: string;
  readonly transport: string;
  readonly tools: number | null;
  readonly restarts: number;
  readonly lastError: string | null;
}

export interface HubStatus {
  readonly hub: {
    readonly pid: number;
    readonly url: string;
    readonly version: string;
    readonly problems: readonly Problem[];
  };
  readonly servers: readonly ServerStatus[];
  readonly clients: readonly { readonly name: string }[];
  readonly pending: number;
}

/** A hub under test: the built program, the commands and clients that tests use, and an end that leaves nothing. */
export interface TestHub extends RunningHub {
  /** In the environment of every server that the configuration names, and so of whatever it starts. */
  readonly mark: string;
  /** Runs a command that must succeed; gives its stdout. */
  command(...args: string[]): Promise<string>;
  /** Adds a client; gives its token. */
  addClient(name: string, ...args: string[]): Promise<string>;
  /** Opens a session as the holder of this token. `path` defaults to /mcp. */
  connect(token: string, path?: string): Promise<McpHttpClient>;
  /** A client on a path, with no session opened; closed with the hub. */
  client(token: string | undefined, path?: string, sessionId?: string): McpHttpClient;
  calls(...args: string[]): Promise<RecordedCall[]>;
  status(): Promise<HubStatus>;
  server(name: string): Promise<ServerStatus>;
  /** The living processes of its servers' trees. */
  serverProcesses(): { readonly pid: number; readonly command: string }[];
  /** What stands in the hub's own log so far. */
  log(): string;
}

/** How long anything may take before a test gives up, in milliseconds: generous, it only bounds a failure. */
export const PATIENCE = 30_000;

let marks = 0;

/** A text that is in the environment of one hub's servers and of no other process. */
export function newMark(): string {
  marks += 1;
  return `gatehouse-e2e-${process.pid}-${Date.now()}-${marks}`;
}

/** A configuration whose servers carry the mark. Everything is allowed unless the configuration says otherwise. */
export function marked(config: Record<string, unknown>, mark: string): Record<string, unknown> {
  const servers = (config.mcpServers ?? {}) as Record<string, { env?: object }>;
  const mcpServers = Object.fromEntries(
    Object.entries(servers).map(([name, entry]) => [
      name,
      { ...entry, env: { ...entry.env, TEST_MARK: mark } },
    ]),
  );
  return { consent: { default: "allow", newTools: "allow" }, ...config, mcpServers };
}

/** Starts the built hub. `config` is an object without the mark; it is added to every server. */
export async function startTestHub(
  options: Omit<HubOptions, "config"> & { config?: Record<string, unknown>; mark?: string } = {},
): Promise<TestHub> {
  const mark = options.mark ?? newMark();
  const { config, ...rest } = options;
  const hub = await startHub({
    ...rest,
    ...(config === undefined ? {} : { config: marked(config, mark) }),
  });
  const clients: McpHttpClient[] = [];

  const client = (token: string | undefined, path = "/mcp", sessionId?: string): McpHttpClient => {
    const made = new McpHttpClient(new URL(path, hub.url).href, {
      ...(token === undefined ? {} : { token }),
      ...(sessionId === undefined ? {} : { sessionId }),
    });
    clients.push(made);
    return made;
  };
  const command = async (...args: string[]): Promise<string> => succeeded(args, await hub.cli(args));
  const status = async (): Promise<HubStatus> => JSON.parse(await command("status", "--json")) as HubStatus;
  const stop = async (): Promise<void> => {
    for (const each of clients) each.close();
    await hub.stop();
    await nothingLeft(mark);
  };

  return {
    ...hub,
    mark,
    client,
    command,
    status,
    stop,
    [Symbol.asyncDispose]: stop,
    async addClient(name, ...args) {
      return (JSON.parse(await command("client", "add", name, "--json", ...args)) as { token: string }).token;
    },
    async connect(token, path) {
      const made = client(token, path);
      await made.initialize();
      return made;
    },
    async calls(...args) {
      return (JSON.parse(await command("calls", "--json", ...args)) as { calls: RecordedCall[] }).calls;
    },
    async server(name) {
      const found = (await status()).servers.find((server) => server.name === name);
      if (found === undefined) throw new Error(`status does not list ${name}`);
      return found;
    },
    serverProcesses: () => processesWith(mark),
    log: () => readFileSync(join(hub.home, "logs", "hub.log"), "utf8"),
  };
}

/** A hub for one test: it ends with the test, however that ends. */
export async function hubForTest(options?: Parameters<typeof startTestHub>[0]): Promise<TestHub> {
  const hub = await startTestHub(options);
  onTestFinished(() => hub.stop());
  return hub;
}

/** Gives the stdout of a command that ended well; throws with its stderr otherwise. */
export function succeeded(args: readonly string[], { code, signal, stdout, stderr }: Finished): string {
  if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} ended with ${code ?? signal}: ${stderr}`);
  return stdout;
}

/** Waits until no process with the mark lives, as long as it may take; kills and names what is left. */
async function nothingLeft(mark: string): Promise<void> {
  const left = await survivorsOf(() => processesWith(mark).map(({ pid, command }) => `${pid} ${command}`));
  for (const { pid } of processesWith(mark)) process.kill(pid, "SIGKILL");
  if (left.length > 0) throw new Error(`left running: ${left.join(", ")}`);
}

/** The text of a tool's first content block. */
export function textOf(message: Message): string {
  const text: unknown = message.result?.content?.[0]?.text;
  if (typeof text !== "string") throw new Error(`no text in ${JSON.stringify(message).slice(0, 500)}`);
  return text;
}

/** Starts a call that reports `steps` steps, `delayMs` apart; resolves when the first has arrived. */
export async function callUnderWay(
  client: McpHttpClient,
  prefix: string,
  { steps = 2, delayMs = 500, id = 9_000 }: { steps?: number; delayMs?: number; id?: number } = {},
): Promise<{ answer: Promise<Answer>; id: number }> {
  const started = deferred();
  const params = {
    name: `${prefix}progress`,
    arguments: { steps, delayMs },
    _meta: { progressToken: `token-${id}` },
  };
  const answer = client.post(
    { jsonrpc: "2.0", id, method: "tools/call", params },
    { onMessage: () => started.resolve() },
  );
  await Promise.race([started.promise, answer.then((early) => Promise.reject(new Error(early.text)))]);
  return { answer, id };
}

/** A promise and what settles it. */
function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
