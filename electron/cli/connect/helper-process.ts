/** Other runs of the `gatehouse` command that the bridge starts: the hub, and the errand that fetches its token. */
import type { ChildProcess } from "node:child_process";
import { GatehouseError, isErrorCode } from "../../../shared/errors.ts";
import { spawn } from "./builtin.ts";
import type { StartedHub } from "./hub-link.ts";

/** How the `gatehouse` command is run on this machine: the program, and what comes before its own arguments. */
export type Program = readonly [string, ...string[]];

/** Longest error text that is kept of a process. */
const MAX_ERROR = 8 * 1024;

/**
 * Starts a hub that outlives this process: without a terminal, without a web UI, in the home folder, and with nothing of
 * the surroundings that belongs to whoever runs this bridge.
 */
export function startHubProcess(
  program: Program,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): StartedHub {
  const child = run(program, ["serve", "--no-ui", "--background", "--home", home], home, env, true);
  // One that ends in order before it was reached was told to, by whoever runs the next.
  const ended = failureOf(child, "the hub", new GatehouseError("hub_running", "the hub was told to end"));
  child.unref();
  return {
    failure: ended.failure,
    forget: () => {
      child.stderr?.destroy();
    },
  };
}

/** Runs an errand to its end; rejects with the GatehouseError that it told of. `signal` ends it. */
export function runErrand(
  program: Program,
  args: readonly string[],
  home: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const child = run(program, [...args, "--home", home], home, env, false);
  const ended = failureOf(child, "the command");
  const kill = (): boolean => child.kill();
  signal.addEventListener("abort", kill);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener("abort", kill);
      const failure = ended.failure();
      if (failure === undefined) resolve();
      else reject(failure);
    };
    child.once("close", settle);
    child.once("error", settle);
  });
}

function run(
  [command, ...before]: Program,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  detached: boolean,
): ChildProcess {
  return spawn(command, [...before, ...args], {
    cwd,
    env: cleanEnvironment(env),
    detached,
    windowsHide: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Without what steers Node or belongs to another run of Gatehouse: its marker would have the hub taken for a server. */
export function cleanEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^(GATEHOUSE_|ELECTRON_|NODE_(OPTIONS|CHANNEL_FD|CHANNEL_SERIALIZATION_MODE|UNIQUE_ID)$)/i.test(
          name,
        ),
    ),
  );
}

/** Reads an `error: CODE: sentence` and its advice from what a process wrote, when it has ended with a failure. */
function failureOf(
  child: ChildProcess,
  what: string,
  orderlyEnd?: GatehouseError,
): { failure(): GatehouseError | undefined } {
  let text = "";
  let failure: GatehouseError | undefined;
  child.stderr?.setEncoding("utf8").on("data", (more: string) => {
    text = (text + more).slice(-MAX_ERROR);
  });
  child.stderr?.on("error", () => {});
  child.once("error", (error) => {
    failure = new GatehouseError("hub_not_running", `${what} cannot be run: ${error.message}`);
  });
  child.once("close", (code, signal) => {
    if (code === 0) failure = orderlyEnd;
    else failure ??= readError(text) ?? ended(what, code, signal, text);
  });
  return { failure: () => failure };
}

/** The error that a run of the `gatehouse` command has told of. */
export function readError(text: string): GatehouseError | undefined {
  const match = /^error: ([a-z_]+): (.+)(?:\r?\n(?!error: )(.+))?/m.exec(text);
  const [, code = "", sentence = "", advice] = match ?? [];
  return isErrorCode(code) ? new GatehouseError(code, sentence, advice) : undefined;
}

function ended(what: string, code: number | null, signal: string | null, text: string): GatehouseError {
  const last = text.trim().split(/\r?\n/).at(-1) ?? "";
  const how = signal ?? `exit code ${String(code)}`;
  return new GatehouseError(
    "hub_not_running",
    `${what} ended with ${how}${last === "" ? "" : `: ${last.slice(0, 300)}`}`,
    "See: gatehouse serve",
  );
}
