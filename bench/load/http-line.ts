import net from "node:net";
import { type Caller, expectOk, type Line } from "./caller.ts";
import { type RawResponse, ResponseParser } from "./response-parser.ts";

/** One keep-alive connection on a raw socket, requests made by hand: the load client must not be the bottleneck. */
class Connection {
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

  send(head: string, body: string): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return void reject(new Error("the connection is closed"));
      this.#settle = { resolve, reject };
      this.#socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface HttpLineOptions {
  readonly port: number;
  readonly path: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Continues this session instead of opening one. */
  readonly session?: string;
}

export interface HttpLine extends Line {
  readonly session: string | undefined;
}

/** Opens a session (initialize, notifications/initialized) and hands out connections that share it. */
export async function openHttpLine(options: HttpLineOptions): Promise<HttpLine> {
  const connections = new Set<Connection>();
  const head = (session: string | undefined): string => {
    const headers: Record<string, string> = {
      Host: `127.0.0.1:${options.port}`,
      Accept: "application/json, text/event-stream",
      "Content-Type": "application/json",
      ...options.headers,
      ...(session === undefined ? {} : { "Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-06-18" }),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `POST ${options.path} HTTP/1.1\r\n${lines.join("")}Content-Length: `;
  };
  const open = async (): Promise<Connection> => {
    const connection = await Connection.open(options.port);
    connections.add(connection);
    return connection;
  };

  const session = options.session ?? (await initialize(await open(), head));
  const sessionHead = head(session);
  let nextId = 1;
  const connect = async (): Promise<Caller> => {
    const connection = await open();
    return {
      send: async (rest) => {
        nextId += 1;
        const response = await connection.send(sessionHead, `{"jsonrpc":"2.0","id":${nextId},${rest}}`);
        expectOk(response, "the request");
        return response.body.toString("latin1");
      },
      close: () => connection.close(),
    };
  };
  return {
    session,
    connect,
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

async function initialize(
  connection: Connection,
  head: (session: string | undefined) => string,
): Promise<string | undefined> {
  const params = `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`;
  const body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}`;
  const response = await connection.send(head(undefined), body);
  expectOk(response, "initialize");
  const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(response.head)?.[1];
  const told = await connection.send(head(session), `{"jsonrpc":"2.0","method":"notifications/initialized"}`);
  if (told.status >= 300) throw new Error(`notifications/initialized was answered with ${told.status}`);
  return session;
}
