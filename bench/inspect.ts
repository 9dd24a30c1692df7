import WebSocket from "ws";
import { waitFor } from "../e2e/lib/wait.ts";

/** A hub's insides, read from outside through Node's own inspector: the product has no door for it. */
export interface Inspector {
  /** What an expression gives there, as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Collects all garbage there; resolves with the heap in use afterwards, in bytes. */
  heapAfterCollection(): Promise<number>;
  close(): void;
}

/** In the environment of a hub that is to be inspected: its port is free, and opened only when it is asked to. */
export const INSPECTABLE = { NODE_OPTIONS: "--inspect-port=127.0.0.1:0" };

/** Has a hub that was started as INSPECTABLE open its inspector (SIGUSR1), and connects to it. */
export async function inspect(hub: {
  readonly pid: number;
  readonly stderr: () => string;
}): Promise<Inspector> {
  process.kill(hub.pid, "SIGUSR1");
  const address = await waitFor(() => /Debugger listening on (ws:\S+)/.exec(hub.stderr())?.[1], {
    deadlineMs: 10_000,
    what: "the inspector's address",
  });
  const socket = new WebSocket(address);
  const waiting = new Map<number, (message: Reply) => void>();
  let lastId = 0;
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as Reply;
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  const send = (method: string, params: object = {}): Promise<Reply> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await send("Runtime.evaluate", { expression, returnByValue: true });
    return result?.result?.value as T;
  };
  return {
    evaluate,
    async heapAfterCollection() {
      // What a finalizer lets go of is garbage of the next collection.
      for (let times = 0; times < 3; times += 1) await send("HeapProfiler.collectGarbage");
      return evaluate<number>("process.memoryUsage().heapUsed");
    },
    close: () => socket.terminate(),
  };
}

interface Reply {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}
