import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text as bodyText } from "node:stream/consumers";
import { rawMember } from "../fixtures/echo/raw-member.ts";

export type Era = "session" | "stateless";

/** A server over Streamable HTTP, in this process, that answers in raw text. */
export interface RawHttpServer extends AsyncDisposable {
  readonly url: string;
}

interface Request {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: { readonly result?: string; readonly error?: string };
    readonly _meta?: { readonly progressToken?: string | number };
  };
}

/**
 * Serves the tools `raw` (its params as text, as they were written) and `answer` (a given raw result or error; after a
 * step of progress when that is wanted), and these raw definitions. Every other answer comes as an event stream.
 */
export async function startRawHttpServer(era: Era, definitions: readonly string[]): Promise<RawHttpServer> {
  let answers = 0;
  const server = http.createServer((request, response) => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    void bodyText(request).then((body) => {
      const message = JSON.parse(body) as Request;
      if (message.id === undefined || message.method === undefined) {
        response.writeHead(202).end();
        return;
      }
      const answer = `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},${outcome(era, message, body, definitions)}}`;
      const token = message.params?._meta?.progressToken;
      answers += 1;
      if (token === undefined && answers % 2 === 0) {
        response.writeHead(200, { "content-type": "application/json" }).end(answer);
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (token !== undefined) {
        const params = { progressToken: token, progress: 1 };
        response.write(event(JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params })));
      }
      response.end(event(answer));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const event = (json: string): string =>
  `event: message\n${json
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("")}\n`;

/** The raw member `result` or `error` of the answer. */
function outcome(era: Era, message: Request, body: string, definitions: readonly string[]): string {
  const stateless = era === "stateless";
  const complete = (result: string): string => {
    if (!stateless) return `"result":${result}`;
    const rest = result.trimStart().slice(1);
    return `"result":{"resultType":"complete"${rest.trimStart().startsWith("}") ? "" : ","}${rest}`;
  };
  const serverInfo = '{"name":"raw-http","version":"1.0.0"}';
  switch (message.method) {
    case "initialize":
      if (stateless) break;
      return `"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":${serverInfo}}`;
    case "server/discover":
      if (!stateless) break;
      return complete(
        `{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"serverInfo":${serverInfo},"ttlMs":0,"cacheScope":"private"}`,
      );
    case "tools/list":
      return complete(
        `{"tools":[${definitions.join(",")}]${stateless ? ',"ttlMs":0,"cacheScope":"public"' : ""}}`,
      );
    case "tools/call": {
      if (message.params?.name === "raw") {
        const params = rawMember(body, "params") ?? "null";
        return complete(`{"content":[{"type":"text","text":${JSON.stringify(params)}}]}`);
      }
      const { result, error } = message.params?.arguments ?? {};
      return error === undefined ? complete(result ?? "{}") : `"error":${error}`;
    }
  }
  return `"error":{"code":-32601,"message":"Method not found"}`;
}
