import { once } from "node:events";
import WebSocket from "ws";

/** What came back for one request: "ok", or the error's code. */
export interface RawAnswer {
  readonly code: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  readonly result?: any;
  readonly text: string;
}

/** A control connection spoken by hand: no schema, no client of ours. */
export interface RawControl {
  readonly role: string;
  /** The welcome's token, for a browser that came with a code. */
  readonly token: string | undefined;
  /** Every message that came after the handshake, as text. */
  readonly heard: string[];
  call(method: string, params?: unknown): Promise<RawAnswer>;
  close(): Promise<void>;
}

/** Logs in with a token or a one-time code; rejects with the hub's refusal. */
export async function rawControl(
  port: number,
  credential: { token: string } | { code: string },
): Promise<RawControl> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/control`);
  const next = async (): Promise<string> => String((await once(socket, "message"))[0]);
  await once(socket, "open");
  socket.send(JSON.stringify({ hello: "gatehouse-control/1", challenge: "0".repeat(64) }));
  await next();
  socket.send(JSON.stringify(credential));
  const welcome = JSON.parse(await next());
  if (welcome.role === undefined) throw new Error(`refused: ${welcome.refused}`);

  const heard: string[] = [];
  const waiting = new Map<number, { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void }>();
  socket.on("message", (data) => {
    const text = String(data);
    heard.push(text);
    const { id, result, error } = JSON.parse(text);
    waiting.get(id)?.resolve({ code: error === undefined ? "ok" : error.data.code, result, text });
    waiting.delete(id);
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the hub hung up"));
  });
  let last = 0;
  return {
    role: welcome.role,
    token: welcome.token,
    heard,
    call(method, params = {}) {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      });
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, "close");
    },
  };
}
