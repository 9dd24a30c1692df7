/** All commands over this process. Only what every command needs is loaded here; the hub's code comes when a hub is to run. */
import { homedir } from "node:os";
import { GatehouseError } from "../../shared/errors.ts";
import { preferSpeed } from "../hub/start/engine.ts";
import { connectThisProcess, thisProgram } from "./connect/main.ts";
import type { DesktopChannel, Io } from "./io.ts";
import { errorText, runCommandLine } from "./run.ts";
import { readHidden } from "./secret-input.ts";

/** Why something that was printed could not be written. */
let unwritten: NodeJS.ErrnoException | undefined;
/** A reader that has seen enough (`| head`) is no failure, nor is a terminal that is gone. */
const noteUnwritten = (error: NodeJS.ErrnoException | null | undefined): void => {
  if (error && error.code !== "EPIPE" && error.code !== "EIO") unwritten ??= error;
};

const io: Io = {
  out: (text) => void process.stdout.write(text, noteUnwritten),
  err: (text) => void process.stderr.write(text),
  printed: () =>
    new Promise((resolve) => {
      process.stdout.write("", (error) => resolve(error === null || error === undefined));
    }),
  env: process.env,
  platform: process.platform,
  homedir: homedir(),
  cwd: process.cwd(),
  isTerminal: process.stdout.isTTY === true,
  readInput,
  input,
  readHidden: (prompt) => readHidden(process.stdin, prompt, (text) => void process.stderr.write(text)),
  now: Date.now,
  program: thisProgram(),
  connect: connectThisProcess,
  mock: async (options) => (await import("./mock/main.ts")).serveMock(options, process.stdin, process.stdout),
  loadHub() {
    requireRuntime();
    preferSpeed(false);
    return import("../hub/main.ts");
  },
  loadDoctor() {
    requireRuntime();
    return import("../hub/main.ts");
  },
  process: { onSignal, exit: (code) => process.exit(code), channel: desktopChannel() },
};

// Neither a terminal that is gone nor a disk that is full brings a hub down. A command whose output is not whole has failed.
process.stdout.on("error", noteUnwritten);
process.stderr.on("error", () => {});

const code = await runCommandLine(process.argv.slice(2), io);
// Handles of libraries must not keep a finished command alive, and what was printed must have left.
process.stdout.write("", () => {
  if (unwritten !== undefined)
    io.err(
      errorText(
        "output_unwritable",
        `the output could not be written: ${unwritten.message}`,
        "Make room, or send it elsewhere, and run the command again.",
      ),
    );
  process.stderr.write("", () => process.exit(unwritten === undefined ? code : 1));
});

/** The store's native part needs a newer Node than some systems have, and crashes an older one. */
function requireRuntime(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 14)) return;
  throw new GatehouseError(
    "runtime_missing",
    `the hub needs Node 24; this is ${process.versions.node}`,
    "Run it with: npm run -s gatehouse -- … (which brings its own Node), or install Node 24.",
  );
}

async function* input(): AsyncGenerator<Buffer> {
  if (!process.stdin.isTTY) yield* process.stdin as AsyncIterable<Buffer>;
}

async function readInput(): Promise<string | undefined> {
  if (process.stdin.isTTY) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of input()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function onSignal(listener: (signal: string) => void): () => void {
  const signals: NodeJS.Signals[] = [
    "SIGINT",
    "SIGTERM",
    "SIGHUP",
    ...(process.platform === "win32" ? ["SIGBREAK" as const] : []),
  ];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

function desktopChannel(): DesktopChannel | undefined {
  if (process.send === undefined) return undefined;
  return {
    send: (message) => {
      // The desktop may be gone already; then its end is noticed as such.
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    onMessage(listener) {
      process.on("message", listener);
      return () => process.off("message", listener);
    },
    onDisconnect(listener) {
      process.on("disconnect", listener);
      return () => process.off("disconnect", listener);
    },
  };
}
