import { z } from "zod";
import {
  type Broadcast,
  type BroadcastData,
  broadcasts,
  type Method,
  methods,
  type Params,
  type Result,
} from "./contract.ts";
import { type ErrorCode, GatehouseError } from "./errors.ts";

const messageSchema = z.union([
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({
    id: z.int().nullable(),
    error: z.object({
      code: z.number(),
      message: z.string(),
      data: z.object({ code: z.string(), advice: z.string().nullable().optional() }).optional(),
    }),
  }),
  z.object({ method: z.string(), params: z.unknown() }),
]);

type Listener<B extends Broadcast> = (data: BroadcastData<B>) => void;

/** The caller's end of the control API: JSON-RPC 2.0 over whatever carries text (WebSocket, IPC). */
export interface ControlClient {
  /** Calls a method of the contract; rejects with GatehouseError. The result is parsed on arrival. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Listens to one broadcast; returns the disposer. */
  on<B extends Broadcast>(name: B, listener: Listener<B>): () => void;
  /** Feeds one message that has arrived after the handshake. A malformed one is ignored. */
  receive(text: string): void;
  /** Fails every call under way; later calls fail at once. */
  close(reason: GatehouseError): void;
}

/** Creates the caller's end; `send` carries one message to the hub. */
export function createControlClient(send: (text: string) => void): ControlClient {
  interface Waiting {
    readonly method: Method;
    readonly resolve: (value: never) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(data: never) => void>>();
  let lastId = 0;
  let closed: GatehouseError | undefined;

  const settle = (id: number, run: (entry: Waiting) => void): void => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    run(entry);
  };

  return {
    call(method, params) {
      if (closed !== undefined) return Promise.reject(closed);
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { method, resolve: resolve as (value: never) => void, reject });
        send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (data: never) => void);
      return () => set.delete(listener as (data: never) => void);
    },
    receive(text) {
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        return;
      }
      const parsed = messageSchema.safeParse(json);
      if (!parsed.success) return;
      const message = parsed.data;
      if ("method" in message) {
        if (!(message.method in broadcasts)) return;
        const name = message.method as Broadcast;
        const data = broadcasts[name].safeParse(message.params);
        if (data.success) for (const listener of listeners.get(name) ?? []) listener(data.data as never);
      } else if ("error" in message) {
        const { error } = message;
        const failure = new GatehouseError(
          (error.data?.code as ErrorCode | undefined) ?? "internal",
          error.message,
          error.data?.advice ?? undefined,
        );
        if (message.id !== null) settle(message.id, (entry) => entry.reject(failure));
      } else {
        settle(message.id, (entry) => {
          const result = methods[entry.method].result.safeParse(message.result);
          if (result.success) entry.resolve(result.data as never);
          else
            entry.reject(
              new GatehouseError("internal", `the hub's answer to ${entry.method} has an unexpected shape`),
            );
        });
      }
    },
    close(reason) {
      closed = reason;
      for (const entry of waiting.values()) entry.reject(reason);
      waiting.clear();
    },
  };
}

const requestSchema = z.object({ id: z.int(), method: z.string(), params: z.unknown().optional() });

/** The hub's end: answers one text message through `call`; returns the reply's text, or undefined for what is no request. */
export async function answerControl(
  text: string,
  call: (method: string, params: unknown) => Promise<unknown>,
): Promise<string | undefined> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failureText(null, -32700, new GatehouseError("bad_request", "the message is not JSON"));
  }
  const request = requestSchema.safeParse(json);
  if (!request.success)
    return failureText(null, -32600, new GatehouseError("bad_request", "the message is no JSON-RPC request"));
  const { id, method, params } = request.data;
  try {
    return JSON.stringify({ jsonrpc: "2.0", id, result: await call(method, params ?? {}) });
  } catch (error) {
    return failureText(id, -32000, error);
  }
}

/** One broadcast as text. */
export function broadcastText<B extends Broadcast>(name: B, data: BroadcastData<B>): string {
  return JSON.stringify({ jsonrpc: "2.0", method: name, params: data });
}

function failureText(id: number | null, code: number, error: unknown): string {
  const known =
    error instanceof GatehouseError
      ? error
      : new GatehouseError("internal", "the hub failed to carry this out", "See the hub's log.");
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    error: { code, message: known.message, data: { code: known.code, advice: known.advice ?? null } },
  });
}
