import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createListener } from "../listener.ts";
import { FakeControl, FakeMcp, Inbox, optionsWith, resultFor } from "../testing/kit.ts";

let mcp: FakeMcp;
let listener: Listener;
let client: Client;
let transport: StreamableHTTPClientTransport;

beforeEach(async () => {
  mcp = new FakeMcp();
  mcp.initializeResult = {
    protocolVersion: "2025-11-25",
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: "fake", version: "1" },
  };
  listener = await createListener(optionsWith(mcp, new FakeControl()));
  client = new Client({ name: "test", version: "1" });
  transport = new StreamableHTTPClientTransport(new URL(listener.url), {
    requestInit: { headers: { Authorization: "Bearer alice-token" } },
  });
  await client.connect(transport);
});

afterEach(async () => {
  await client.close();
  await listener.close(0);
});

test("the SDK's client opens a session and its stream, and hears what is pushed", async () => {
  expect((await mcp.notifications.next()).envelope.method).toBe("notifications/initialized");
  await mcp.streamChanges.next();
  const heard = new Inbox<string>();
  client.setNotificationHandler("notifications/tools/list_changed", (notification) =>
    heard.add(notification.method),
  );
  for (const sink of mcp.streams) {
    sink.push([Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')]);
  }
  expect(await heard.next()).toBe("notifications/tools/list_changed");
  await transport.terminateSession();
  expect(mcp.sessions.size).toBe(0);
});

test("the SDK's client gets plain answers, and answers behind progress", async () => {
  await client.ping();
  const progress = new Inbox<number>();
  const called = client.callTool({ name: "x" }, { onprogress: (update) => progress.add(update.progress) });
  const { message, reply } = await mcp.requests.next();
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
