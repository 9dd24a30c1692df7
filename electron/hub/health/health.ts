import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import {
  NO_USAGE,
  type Saved,
  type ServerHealth,
  type ServerUsage,
  type UsagePoint,
} from "../../../shared/model/health.ts";
import type { Problem } from "../../../shared/model/problem.ts";
import type { Log } from "../log.ts";
import type { ProcessMeter, TreeUsage } from "../ports/processes.ts";
import { within } from "../within.ts";
import { exceeded, pingFailed } from "./limits.ts";
import { PING_LIMIT_MS, type Pinged, Pings } from "./pings.ts";
import { type SharedServer, Sharing } from "./sharing.ts";
import { UsageHistory } from "./usage-history.ts";

/** An instance of a server, as far as its health goes. */
export interface Instance extends Pinged {
  readonly name: string;
  readonly config: Pick<ServerConfig, "warn" | "isolation">;
  /** Null for a remote server, and while it does not run. */
  readonly pid: number | null;
}

/** Time as health sees it, so that tests can own it. Milliseconds; `now` since the epoch. */
export interface HealthClock {
  now(): number;
  /** Calls once, and does not keep the process alive for it; returns the canceller. */
  after(milliseconds: number, act: () => void): () => void;
}

export interface HealthDeps<S extends Instance> {
  /** Without, nothing is measured. */
  readonly meter: ProcessMeter | undefined;
  readonly instances: () => readonly S[];
  /** Whether calls are under way on an instance. */
  readonly isBusy: (instance: S) => boolean;
  readonly isConnected: (clientId: string | null) => boolean;
  /** What a person is warned of has changed. */
  readonly changed: (name: string) => void;
  readonly log: Log;
  readonly clock?: HealthClock;
}

/** Who asked for `watch` this long ago still watches, in milliseconds. */
const WATCHING_MS = 15_000;
/** Where limits are set, a minute's mean needs no more than this, in milliseconds. */
const LIMITS_MS = 10_000;
/** Without a meter only pings are due, in milliseconds. */
const PINGS_MS = 60_000;
/** A sample this young is not repeated for `fresh`, nor is a new one waited for longer, in milliseconds. */
const FRESH_MS = 1_000;
const WAIT_MS = 400;

interface Measured {
  readonly pid: number;
  readonly at: number;
  readonly tree: TreeUsage;
}

/** Of all instances of one server. */
interface Sum {
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  ownBytes: number;
}

interface Known {
  /** Its warnings are those of limits; pings speak for themselves. */
  usage: ServerUsage;
  ownBytes: number;
  readonly history: UsageHistory;
}

/**
 * What the servers cost: samples their process trees (often only while somebody watches), keeps the last minutes, warns
 * of what is above `warn`, pings those that are idle, and counts what sharing saves. Nothing of it happens per call but
 * one look into a set.
 */
export class Health<S extends Instance> {
  readonly sharing = new Sharing();
  readonly #deps: HealthDeps<S>;
  readonly #clock: HealthClock;
  readonly #pings: Pings<S>;
  readonly #known = new Map<string, Known>();
  readonly #measured = new Map<S, Measured>();
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampling: Promise<void> | undefined;
  #watchedAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #ended = false;
  /** A meter that fails is told of once, until it works again. */
  #failed = false;

