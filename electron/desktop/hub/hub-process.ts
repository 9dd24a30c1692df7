/**
 * Supervises the hub: starts it, hands its control API out in the owner role, starts it again with backoff when it
 * dies, takes the home over from a headless hub, and ends it in order. It owns nothing that a call needs.
 */
import { type ControlClient, createControlClient } from "../../../shared/control-client.ts";
import { type ErrorCode, GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { hubMessageSchema } from "../../../shared/ipc.ts";
import { restartDelay } from "./backoff.ts";
import type { HubChild, StartHubChild } from "./child.ts";
import type { DesktopClock } from "./clock.ts";
import type { HubState } from "./hub-state.ts";

export interface HubProcessOptions {
  readonly startChild: StartHubChild;
  readonly clock: DesktopClock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** Asks the hub that holds the home to end and waits until it has; rejects with what to tell the person. */
  readonly takeOver: () => Promise<void>;
  readonly log: (line: string) => void;
  /** How long a hub may take to end in order after its drain before it is told by a signal, in milliseconds. */
  readonly stopMs?: number;
}

export interface HubProcess {
  readonly state: HubState;
  /** The control API in the owner role, while the hub is running. */
  readonly client: ControlClient | undefined;
  readonly pid: number | undefined;
  /** Starts it, or at once again when it waits for its next try. */
  start(): void;
  /** Told every new state; returns the disposer. */
  onChange(listener: (state: HubState) => void): () => void;
  /**
   * Ends the hub and waits until it is gone; afterwards nothing is started any more. Calls under way may take
   * `drainSeconds`; said again with less, they are given less.
   */
  stop(drainSeconds: number): Promise<void>;
}

/** A run longer than this (milliseconds) starts the backoff anew. */
const STABLE_MS = 30_000;

/** A hub that is not started yet. What goes wrong with it later is a state of its own, never a throw. */
export function createHubProcess(options: HubProcessOptions): HubProcess {
  const { clock, log } = options;
  const listeners = new Set<(state: HubState) => void>();
  let state: HubState = { state: "stopped" };
  let run: Run | undefined;
  let attempts = 0;
  let cancelRetry: (() => void) | undefined;
  let takingOver = false;
  let stopped = false;

  interface Run {
    readonly child: HubChild;
    readonly startedAt: number;
    readonly ended: Promise<void>;
    client: ControlClient | undefined;
    failure: { code: string; message: string; advice: string | null } | undefined;
  }

  const enter = (next: HubState): void => {
    state = next;
    log(`hub ${next.state}`);
    for (const listener of [...listeners]) listener(next);
  };

  /** Plans the next try; returns what the state tells of it. */
  const retryLater = (): { attempt: number; retryAt: string } => {
    const delay = restartDelay(attempts, options.random());
    attempts += 1;
    cancelRetry = clock.after(delay, launch);
    return { attempt: attempts, retryAt: new Date(clock.now() + delay).toISOString() };
  };

  const launch = (): void => {
    cancelRetry?.();
    cancelRetry = undefined;
    if (stopped || run !== undefined || takingOver) return;
    // A failure stays on the screen while it is silently tried again.
    if (state.state !== "failed") enter({ state: "starting", attempt: attempts + 1 });

    let resolveEnded = (): void => {};
    const ended = new Promise<void>((resolve) => {
      resolveEnded = resolve;
    });
    let child: HubChild;
    try {
      child = options.startChild({
        message: (message) => receive(current, message),
        ended: (how) => {
          resolveEnded();
          if (run === current) finish(current, how);
        },
      });
    } catch (error) {
      fail(error, "runtime_missing", null);
      return;
    }
    const current: Run = {
      child,
      startedAt: clock.now(),
      ended,
      client: undefined,
      failure: undefined,
    };
    run = current;
  };

  const receive = (current: Run, raw: unknown): void => {
    const parsed = hubMessageSchema.safeParse(raw);
    if (!parsed.success || run !== current) return;
    const message = parsed.data;
    if (message.type === "control") {
      current.client?.receive(message.text);
    } else if (message.type === "failed") {
      current.failure = { code: message.code, message: message.message, advice: message.advice };
    } else if (current.client === undefined) {
      current.client = createControlClient((text) => current.child.send({ type: "control", text }));
      enter({ state: "running", url: message.url, port: message.port });
    }
  };

  const finish = (current: Run, how: string): void => {
    run = undefined;
    current.client?.close(
      new GatehouseError(
        "hub_not_running",
        `the hub has ended: ${how}`,
        "It is started again by itself; try then.",
      ),
    );
    if (stopped) {
      enter({ state: "stopped" });
      return;
    }
    if (clock.now() - current.startedAt > STABLE_MS) attempts = 0;
    if (current.failure?.code === "hub_running") {
      void takeOver();
      return;
    }
    if (current.failure !== undefined) {
      enter({ state: "failed", ...current.failure, ...retryLater() });
    } else {
      enter({ state: "down", reason: how, ...retryLater() });
    }
  };

  const takeOver = async (): Promise<void> => {
    takingOver = true;
    try {
      await options.takeOver();
      takingOver = false;
      launch();
    } catch (error) {
      takingOver = false;
      if (stopped) return;
      fail(error, "hub_running", "Stop the other hub (gatehouse status names its process), then try again.");
    }
  };

  const fail = (error: unknown, code: ErrorCode, advice: string | null): void => {
    const known = error instanceof GatehouseError ? error : undefined;
    enter({
      state: "failed",
      code: known?.code ?? code,
      message: sentenceOf(error),
      advice: known?.advice ?? advice,
      ...retryLater(),
    });
  };

  return {
    get state() {
      return state;
    },
    get client() {
      return run?.client;
    },
    get pid() {
      return run?.child.pid;
    },
    start() {
      attempts = 0;
      if (state.state === "failed" && run === undefined && !takingOver)
        enter({ state: "starting", attempt: attempts + 1 });
      launch();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop(drainSeconds) {
      stopped = true;
      cancelRetry?.();
      const current = run;
      if (current === undefined) {
        if (state.state !== "stopped") enter({ state: "stopped" });
        return;
      }
      const limit = drainSeconds * 1_000 + (options.stopMs ?? 10_000);
      const cancels = [
        clock.after(limit, () => current.child.kill("SIGTERM")),
        clock.after(limit + 3_000, () => current.child.kill("SIGKILL")),
      ];
      // The channel stays open meanwhile: questions that hold calls can still be answered by it.
      if (current.client === undefined) current.child.disconnect();
      else
        current.client.call("hub.shutdown", { drainSeconds }).catch((error: unknown) => {
          log(`hub.shutdown: ${sentenceOf(error)}`);
          current.child.disconnect();
        });
      await current.ended;
      for (const cancel of cancels) cancel();
    },
  };
}
