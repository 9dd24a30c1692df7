import {
  DEFAULT_POLICY,
  initialLifecycle,
  type Lifecycle,
  type LifecycleCommand,
  type LifecycleEvent,
  type LifecyclePolicy,
  step,
} from "../../core/supervisor/lifecycle.ts";
import { isDown } from "./refusals.ts";

/** What a life has done to its server. */
interface Carried {
  readonly policy: LifecyclePolicy | undefined;
  spawn(): void;
  /** Ends what runs; `stopped` is to be applied when nothing of it is left. */
  terminate(): void;
  /** Told after each change. */
  changed(): void;
}

/** The shell around core/supervisor's state machine: keeps the state, carries its commands out and holds its timer. */
export class ServerLife {
  readonly #carried: Carried;
  #state: Lifecycle = initialLifecycle;
  #retryTimer: NodeJS.Timeout | undefined;
  #stopped: (() => void)[] = [];

  constructor(carried: Carried) {
    this.#carried = carried;
  }

  get state(): Lifecycle {
    return this.#state;
  }

  get phase(): Lifecycle["phase"] {
    return this.#state.phase;
  }

  /** It runs or is on its way to. */
  get isUp(): boolean {
    return !this.isDown && this.phase !== "stopped" && this.phase !== "stopping";
  }

  /** It has ended or could not start, and is not running again yet. */
  get isDown(): boolean {
    return isDown(this.#state);
  }

  /** It is down, and nothing but the person or the configuration starts it again. */
  get isParked(): boolean {
    return this.isDown && this.#state.retryAt === undefined;
  }

  apply(event: LifecycleEvent): void {
    const before = this.#state;
    const policy = this.#carried.policy ?? DEFAULT_POLICY;
    const { state, commands } = step(before, event, Date.now(), Math.random(), policy);
    this.#state = state;
    for (const command of commands) this.#carryOut(command);
    if (state === before) return;
    this.#settleStopped();
    this.#carried.changed();
  }

  /** Has it end in order; resolves when it has. */
  stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopped.push(resolve);
    this.apply({ type: "stop" });
    this.#settleStopped();
    return promise;
  }

  #carryOut(command: LifecycleCommand): void {
    switch (command.type) {
      case "spawn":
        clearTimeout(this.#retryTimer);
        this.#carried.spawn();
        return;
      case "terminate":
        this.#carried.terminate();
        return;
      case "armRetry":
        this.#retryTimer = setTimeout(() => this.apply({ type: "retryDue" }), command.delayMs);
        return;
      case "disarmRetry":
        clearTimeout(this.#retryTimer);
        return;
    }
  }

  #settleStopped(): void {
    if (this.phase !== "stopped" && !this.isDown) return;
    const stopped = this.#stopped;
    this.#stopped = [];
    for (const resolve of stopped) resolve();
  }
}
