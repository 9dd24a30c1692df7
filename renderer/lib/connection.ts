/**
 * The page's one connection to the hub: finds it, shakes hands, and comes back alone after a loss.
 * A state machine over an injected socket, clock and random source; listeners outlive any single socket.
 */
import type { Broadcast, BroadcastData, Method, Params, Result, Role } from "../../shared/contract.ts";
import { broadcasts, proofSchema, refusalSchema, welcomeSchema } from "../../shared/contract.ts";
import { type ControlClient, createControlClient } from "../../shared/control-client.ts";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";

/** Where to connect and with what; or why that is not possible now. */
export type Target =
  | { readonly url: string; readonly credential: { readonly token: string } | { readonly code: string } }
  | {
      readonly down: string;
      readonly advice: string | null;
      readonly attempt: number;
      readonly retryAt: string | null;
      /** Asking again is useless: the person has to do something first. */
      readonly final?: boolean;
    };

export type ConnectionState =
  | { readonly phase: "connecting" }
  | { readonly phase: "online"; readonly role: Role }
  | {
      readonly phase: "offline";
      readonly reason: string;
      readonly advice: string | null;
      /** When the hub was lost, milliseconds since the epoch; it survives failed attempts. */
      readonly since: number;
      /** Which attempt to start or reach the hub this is; 0 when nobody is trying. */
      readonly attempt: number;
      /** When the next attempt is made, milliseconds since the epoch; null while one is under way or none will be. */
      readonly retryAt: number | null;
    };

/** The part of a WebSocket that is used. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

export interface ConnectionOptions {
  /** Asked before every attempt. */
  readonly target: () => Promise<Target>;
  readonly openSocket: (url: string) => Socket;
  /** 32 random bytes as hex. */
  readonly challenge: () => string;
  readonly now: () => number;
  readonly random: () => number;
  /** Runs a callback later; returns its canceller. */
  readonly later: (run: () => void, milliseconds: number) => () => void;
  /** Called with the token that a one-time code was exchanged for. */
  readonly tokenGiven?: (token: string) => void;
  /** The hub did not accept the credential: a remembered token must be forgotten. */
  readonly refused?: () => void;
}

export interface Connection {
  state(): ConnectionState;
  /** Called on every change of state; returns the disposer. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Calls a method; rejects with GatehouseError, at once while offline. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Listens to a broadcast of this and every later socket; returns the disposer. */
  on<B extends Broadcast>(name: B, listener: (data: BroadcastData<B>) => void): () => void;
  /** Tries again now, whatever the backoff says. */
  retry(): void;
  dispose(): void;
}

const HANDSHAKE_MS = 8_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** How long to wait before attempt `attempt` (from 1), in milliseconds: doubling, with jitter, at most 5 s. */
export function retryDelay(attempt: number, random: number): number {
  const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(base * (0.75 + random * 0.5));
}

