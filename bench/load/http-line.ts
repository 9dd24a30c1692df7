import { type Caller, expectOk, type Line } from "./caller.ts";
import { Connection, postHead, withBody } from "./connection.ts";

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
    const headers = { ...mcpHeaders(options.port), ...options.headers };
    return postHead(
      options.path,
      session === undefined ? headers : { ...headers, ...sessionHeaders(session) },
    );
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
        const body = `{"jsonrpc":"2.0","id":${nextId},${rest}}`;
        const response = await connection.send(withBody(sessionHead, body));
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
  const response = await connection.send(withBody(head(undefined), body));
  expectOk(response, "initialize");
  const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(response.head)?.[1];
  const told = await connection.send(
    withBody(head(session), `{"jsonrpc":"2.0","method":"notifications/initialized"}`),
  );
  if (told.status >= 300) throw new Error(`notifications/initialized was answered with ${told.status}`);
  return session;
}

/** What every request to an MCP endpoint on this machine carries. */
export const mcpHeaders = (port: number): Record<string, string> => ({
  Host: `127.0.0.1:${port}`,
  Accept: "application/json, text/event-stream",
  "Content-Type": "application/json",
});

/** What a request within a session carries besides. */
export const sessionHeaders = (session: string): Record<string, string> => ({
  "Mcp-Session-Id": session,
  "MCP-Protocol-Version": "2025-06-18",
});
