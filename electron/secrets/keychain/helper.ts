import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sentenceOf } from "../../../shared/errors.ts";
import { unavailable } from "./advice.ts";
import { type KeychainRequest, replySchema } from "./protocol.ts";

/** The items of one service in the keychain, by account. Rejects with `secrets_unavailable`. */
export interface KeychainItems {
  get(account: string): Promise<string | undefined>;
  set(account: string, value: string): Promise<void>;
  remove(account: string): Promise<boolean>;
}

/** How the helper process is started. */
export interface HelperOptions {
  /** helper-main, built or as source. */
  readonly script: string;
  /** A plain Node 24. */
  readonly nodePath: string;
  readonly service: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** Longest wait for one answer, in milliseconds: the person may have to answer a dialog. */
  readonly limitMs?: number;
  /** The process ends when nothing was asked for so long, in milliseconds. */
  readonly idleMs?: number;
}

/** After no answer came, so long nothing more is asked, in milliseconds: no second dialog over the first. */
const COOLING_MS = 10_000;

interface Waiting {
  settle(value: string | null): void;
  fail(error: Error): void;
}

type Asked = KeychainRequest extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

/** The keychain in a process of its own, started when something is asked and ended when nothing was for a while. */
export class KeychainHelper implements KeychainItems {
  readonly #options: HelperOptions;
  readonly #platform: NodeJS.Platform;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;
  #silentUntil = 0;

  constructor(options: HelperOptions) {
    this.#options = options;
    this.#platform = options.platform ?? process.platform;
  }

  /** Its process's pid while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async get(account: string): Promise<string | undefined> {
    const { service } = this.#options;
    return (await this.#ask({ op: "get", service, account })) ?? undefined;
  }

  async set(account: string, value: string): Promise<void> {
    const { service } = this.#options;
    await this.#ask({ op: "set", service, account, value });
  }

  async remove(account: string): Promise<boolean> {
    const { service } = this.#options;
    return (await this.#ask({ op: "remove", service, account })) !== null;
  }

  /** Ends the process; what was asked fails. */
  close(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#lost(unavailable(this.#platform, "ended", "the hub is stopping"));
    child?.kill("SIGKILL");
  }

  #ask(request: Asked): Promise<string | null> {
    const now = performance.now();
    if (now < this.#silentUntil)
      return Promise.reject(unavailable(this.#platform, "timeout", "it has just been asked in vain"));
    const unreachable = this.#unreachable();
    if (unreachable !== undefined) return Promise.reject(unreachable);
    const { limitMs = 60_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const child = this.#running();
      const id = this.#nextId++;
      const limit = setTimeout(() => {
        this.#silentUntil = performance.now() + COOLING_MS;
        this.#lost(
          unavailable(this.#platform, "timeout", `nothing came within ${Math.round(limitMs / 1_000)} s`),
        );
        child.kill("SIGKILL");
      }, limitMs);
      const done = (): void => {
        clearTimeout(limit);
        if (this.#waiting.size === 0) this.#rest(child);
      };
      this.#waiting.set(id, {
        settle: (value) => {
          done();
          resolve(value);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      });
      child.send({ id, ...request }, (error) => {
        if (error !== null) this.#settle(id, (entry) => entry.fail(this.#ended(sentenceOf(error))));
      });
    });
  }

  /** Without a session bus libsecret would start one that nobody ends. */
  #unreachable(): Error | undefined {
    if (this.#platform !== "linux") return undefined;
    const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder } = this.#options.env;
    if (address !== undefined && address !== "") return undefined;
    if (folder !== undefined && folder !== "" && existsSync(join(folder, "bus"))) return undefined;
    return unavailable("linux", "no-bus", "no D-Bus session bus (DBUS_SESSION_BUS_ADDRESS is not set)");
  }

  #running(): ChildProcess {
    clearTimeout(this.#idle);
    const child = this.#child ?? this.#start();
    child.ref();
    child.channel?.ref();
    return child;
  }

  #start(): ChildProcess {
    const { script, nodePath, env } = this.#options;
    const { NODE_OPTIONS: _, ...rest } = env;
    const child = spawn(nodePath, ["--max-old-space-size=64", script], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      windowsHide: true,
      cwd: this.#platform === "win32" ? undefined : "/",
      env: rest,
    });
    this.#child = child;
    child.on("message", (message) => {
      const reply = replySchema.safeParse(message);
      if (!reply.success) return;
      const { data } = reply;
      this.#settle(data.id, (entry) =>
        "value" in data
          ? entry.settle(data.value)
          : entry.fail(unavailable(this.#platform, data.reason, data.message)),
      );
    });
    const gone = (why: string): void => {
      if (this.#child === child) this.#lost(this.#ended(why));
    };
    child.once("error", (error) => gone(error.message));
    child.once("exit", (code, signal) => gone(signal ?? `code ${code}`));
    return child;
  }

  #ended(why: string): Error {
    return unavailable(this.#platform, "ended", why);
  }

  #settle(id: number, how: (entry: Waiting) => void): void {
    const entry = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (entry !== undefined) how(entry);
  }

  #lost(error: Error): void {
    this.#child = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const entry of waiting) entry.fail(error);
  }

  /** Nothing is under way: it must not keep the hub alive, and ends soon. */
  #rest(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (child.connected) child.disconnect();
    }, this.#options.idleMs ?? 15_000).unref();
  }
}