/** Connects at once and keeps connected until disposed. */
export function createConnection(options: ConnectionOptions): Connection {
  const stateListeners = new Set<(state: ConnectionState) => void>();
  const listeners = new Map<Broadcast, Set<(data: never) => void>>();
  let state: ConnectionState = { phase: "connecting" };
  let client: ControlClient | undefined;
  let socket: Socket | undefined;
  let cancelTimer: (() => void) | undefined;
  let attempts = 0;
  let lostAt: number | undefined;
  let round = 0;
  let disposed = false;

  const setState = (next: ConnectionState): void => {
    state = next;
    for (const listener of stateListeners) listener(next);
  };
  const clearTimer = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const dropSocket = (): void => {
    const old = socket;
    socket = undefined;
    if (old !== undefined) {
      old.onopen = null;
      old.onmessage = null;
      old.onclose = null;
      old.close();
    }
    client?.close(new GatehouseError("hub_not_running", "The connection to the hub was lost."));
    client = undefined;
  };

  const offline = (why: {
    reason: string;
    advice: string | null;
    attempt?: number;
    retryAt?: string | null;
    final?: boolean;
  }): void => {
    clearTimer();
    dropSocket();
    attempts += 1;
    lostAt ??= options.now();
    const delay = retryDelay(attempts, options.random());
    const known = why.retryAt === undefined || why.retryAt === null ? undefined : Date.parse(why.retryAt);
    if (why.final !== true) cancelTimer = options.later(attempt, delay);
    setState({
      phase: "offline",
      reason: why.reason,
      advice: why.advice,
      since: lostAt,
      attempt: why.final === true ? 0 : (why.attempt ?? attempts),
      retryAt:
        why.final === true ? null : why.attempt !== undefined ? (known ?? null) : options.now() + delay,
    });
  };

  const attempt = (): void => {
    if (disposed) return;
    clearTimer();
    dropSocket();
    round += 1;
    const mine = round;
    options.target().then(
      (target) => {
        if (disposed || mine !== round) return;
        if ("down" in target) offline({ ...target, reason: target.down });
        else connect(target.url, target.credential);
      },
      (error: unknown) => {
        if (!disposed && mine === round) offline({ reason: sentenceOf(error), advice: null });
      },
    );
  };

  const connect = (url: string, credential: { token: string } | { code: string }): void => {
    let opened: Socket;
    try {
      opened = options.openSocket(url);
    } catch (error) {
      offline({ reason: sentenceOf(error), advice: null });
      return;
    }
    socket = opened;
    let step: "proof" | "welcome" | "online" = "proof";
    cancelTimer = options.later(
      () => offline({ reason: "The hub does not answer.", advice: "It may be busy; trying again." }),
      HANDSHAKE_MS,
    );
    opened.onopen = () =>
      opened.send(JSON.stringify({ hello: "gatehouse-control/1", challenge: options.challenge() }));
    opened.onclose = () =>
      offline({
        reason: step === "online" ? "The hub is not running." : "The hub cannot be reached.",
        advice: null,
      });
    opened.onmessage = ({ data }) => {
      const text = String(data);
      if (step === "online") {
        client?.receive(text);
        return;
      }
      const message = parse(text);
      const refusal = refusalSchema.safeParse(message);
      if (refusal.success) {
        options.refused?.();
        offline({
          reason: refusal.data.refused,
          advice:
            "code" in credential
              ? "Run “gatehouse ui” in a terminal and open the link that it prints. A link works once, within a minute."
              : null,
        });
        return;
      }
      if (step === "proof" && proofSchema.safeParse(message).success) {
        step = "welcome";
        opened.send(JSON.stringify(credential));
        return;
      }
      const welcome = welcomeSchema.safeParse(message);
      if (step !== "welcome" || !welcome.success) {
        offline({ reason: "What answers there is not this version's hub.", advice: "Restart Gatehouse." });
        return;
      }
      step = "online";
      clearTimer();
      if (welcome.data.token !== undefined) options.tokenGiven?.(welcome.data.token);
      const fresh = createControlClient((line) => opened.send(line));
      for (const name of Object.keys(broadcasts) as Broadcast[])
        fresh.on(name, (data) => {
          for (const listener of listeners.get(name) ?? []) listener(data as never);
        });
      client = fresh;
      attempts = 0;
      lostAt = undefined;
      setState({ phase: "online", role: welcome.data.role });
    };
  };

  attempt();

  return {
    state: () => state,
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    call: (method, params) =>
      client?.call(method, params) ??
      Promise.reject(
        new GatehouseError("hub_not_running", "The hub is not running.", "Wait until it is back."),
      ),
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (data: never) => void);
      return () => set.delete(listener as (data: never) => void);
    },
    retry() {
      if (state.phase !== "online") attempt();
    },
    dispose() {
      disposed = true;
      clearTimer();
      dropSocket();
      stateListeners.clear();
      listeners.clear();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
