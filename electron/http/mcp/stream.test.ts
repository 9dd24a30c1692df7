import { describe, expect, test } from "vitest";
import { ask, type RawConnection, rawGet } from "../testing/kit.ts";
import { AUTH, mcpListener } from "../testing/mcp-listener.ts";

const hub = mcpListener();
const { openSession } = hub;

describe("the GET stream", () => {
  const openStream = (session: Record<string, string>): RawConnection =>
    rawGet(hub.port, "/mcp", { ...AUTH, ...session, Accept: "text/event-stream" });

  test("needs a client that accepts event streams", async () => {
    const session = await openSession();
    for (const headers of [{ Accept: "application/json" }, {}]) {
      const answer = await ask(hub.port, { path: "/mcp", headers: { ...AUTH, ...session, ...headers } });
      expect(answer.status).toBe(406);
    }
  });

  test("starts at once, carries pushed messages on one line each, and is kept alive", async () => {
    const client = openStream(await openSession());
    await client.expect(/^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*: keep-alive\n\n/);
    await hub.mcp.streamChanges.next();
    for (const sink of hub.mcp.streams) sink.push([Buffer.from('{"a":'), Buffer.from("\n1}")]);
    await client.expect(/data: \{"a": 1\}\n\n/);
    hub.timers.advance(15_000);
    await client.expect(/(: keep-alive[\s\S]*){2}/);
    client.socket.destroy();
    expect(await hub.mcp.streamChanges.next()).toBe(0);
  });

  test("can be opened several times in one session", async () => {
    const session = await openSession();
    const clients = [openStream(session), openStream(session)];
    await hub.mcp.streamChanges.next();
    expect(await hub.mcp.streamChanges.next()).toBe(2);
    for (const client of clients) client.socket.destroy();
  });

  test("ends with its session", async () => {
    const session = await openSession();
    const client = openStream(session);
    await hub.mcp.streamChanges.next();
    await ask(hub.port, { method: "DELETE", path: "/mcp", headers: { ...AUTH, ...session } });
    await client.expect(/\r\n0\r\n\r\n$/);
    client.socket.destroy();
  });
});
