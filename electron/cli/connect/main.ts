/**
 * `gatehouse connect`: an MCP server on stdio that is the hub. One such process runs for each client that speaks only
 * stdio, so it stays small: nothing of the hub, of the other commands, or of zod is loaded here.
 */
import { homedir } from "node:os";
import type { Readable, Writable } from "node:stream";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { LineFramer } from "../../core/jsonrpc/framing.ts";
import { chooseHome, prepareHome } from "../../hub/home/paths.ts";
import type { ConnectOptions } from "./arguments.ts";
import { Bridge } from "./bridge.ts";
import { ClientToken } from "./client-token.ts";
import { type Program, runErrand, startHubProcess } from "./helper-process.ts";
import { HubLink, type LinkTimes } from "./hub-link.ts";
import { HubRequests } from "./hub-requests.ts";
import { LineWriter } from "./line-writer.ts";
import { projectHeader } from "./project-header.ts";

const DEFAULT_CLIENT = "connect";
/** How long answers under way are waited for when the client has closed its end, in milliseconds. */
const LINGER_MS = 5_000;

/** What the bridge uses of its process. */
export interface ConnectIo {
  readonly input: Readable;
  readonly output: Writable;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
  readonly cwd: string;
  readonly program: Program;
  readonly onSignal: (listener: () => void) => () => void;
  readonly times?: Partial<LinkTimes>;
}

/** Bridges until the client closes its end or a signal comes; resolves to the exit code. */
export async function connect(options: ConnectOptions, io: ConnectIo): Promise<number> {
  const report = reporter(io.err);
  const client = options.client ?? DEFAULT_CLIENT;
  let files: ReturnType<typeof prepareHome>;
  try {
    files = prepareHome(chooseHome(options.home, io), io.platform);
  } catch (error) {
    report(error);
    return 1;
  }
  const { home } = files;
  const link = new HubLink(files, () => startHubProcess(io.program, home, io.env), io.times);
  const token = new ClientToken(home, client, (signal) =>
    runErrand(io.program, ["client", "add", client, "--connect"], home, io.env, signal),
  );
  const project = projectHeader({ ...io, home, systemRoot: io.env.SystemRoot });
  const path = options.server === undefined ? "/mcp" : `/mcp/s/${encodeURIComponent(options.server)}`;
  const requests = new HubRequests(link, token, path, {
    "Gatehouse-Bridge": "stdio",
    ...(project === undefined ? {} : { "X-Gatehouse-Project": project }),
  });
  const { input, output } = io;
  const bridge = new Bridge({
    requests,
    writer: new LineWriter(output),
    report,
    onFull: (full) => void (full ? input.pause() : input.resume()),
  });
  const framer = new LineFramer({
    onLine: (bytes) => bridge.receive(bytes),
    onTooLong: () => bridge.tooLong(),
  });

  // Found, or started, before the first message asks for it.
  const closed = new AbortController();
  link
    .reach({ start: true, until: Number.POSITIVE_INFINITY, signal: closed.signal })
    .catch((error: unknown) => {
      if (!closed.signal.aborted) report(error);
    });

  const { promise: ended, resolve: end } = Promise.withResolvers<"input" | "now">();
  const dispose = io.onSignal(() => end("now"));
  input.on("data", (chunk: Buffer) => framer.push(chunk));
  input.on("end", () => {
    framer.end();
    end("input");
  });
  input.on("error", () => end("now"));
  // Nobody reads the answers any more.
  output.on("error", () => end("now"));
  const why = await ended;
  closed.abort();
  const finished = bridge.finish(why === "input" ? LINGER_MS : 0);
  await finished;
  dispose();
  token.close();
  link.close();
  return 0;
}

/** Errors as the other commands tell them, on stderr; the same one only once in a row. */
function reporter(err: (text: string) => void): (error: unknown) => void {
  let last = "";
  return (error) => {
    const known = error instanceof GatehouseError ? error : undefined;
    const advice = known?.advice === undefined ? "" : `${known.advice}\n`;
    const text = `error: ${known?.code ?? "internal"}: ${sentenceOf(error)}\n${advice}`;
    if (text !== last) err(text.replace(/[^\n\x20-\x7e\u00a0-\u1fff\u2c00-\ud7ff]/g, "?"));
    last = text;
  };
}

/**
 * V8 with less memory: no optimizer between the fast and the best (what is hot, the scan of large messages, gets the
 * best), and a young generation that stays small, since messages are not kept in the heap.
 */
const FRUGAL = ["--no-maglev", "--semi-space-growth-factor=1"];

/** The same over this process's own streams, which it ends with. */
export async function connectThisProcess(options: ConnectOptions): Promise<never> {
  for (const flag of FRUGAL) process.getBuiltinModule("node:v8").setFlagsFromString(flag);
  const { stdin, stdout, stderr } = process;
  stderr.on("error", () => {});
  const code = await connect(options, {
    input: stdin,
    output: stdout,
    err: (text) => void stderr.write(text),
    env: process.env,
    platform: process.platform,
    homedir: homedir(),
    cwd: process.cwd(),
    program: thisProgram(),
    onSignal,
  });
  // What was answered last must have left, unless nobody takes it.
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    stdout.write("", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  process.exit(code);
}

/** How this very program is run: Node with the script, or a single executable by itself. */
export function thisProgram(): Program {
  const [, script] = process.argv;
  return script === undefined || script === process.execPath
    ? [process.execPath]
    : [process.execPath, script];
}

function onSignal(listener: () => void): () => void {
  const signals: NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
