import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AUTH, greetingOf, mcpListener } from "../testing/mcp-listener.ts";
import { expectProgress, expectPushed } from "../testing/sdk-exchange.ts";

const hub = mcpListener((mcp) => {
  mcp.initializeResult = greetingOf("2025-11-25");
});

let client: Client;
let transport: StreamableHTTPClientTransport;
beforeEach(async () => {
  client = new Client({ name: "test", version: "1" });
  transport = new StreamableHTTPClientTransport(new URL(hub.listener.url), {
    requestInit: { headers: AUTH },
  });
  await client.connect(transport);
});
afterEach(() => client.close());

test("the SDK's client opens a session and its stream, and hears what is pushed", async () => {
  expect((await hub.mcp.notifications.next()).envelope.method).toBe("notifications/initialized");
  await hub.mcp.streamChanges.next();
  await expectPushed(client, hub.mcp);
  await transport.terminateSession();
  expect(hub.mcp.sessions.size).toBe(0);
});

test("the SDK's client gets plain answers, and answers behind progress", async () => {
  await client.ping();
  await expectProgress(client, hub.mcp);
});
