import { connect, createServer, type Server, type Socket } from "node:net";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createListener } from "../listener.ts";
import { FakeControl, FakeMcp, Inbox, optionsWith, resultFor } from "../testing/kit.ts";
import { AUTH, greetingOf } from "../testing/mcp-listener.ts";

let mcp: FakeMcp;
let listener: Listener;
let between: Server;
const sockets = new Set<Socket>();

/** Ends every connection that runs through the go-between, on both sides. */
const cutAll = (): void => {
  for (const socket of sockets) socket.destroy();
};

beforeEach(async () => {
  mcp = new FakeMcp();
  mcp.initializeResult = greetingOf("2025-11-25");
  between = createServer((near) => {
    const far = connect(listener.port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  const address = between.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const options = optionsWith(mcp, new FakeControl(), { allowedHosts: [`127.0.0.1:${String(port)}`] });
  listener = await createListener(options);
  client = new Client({ name: "test", version: "1" });
  const url = new URL(`http://127.0.0.1:${String(port)}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: AUTH } }));
});
let client: Client;

afterEach(async () => {
  await client.close();
  cutAll();
  await new Promise((resolve) => between.close(resolve));
  await listener.close(0);
});

test("the SDK's client gets its answer, and what it was told meanwhile, over a cut of all its connections", async () => {
  expect(await mcp.streamChanges.next()).toBe(1);
  const heard = new Inbox<string>();
  client.setNotificationHandler("notifications/tools/list_changed", ({ method }) => heard.add(method));
  const progress = new Inbox<number>();
  const called = client.callTool({ name: "x" }, { onprogress: (update) => progress.add(update.progress) });
  const { message, reply } = await mcp.requests.next();
  const token = message.envelope.metaMembers.find((member) => member.key === "progressToken")?.value;
  const tell = (amount: number): void =>
    reply.notify([
      Buffer.from(
        `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":${String(amount)},"progressToken":`,
      ),
      message.bytes.subarray(token?.start, token?.end),
      Buffer.from("}}"),
    ]);
  tell(1);
  expect(await progress.next()).toBe(1);
  cutAll();
  expect(await mcp.streamChanges.next()).toBe(0);
  tell(2);
  reply.send(resultFor(message, { content: [{ type: "text", text: "done" }] }));
  expect(await called).toMatchObject({ content: [{ text: "done" }] });
  expect(await progress.next()).toBe(2);
  expect(await mcp.streamChanges.next()).toBe(1);
  for (const sink of mcp.streams)
    sink.push([Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')]);
  expect(await heard.next()).toBe("notifications/tools/list_changed");
});
