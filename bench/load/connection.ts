import net from "node:net";
import { type RawResponse, ResponseParser } from "./response-parser.ts";

/** One keep-alive connection on a raw socket, requests made by hand: the load client must not be the bottleneck. */
export class Connection {
  readonly #socket: net.Socket;
  readonly #parser = new ResponseParser();
  #settle: { resolve: (response: RawResponse) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data) => {
      const response = this.#parser.push(data);
      if (response === undefined) return;
      const settle = this.#settle;
      this.#settle = undefined;
      settle?.resolve(response);
    });
    const fail = (error?: Error): void => {
      this.#settle?.reject(error ?? new Error("the connection was closed before the answer"));
      this.#settle = undefined;
    };
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends a whole request, head and body, and gives its response. One at a time. */
  send(request: string | Buffer): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return void reject(new Error("the connection is closed"));
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A POST's head, up to where the length of the body stands. */
export function postHead(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}Content-Length: `;
}

/** A whole request: a head of `postHead` with its body. */
export function withBody(head: string, body: string): string {
  return `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
