import type { Client } from "@modelcontextprotocol/client";
import { expect } from "vitest";
import { type FakeMcp, Inbox, resultFor } from "./kit.ts";

/** What is pushed on the sessions' streams reaches the SDK's client. */
export async function expectPushed(client: Client, mcp: FakeMcp): Promise<void> {
  const heard = new Inbox<string>();
  client.setNotificationHandler("notifications/tools/list_changed", ({ method }) => heard.add(method));
  for (const sink of mcp.streams)
    sink.push([Buffer.from('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')]);
  expect(await heard.next()).toBe("notifications/tools/list_changed");
}

/** A call of the SDK's client hears of its progress, and then its result. */
export async function expectProgress(client: Client, mcp: FakeMcp): Promise<void> {
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
}
