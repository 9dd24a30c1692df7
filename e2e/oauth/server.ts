import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { TestIssuer } from "./provider.ts";

/** An MCP server that takes only tokens of one issuer for itself. */
export interface ProtectedServer extends AsyncDisposable {
  readonly url: string;
  /** Every Authorization header that came, as it came; undefined: without. */
  readonly authorized: (string | undefined)[];
  /** Requests that were refused with 401. */
  refusals: number;
  /** Whether a token that the issuer knows is taken. */
  accepts: (token: string) => boolean;
  /** How a request without a good token is refused, and what the documents say. */
  challenge: string;
  metadata: Record<string, unknown>;
  /** The scope that tool `write` wants of a token. */
  wants: string | undefined;
}

export async function startProtectedServer(issuer: TestIssuer): Promise<ProtectedServer> {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>();
  const servers: McpServer[] = [];
  const open = async (): Promise<NodeStreamableHTTPServerTransport> => {
    const mcp = new McpServer({ name: "protected", version: "1" });
    mcp.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
    }));
    mcp.registerTool("write", { inputSchema: z.object({}) }, () => ({
      content: [{ type: "text", text: "written" }],
    }));
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await mcp.connect(transport);
    servers.push(mcp);
    return transport;
  };

  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/mcp`;
  const state: ProtectedServer = {
    url,
    authorized: [],
    refusals: 0,
    accepts: () => true,
    challenge: `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
    metadata: {
      resource: url,
      authorization_servers: [issuer.issuer],
      scopes_supported: ["openid", "email", "mcp:read"],
    },
    wants: undefined,
    async [Symbol.asyncDispose]() {
      for (const mcp of servers) await mcp.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith("/.well-known/oauth-protected-resource")) {
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(JSON.stringify(state.metadata));
    }
    if (request.url !== "/mcp") return void response.writeHead(404).end();
    const { authorization } = request.headers;
    state.authorized.push(authorization);
    const token = authorization?.replace(/^Bearer /, "");
    const { AccessToken, ClientCredentials } = issuer.provider;
    const known =
      token === undefined
        ? undefined
        : ((await AccessToken.find(token)) ?? (await ClientCredentials.find(token)));
    if (token === undefined || known === undefined || known.aud !== url || !state.accepts(token)) {
      state.refusals += 1;
      return void response.writeHead(401, { "www-authenticate": state.challenge }).end();
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    if (text.includes('"write"') && state.wants !== undefined && !known.scopes.has(state.wants)) {
      const challenge = `${state.challenge}, error="insufficient_scope", scope="${state.wants}"`;
      return void response.writeHead(403, { "www-authenticate": challenge }).end();
    }
    const id = request.headers["mcp-session-id"];
    const transport = typeof id === "string" ? transports.get(id) : await open();
    if (transport === undefined) return void response.writeHead(404).end();
    await transport.handleRequest(request, response, body);
  }
  return state;
}
