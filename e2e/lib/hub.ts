import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";

/** The built `gatehouse` command. */
const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
/** A program of e2e/fixtures, to be run by process.execPath. */
export const fixtureScript = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
/** The echo server's source, to be run by process.execPath. */
export const ECHO_SERVER = fixtureScript("echo-server.ts");

/** An `mcpServers` entry that runs the echo server with these flags. */
export const echoServer = (...flags: string[]): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [ECHO_SERVER, ...flags],
});

export interface HubOptions {
  /** gatehouse.json: an object, or its text as it is. Left out: the home's file stays as it is. */
  readonly config?: object | string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing home to start on; else a new temporary one. */
  readonly home?: string;
  /** 0 has the hub pick one; left out, it is one that stays free for it when it is started again. */
  readonly port?: number;
  /** Serves the web UI too; left out otherwise. */
  readonly ui?: boolean;
  /** More arguments of `serve`. */
  readonly args?: readonly string[];
  /** Longest wait for the `listening` line, in milliseconds. */
  readonly deadlineMs?: number;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningHub {
  /** http://127.0.0.1:PORT/mcp */
  readonly url: string;
  readonly port: number;
  readonly home: string;
  readonly pid: number;
  /** Milliseconds from the spawn to the `listening` line. */
  readonly startedInMs: number;
  /** All that it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the hub's process has ended. */
  readonly exited: Promise<Finished>;
  /** Runs the `gatehouse` command on the same home. */
  cli(args: readonly string[], input?: string): Promise<Finished>;
  /** Sends a signal to the hub's process alone and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<Finished>;
  /** Ends the hub in order (SIGTERM, a second one after 1 s; SIGKILL after 10 s) and removes a home that was made for it. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A new temporary home; the caller removes it. */
export const temporaryHome = (): string => mkdtempSync(join(tmpdir(), "gatehouse-home-"));

/** Starts the built hub on its own home and waits until it listens; throws with its output when it does not. */
export async function startHub(options: HubOptions = {}): Promise<RunningHub> {
  if (!existsSync(GATEHOUSE)) throw new Error("dist/node/gatehouse.js is missing: run `npm run build`");
  const home = options.home ?? temporaryHome();
  if (options.config !== undefined) {
    const { config } = options;
    writeFileSync(
      join(home, "gatehouse.json"),
      typeof config === "string" ? config : JSON.stringify(config),
      { mode: 0o600 },
    );
  }
  const environment = { ...process.env, ...options.env, GATEHOUSE_HOME: home };
  const begun = performance.now();
  const serve = [
    "serve",
    "--home",
    home,
    "--port",
    String(options.port ?? (await freePort())),
    ...(options.ui ? [] : ["--no-ui"]),
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, [GATEHOUSE, ...serve], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const removeHome = (): void => {
    if (options.home === undefined)
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const kill = async (signal: NodeJS.Signals): Promise<Finished> => {
    child.kill(signal);
    return output.finished;
  };

  let url: string;
  try {
    url = await listening(child, output, options.deadlineMs ?? 30_000);
  } catch (error) {
    await kill("SIGKILL");
    removeHome();
    throw error;
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      // The second one does not wait for calls that a test has left under way.
      const impatient = setTimeout(() => child.kill("SIGTERM"), 1_000);
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await kill("SIGTERM");
      clearTimeout(impatient);
      clearTimeout(hard);
    }
    removeHome();
  };
  return {
    url,
    port: Number(new URL(url).port),
    home,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - begun,
    stdout: output.stdout,
    stderr: output.stderr,
    exited: output.finished,
    cli: (args, input) => runCli(args, input, environment),
    kill,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Runs the `gatehouse` command to its end. `environment` replaces this process's own. */
export async function runCli(
  args: readonly string[],
  input: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Finished> {
  const child = spawn(process.execPath, [GATEHOUSE, ...args], {
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(input ?? "");
  return collect(child).finished;
}

interface Output {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly finished: Promise<Finished>;
}

function collect(child: ChildProcess): Output {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const finished = once(child, "close").then((end): Finished => {
    const [code, signal] = end as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  });
  finished.catch(() => {});
  return { stdout: () => stdout, stderr: () => stderr, finished };
}

/** Resolves with the URL of the `listening` line. */
function listening(child: ChildProcess, output: Output, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off("data", look);
      settle();
    };
    const look = (): void => {
      const url = /^listening (\S+)$/m.exec(output.stdout())?.[1];
      if (url !== undefined) done(() => resolve(url));
    };
    const timer = setTimeout(
      () =>
        done(() => reject(new Error(`the hub did not listen within ${deadlineMs} ms\n${output.stderr()}`))),
      deadlineMs,
    );
    child.stdout?.on("data", look);
    output.finished.then(
      ({ code, signal }) =>
        done(() => reject(new Error(`the hub ended (${code ?? signal})\n${output.stderr()}`))),
      (error: unknown) => done(() => reject(error)),
    );
  });
}