  constructor(deps: HealthDeps<S>) {
    this.#deps = deps;
    this.#clock = deps.clock ?? systemClock;
    this.#pings = new Pings(
      deps.isBusy,
      ({ name }) => this.#deps.changed(name),
      () => this.#clock.now(),
    );
    this.#arm();
  }

  /** What a server uses, as last sampled. */
  of(name: string): ServerUsage {
    const running = this.#deps
      .instances()
      .filter((instance) => instance.name === name && instance.startedAt !== undefined);
    if (running.length === 0) return NO_USAGE;
    const known = this.#known.get(name);
    const pings = running.map((instance) => this.#pings.of(instance));
    const times = pings.flatMap(({ ms }) => ms ?? []);
    const failed = pings.some((ping) => ping.failed);
    return {
      ...(known?.usage ?? NO_USAGE),
      instances: running.length,
      pingMs: failed || times.length === 0 ? null : Math.max(...times),
      warnings: [...(known?.usage.warnings ?? []), ...(failed ? [pingFailed(PING_LIMIT_MS / 1_000)] : [])],
    };
  }

  /** The same with the last minutes, of all servers; whoever asks watches from now on, for a while. */
  async watch(names: readonly string[]): Promise<{ servers: ServerHealth[]; saved: Saved; everyMs: number }> {
    const now = this.#clock.now();
    const wasWatched = this.#isWatched(now);
    this.#watchedAt = now;
    if (!wasWatched) this.#arm();
    const everyMs = this.#deps.meter?.pace.watched ?? PINGS_MS;
    if (now - this.#sampledAt >= everyMs) await within(WAIT_MS, this.#sample());
    return {
      servers: names.map((name) => ({ name, ...this.of(name), points: this.#points(name) })),
      saved: this.saved(),
      everyMs,
    };
  }

  /** Samples now, unless that was done a moment ago; does not wait for a slow system. */
  async fresh(): Promise<void> {
    if (this.#clock.now() - this.#sampledAt >= FRESH_MS) await within(WAIT_MS, this.#sample());
  }

  saved(): Saved {
    const shared = new Map<string, SharedServer>();
    for (const { name, config, startedAt } of this.#deps.instances()) {
      const known = this.#known.get(name);
      if (config.isolation !== "shared" || startedAt === undefined || known === undefined) continue;
      shared.set(name, { name, processes: known.usage.processes ?? 0, ownBytes: known.ownBytes });
    }
    return this.sharing.saved([...shared.values()], this.#deps.isConnected);
  }

  /** A server is no longer configured. */
  removed(name: string): void {
    this.#known.delete(name);
    this.sharing.removed(name);
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  #points(name: string): UsagePoint[] {
    return this.#known.get(name)?.history.points(this.#clock.now()) ?? [];
  }

  #isWatched(now: number): boolean {
    return now - this.#watchedAt < WATCHING_MS;
  }

  #pace(): number {
    const pace = this.#deps.meter?.pace;
    if (pace === undefined) return PINGS_MS;
    if (this.#isWatched(this.#clock.now())) return pace.watched;
    const limited = this.#deps
      .instances()
      .some(({ config, startedAt }) => startedAt !== undefined && config.warn !== undefined);
    return limited ? Math.max(LIMITS_MS, pace.watched) : pace.unwatched;
  }

  #arm(): void {
    this.#cancel();
    if (this.#ended) return;
    this.#cancel = this.#clock.after(this.#pace(), () => {
      this.#pings.tick(this.#deps.instances(), this.#isWatched(this.#clock.now()));
      void this.#sample().finally(() => this.#arm());
    });
  }

  #sample(): Promise<void> {
    this.#sampling ??= this.#look().finally(() => {
      this.#sampling = undefined;
    });
    return this.#sampling;
  }

  async #look(): Promise<void> {
    const { meter, instances, log } = this.#deps;
    if (meter === undefined) return;
    const running = instances().filter(({ pid }) => pid !== null);
    const pids = running.flatMap(({ pid }) => pid ?? []);
    try {
      const trees = pids.length === 0 ? new Map<number, TreeUsage>() : await meter.measure(pids);
      this.#failed = false;
      this.#take(running, trees, this.#clock.now());
    } catch (error) {
      if (!this.#failed) log("warn", `what servers use cannot be measured: ${sentenceOf(error)}`);
      this.#failed = true;
    }
  }

  #take(running: readonly S[], trees: ReadonlyMap<number, TreeUsage>, at: number): void {
    this.#sampledAt = at;
    const sums = new Map<string, Sum>();
    const living = new Set(running);
    for (const instance of this.#measured.keys()) if (!living.has(instance)) this.#measured.delete(instance);
    for (const instance of running) {
      const tree = instance.pid === null ? undefined : trees.get(instance.pid);
      if (tree === undefined || instance.pid === null) continue;
      const sum = sums.get(instance.name) ?? { cpuPercent: 0, memoryBytes: 0, processes: 0, ownBytes: 0 };
      sum.cpuPercent += this.#cpuOf(instance, { pid: instance.pid, at, tree });
      sum.memoryBytes += tree.residentBytes;
      sum.processes += tree.processes;
      sum.ownBytes += tree.ownBytes;
      sums.set(instance.name, sum);
    }
    for (const [name, known] of this.#known)
      if (!sums.has(name)) {
        known.usage = NO_USAGE;
        known.ownBytes = 0;
        known.history.pause();
      }
    for (const instance of running) {
      const { name, config } = instance;
      const sum = sums.get(name);
      if (sum === undefined) continue;
      sums.delete(name);
      this.#note(name, config.warn, sum, at);
    }
  }

  #note(name: string, warn: ServerConfig["warn"], { ownBytes, ...sum }: Sum, at: number): void {
    const known = this.#known.get(name) ?? { usage: NO_USAGE, ownBytes: 0, history: new UsageHistory() };
    this.#known.set(name, known);
    known.history.add({ at, ...sum });
    const warnings = exceeded(warn, known.history.lastMinute(at));
    const codes = (problems: readonly Problem[]): string => problems.map(({ code }) => code).join();
    const isChanged = codes(known.usage.warnings) !== codes(warnings);
    known.usage = { ...NO_USAGE, ...sum, warnings };
    known.ownBytes = ownBytes;
    if (isChanged) this.#deps.changed(name);
  }

  /** Percent of one core since the sample before, or since the start of an instance that was not sampled yet. */
  #cpuOf(instance: S, now: Measured): number {
    const before = this.#measured.get(instance);
    this.#measured.set(instance, now);
    const isSame = before?.pid === now.pid;
    const since = isSame ? before.at : (instance.startedAt ?? now.at);
    const used = now.tree.cpuMs - (isSame ? before.tree.cpuMs : 0);
    // Times of the kernel are coarse: over a moment they say nothing.
    const elapsed = Math.max(now.at - since, 100);
    return Math.max(0, (used / elapsed) * 100);
  }
}

const systemClock: HealthClock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
