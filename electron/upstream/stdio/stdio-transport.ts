/**
 * One server as a child process. Its life: path and program are looked up, the process is spawned in a group of its
 * own and made known to the registries, messages flow, and it ends in one of three ways: `stop` is called, it exits,
 * or it closes its stdout or stdin (of no use then, so it is ended). Whichever comes first, the whole tree is ended
 * after it, and `closed` is the last event.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { StdioServerConfig } from "../../../shared/model/config.ts";
import { LineFramer } from "../../core/jsonrpc/framing.ts";
import type { ServerLaunch, Transport, TransportEnd, TransportEvents } from "../../hub/ports/upstream.ts";
import type { Clock, Log } from "../clock.ts";
import { childEnvironment, engineEnvironment } from "../environment/child-environment.ts";
import type { LoginEnvironment, LoginEnvironments } from "../environment/login-environment.ts";
import { type ContainerEngine, endContainers, labelsOf } from "../termination/containers.ts";
import type { ChildRegistry } from "../termination/guard.ts";
import type { ChildProcessRecord } from "../termination/membership.ts";
import type { ProcessSystem } from "../termination/process-system.ts";
import { afterExitGrace, type Grace, terminateTree } from "../termination/terminate-tree.ts";
import { classifyLine } from "./classify-line.ts";
import { isContainerProgram, labelRun } from "./container-command.ts";
import { endSentence } from "./end-sentence.ts";
import { type LaunchProblem, type PreparedLaunch, prepareLaunch, spawnProblem } from "./prepare-launch.ts";
import { StderrLines } from "./stderr-lines.ts";
import { StdinWriter } from "./stdin-writer.ts";

export interface StdioDependencies {
  readonly platform: NodeJS.Platform;
  /** The environment that the safe base is taken from. */
  readonly baseEnv: Readonly<Record<string, string | undefined>>;
  /** Where programs are found. */
  readonly login: LoginEnvironments;
  /** Waited for before anything is spawned. */
  readonly ready: Promise<unknown> | undefined;
  /** The mark of this very start. */
  readonly mark: string;
  readonly registries: readonly ChildRegistry[];
  readonly system: ProcessSystem;
  readonly clock: Clock;
  readonly grace: Grace;
  readonly log: Log;
}

/** Longest message in bytes. */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** How long the last output and the exit code of an ending process are waited for, in milliseconds. */
const LAST_WORDS_MS = 250;
/** A login environment older than this, in milliseconds, is asked for anew before a command is given up as missing. */
const STALE_LOGIN_MS = 10_000;

/** A launch whose server is a child process. */
type StdioLaunch = Omit<ServerLaunch, "config"> & { readonly config: StdioServerConfig };

const isMissing = (prepared: PreparedLaunch | LaunchProblem): boolean =>
  "code" in prepared && prepared.code === "command_not_found";

/** Starts a server's process. Every failure comes as `closed`, never as a throw, and never before this returns. */
export function createStdioTransport(
  launch: StdioLaunch,
  events: TransportEvents,
  deps: StdioDependencies,
): Transport {
  return new StdioTransport(launch, events, deps);
}

type Stage = "starting" | "open" | "ending" | "closed";

class StdioTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #deps: StdioDependencies;
  readonly #writer: StdinWriter;
  readonly #framer: LineFramer;
  readonly #stderr: StderrLines;
  #stage: Stage = "starting";
  #paused = false;
  #child: ChildProcessWithoutNullStreams | undefined;
  #record: ChildProcessRecord | undefined;
  #startedAt = 0;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  #ended: Promise<void> | undefined;
  #suspected = false;
  readonly #exited = Promise.withResolvers<void>();
  readonly #outputClosed = Promise.withResolvers<void>();

  constructor(launch: StdioLaunch, events: TransportEvents, deps: StdioDependencies) {
    this.#events = events;
    this.#deps = deps;
    this.#writer = new StdinWriter({
      drained: () => this.#live() && events.drained(),
      broken: () => this.#suspect("closed its stdin"),
    });
    this.#framer = new LineFramer({
      maxBytes: MAX_MESSAGE,
      onLine: (line) => this.#line(line),
      onTooLong: (bytes) => this.#tooLong(bytes),
    });
    this.#stderr = new StderrLines((text) => this.#live() && events.stderr(text));
    void this.#start(launch);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  send(parts: readonly Uint8Array[], written?: (error: Error | undefined) => void): boolean {
    return this.#writer.send(parts, written);
  }

  pause(): void {
    this.#paused = true;
    this.#child?.stdout.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#child?.stdout.resume();
  }

  stop(): Promise<void> {
    this.#ended ??= this.#end(this.#deps.grace, () => ({
      code: "stopped",
      message: "The server was stopped.",
    }));
    return this.#ended;
  }

  async #start(launch: StdioLaunch): Promise<void> {
    const { login, clock } = this.#deps;
    try {
      const [known] = await Promise.all([login.get(), this.#deps.ready]);
      if (this.#stage !== "starting") return;
      let attempt = this.#prepare(launch, known);
      if (isMissing(attempt.prepared) && clock.now() - known.at > STALE_LOGIN_MS) {
        // The person may have installed it meanwhile.
        const renewed = await login.refresh();
        if (this.#stage !== "starting") return;
        attempt = this.#prepare(launch, renewed);
      }
      const { env, run, prepared } = attempt;
      if ("message" in prepared) this.#fail(prepared);
      else
        this.#spawn(
          prepared,
          env,
          run && {
            file: prepared.plan.file,
            args: run.engineArgs,
            env: engineEnvironment(env, this.#deps.platform),
          },
        );
    } catch (error) {
      this.#fail(spawnProblem(error, launch.config.command));
    }
  }

  #prepare(launch: StdioLaunch, login: LoginEnvironment) {
    const { platform, baseEnv, mark: marker } = this.#deps;
    const { config } = launch;
    const env = childEnvironment({
      engine: isContainerProgram(config.command),
      platform,
      base: baseEnv,
      login: login.variables,
      declared: launch.env,
      path: login.path,
      marker,
    });
    const run = labelRun(config.command, config.args, labelsOf(marker));
    const args = run === undefined ? config.args : [...run.args];
    return { env, run, prepared: prepareLaunch({ ...config, args }, env, platform, login) };
  }

  #spawn(
    { plan, cwd }: PreparedLaunch,
    env: Record<string, string>,
    engine: ContainerEngine | undefined,
  ): void {
    const { platform, system, clock, mark, registries } = this.#deps;
    const child = spawn(plan.file, plan.args, {
      cwd,
      env,
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own: signals reach all of it at once, and a Ctrl+C in the hub's terminal does not.
      detached: platform !== "win32",
      windowsHide: true,
      windowsVerbatimArguments: plan.verbatim,
      shell: false,
    });
    this.#startedAt = clock.now();
    if (child.pid === undefined) {
      child.once("error", (error) => this.#fail(spawnProblem(error, plan.file)));
      return;
    }
    const startTime = system.startTimeOf(child.pid);
    const record = { pid: child.pid, startTime, mark, ...(engine === undefined ? {} : { engine }) };
    for (const registry of registries) registry.register(record);
    this.#child = child;
    this.#record = record;
    this.#listen(child);
    this.#stage = "open";
    this.#events.opened({ pid: child.pid });
    this.#writer.attach(child.stdin);
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open === 0) this.#outputClosed.resolve();
    };
    child.stdout.on("data", (chunk: Buffer) => this.#framer.push(chunk));
    child.stdout.once("end", () => {
      this.#framer.end();
      this.#suspect("closed its stdout");
    });
    child.stdout.once("close", closed);
    child.stderr.on("data", (chunk: Buffer) => this.#stderr.push(chunk));
    child.stderr.once("end", () => this.#stderr.end());
    child.stderr.once("close", closed);
    for (const stream of [child.stdout, child.stderr]) stream.on("error", () => undefined);
    // A failed kill is reported here too; whether the process is gone is told by "exit" alone.
    child.on("error", () => undefined);
    child.once("exit", (code, signal) => {
      this.#exit = { code, signal };
      this.#exited.resolve();
      this.#endByItself(undefined);
    });
    if (this.#paused) child.stdout.pause();
  }

  #live(): boolean {
    return this.#stage !== "closed";
  }

  #line(line: Uint8Array): void {
    if (!this.#live()) return;
    const kind = classifyLine(line);
    if (kind === undefined) return;
    if ("message" in kind) this.#events.message(kind.message);
    else this.#events.noise(kind.noise);
  }

  #tooLong(bytes: number): void {
    const limit = MAX_MESSAGE / 1024 / 1024;
    this.#ended ??= this.#end(afterExitGrace, () => ({
      code: "message_too_large",
      message: `The server sent a message of more than ${limit} MB (${bytes} bytes so far) and was therefore ended.`,
    }));
  }

  /** A stream has ended. Usually the exit follows at once and says more; if not, the server is of no use any more. */
  #suspect(what: string): void {
    if (this.#suspected || this.#ended !== undefined) return;
    this.#suspected = true;
    this.#deps.clock.after(LAST_WORDS_MS, () => this.#endByItself(what));
  }

  #endByItself(because: string | undefined): void {
    this.#ended ??= this.#end(afterExitGrace, () => ({
      code: "exited",
      message: endSentence({
        exitCode: this.#exit?.code ?? null,
        signal: this.#exit?.signal ?? null,
        livedMs: this.#deps.clock.now() - this.#startedAt,
        stderrTail: this.#stderr.tail,
        because,
      }),
    }));
  }

  /** Ends the tree, and tells the end: at once when the process is gone already, else when all of it is. */
  async #end(grace: Grace, say: () => { code: string; message: string }): Promise<void> {
    if (this.#stage === "closed") return;
    this.#stage = "ending";
    this.#writer.end();
    const child = this.#child;
    const record = this.#record;
    if (child === undefined || record === undefined) {
      // Nothing was spawned, and in this stage nothing will be.
      await Promise.resolve();
      this.#close(say());
      return;
    }
    // A server that is stuck writing to a paused stdout could not end by itself.
    child.stdout.resume();
    const { system, clock, log, registries } = this.#deps;
    if (this.#exit !== undefined) await this.#lastWords(child, say);
    await terminateTree(record, { system, grace, clock, log });
    if (record.engine !== undefined) await endContainers(record.engine, { mark: record.mark }, { log });
    for (const registry of registries) registry.unregister(record.pid);
    await this.#lastWords(child, say);
  }

  /** Waits a moment for the rest of the output and for the exit code, then closes; a grandchild may hold the pipes. */
  async #lastWords(
    child: ChildProcessWithoutNullStreams,
    say: () => { code: string; message: string },
  ): Promise<void> {
    if (!this.#live()) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#deps.clock.after(LAST_WORDS_MS, resolve);
      void Promise.all([this.#exited.promise, this.#outputClosed.promise]).then(() => {
        cancel();
        resolve();
      });
    });
    this.#stderr.end();
    this.#close(say());
    for (const stream of [child.stdout, child.stderr, child.stdin]) stream.destroy();
  }

  #fail(problem: LaunchProblem): void {
    this.#ended ??= Promise.resolve();
    this.#close(problem);
  }

  #close({ code, message }: { code: string; message: string }): void {
    if (!this.#live()) return;
    this.#stage = "closed";
    this.#writer.close(new Error(message));
    const end: TransportEnd = {
      code,
      message,
      exitCode: this.#exit?.code ?? null,
      signal: this.#exit?.signal ?? null,
      stderrTail: [...this.#stderr.tail],
    };
    this.#events.closed(end);
  }
}
