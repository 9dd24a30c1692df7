import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Inbox, resultFor } from "../testing/kit.ts";
import { AUTH, greetingOf, mcpListener } from "../testing/mcp-listener.ts";

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
  const heard = new Inbox<string>();
  client.setNotificationHandler("notifications/tools/list_changed", (notification) =>
    heard.add(notification.method),
  );
  for (const sink of hub.mcp.streams) {
    sink.push([Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')]);
  }
  expect(await heard.next()).toBe("notifications/tools/list_changed");
  await transport.terminateSession();
  expect(hub.mcp.sessions.size).toBe(0);
});

test("the SDK's client gets plain answers, and answers behind progress", async () => {
  await client.ping();
  const progress = new Inbox<number>();
  const called = client.callTool({ name: "x" }, { onprogress: (update) => progress.add(update.progress) });
  const { message, reply } = await hub.mcp.requests.next();
  const token = message.envelope.metaMembers.find((member) => member.key === "progressToken")?.value;
  reply.notify([
    Buffer.from('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":3,"progressToken":'),
    message.bytes.subarray(token?.start, token?.end),
    Buffer.from("}}"),
  ]);
  expect(await progress.next()).toBe(3);
  reply.send(resultFor(message, { content: [{ type: "text", text: "done" }] }));
  expect(await called).toMatchObject({ content: [{ text: "done" }] });
});
