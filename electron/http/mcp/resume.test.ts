import { describe, expect, test } from "vitest";
import type { Reply } from "../../hub/ports/endpoint.ts";
import { type Answer, ask, RawConnection, rawGet, rawPost, resultFor } from "../testing/kit.ts";
import { AUTH, CALL, mcpListener, POST_HEADERS } from "../testing/mcp-listener.ts";

const hub = mcpListener();

type Headers = Record<string, string>;

const openSession = async (auth: Headers = AUTH): Promise<Headers> => ({
  ...auth,
  ...(await hub.openSession("/mcp", auth)),
});

const openStream = (session: Headers, lastEventId?: string): RawConnection =>
  rawGet(hub.port, "/mcp", {
    ...session,
    Accept: "text/event-stream",
    ...(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId }),
  });

const call = async (
  session: Headers,
): Promise<{ client: RawConnection; reply: Reply; answer: Uint8Array[] }> => {
  const client = new RawConnection(hub.port);
  client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
  const { message, reply } = await hub.mcp.requests.next();
  return { client, reply, answer: resultFor(message, "done") };
};

const note = (n: number): Uint8Array[] => [Buffer.from(`{"jsonrpc":"2.0","method":"n","params":{"n":${n}}}`)];
const ids = (text: string): string[] => [...text.matchAll(/^id: (\S+)$/gm)].map((match) => match[1] ?? "");
const notes = (text: string): number[] => [...text.matchAll(/"n":(\d+)/g)].map((match) => Number(match[1]));
const cut = async (client: RawConnection): Promise<void> => {
  client.socket.destroy();
  await client.ended;
};

/** Cuts a client's connection, and waits until the listener has noticed. */
const cutCall = async (client: RawConnection, reply: Reply): Promise<void> => {
  client.socket.pause();
  reply.notify([Buffer.from(`{"x":"${"x".repeat(32_000_000)}"}`)]);
  const gone = new Promise<void>((resolve) => reply.onDrain(resolve));
  await cut(client);
  await gone;
};

const get = (session: Headers, lastEventId: string): Promise<Answer> =>
  ask(hub.port, {
    path: "/mcp",
    headers: { ...session, Accept: "text/event-stream", "Last-Event-ID": lastEventId },
  });

describe("an answer whose connection was lost", () => {
  test("is kept, and given with all that was missed to the client that comes back", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    reply.notify(note(1));
    reply.notify(note(2));
    await client.expect(/"n":2/);
    const [, first = ""] = ids(client.text);
    await cutCall(client, reply);
    reply.notify(note(3));
    reply.send(answer);
    const resumed = await get(session, first);
    expect(notes(resumed.text)).toEqual([2, 3]);
    expect(resumed.text).toMatch(/data: \{"jsonrpc":"2\.0","id":"a","result":"done"\}\n\n$/);
    expect(new Set(ids(resumed.text)).size).toBe(ids(resumed.text).length);
    expect(hub.mcp.cancelled.size).toBe(0);
  });

  test("comes on the new connection when the client is back before it", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    hub.timers.advance(15_000);
    await client.expect(/: keep-alive/);
    const [primed = ""] = ids(client.text);
    await cutCall(client, reply);
    const again = openStream(session, primed);
    await again.expect(/text\/event-stream/);
    reply.notify(note(5));
    await again.expect(/"n":5/);
    hub.timers.advance(15_000);
    await again.expect(/: keep-alive/);
    reply.send(answer);
    await again.expect(/"result":"done"\}\n\n\r\n0\r\n\r\n$/);
    await cut(again);
  });

  test("is taken over from a connection that only the client knows to be dead", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    reply.notify(note(1));
    await client.expect(/"n":1/);
    const again = openStream(session, ids(client.text)[0]);
    await again.expect(/"n":1/);
    await client.ended;
    reply.send(answer);
    await again.expect(/"result":"done"/);
    await cut(again);
  });

  test("is not kept where the client never saw an id: the request is given up", async () => {
    const session = await openSession();
    const { client } = await call(session);
    await cut(client);
    expect(await hub.mcp.cancelled.next()).toBe("tools/call");
  });

  test("has no first event without data for clients before 2025-11-25, but ids", async () => {
    hub.mcp.revision = "2025-06-18";
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    hub.timers.advance(15_000);
    await client.expect(/: keep-alive/);
    expect(ids(client.text)).toEqual([]);
    reply.notify(note(1));
    await client.expect(/"n":1/);
    const [seen = ""] = ids(client.text);
    await cutCall(client, reply);
    reply.send(answer);
    expect((await get(session, seen)).text).toContain('"result":"done"');
  });

  test("that was given already can be had again; with nothing left the client is told to stop asking", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    reply.notify(note(1));
    reply.send(answer);
    await client.expect(/"result":"done"/);
    const [, first = "", last = ""] = ids(client.text);
    await cut(client);
    expect((await get(session, first)).text).toContain('"result":"done"');
    const over = await get(session, last);
    expect([over.status, over.headers.allow]).toEqual([405, "GET, POST, DELETE"]);
  });

  test("that was dropped ends the wait", async () => {
    const session = await openSession();
    const { client, reply } = await call(session);
    reply.notify(note(1));
    await client.expect(/"n":1/);
    const [, first = ""] = ids(client.text);
    await cutCall(client, reply);
    reply.drop();
    const { status } = await get(session, first);
    expect(status).toBe(405);
  });

  test("that is too large to be kept is an error instead, with the request's id", async () => {
    const session = await openSession();
    const { client, reply } = await call(session);
    reply.notify(note(1));
    await client.expect(/"n":1/);
    const [, first = ""] = ids(client.text);
    await cutCall(client, reply);
    reply.send([Buffer.from(`{"jsonrpc":"2.0","id":"a","result":"${"x".repeat(5_000_000)}"}`)]);
    const { text } = await get(session, first);
    expect(text).toContain('{"jsonrpc":"2.0","id":"a","error":{"code":-32014');
    expect(text.length).toBeLessThan(1_000);
  });
});

describe("the GET stream", () => {
  test("goes on as the same stream, with what was sent into the void", async () => {
    const session = await openSession();
    const first = openStream(session);
    await hub.mcp.streamChanges.next();
    const push = (n: number): void => {
      for (const sink of hub.mcp.streams) sink.push(note(n));
    };
    push(1);
    push(2);
    await first.expect(/"n":2/);
    const [, one = ""] = ids(first.text);
    const second = openStream(session, one);
    await second.expect(/"n":2/);
    await first.ended;
    await hub.mcp.streamChanges.next();
    expect(await hub.mcp.streamChanges.next()).toBe(1);
    push(3);
    await second.expect(/"n":3/);
    expect(notes(second.text)).toEqual([2, 3]);
    expect(ids(second.text).map((id) => id.slice(id.lastIndexOf("-")))).toEqual(["-2", "-3"]);
    await cut(second);
  });

  test.each(["of-another-life-7", "0000abcd.1-3", "", "x".repeat(5_000)])(
    "starts afresh for an id that is not known",
    async (id) => {
      const session = await openSession();
      const client = openStream(session, id);
      expect(await hub.mcp.streamChanges.next()).toBe(1);
      await client.expect(/: keep-alive[\s\S]*id: /);
      await cut(client);
    },
  );

  test("never tells a session what another was sent", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    reply.notify(note(1));
    reply.send(answer);
    await client.expect(/"result":"done"/);
    const [primed = ""] = ids(client.text);
    await cut(client);
    for (const auth of [AUTH, { Authorization: "Bearer bob-token" }]) {
      const foreign = await openSession(auth);
      const other = openStream(foreign, primed);
      await hub.mcp.streamChanges.next();
      await other.expect(/: keep-alive[\s\S]*id: /);
      expect(other.text).not.toContain("done");
      await cut(other);
      await hub.mcp.streamChanges.next();
    }
    const stolen = await get({ ...session, Authorization: "Bearer bob-token" }, primed);
    const anonymous = await get({ "Mcp-Session-Id": session["Mcp-Session-Id"] ?? "" }, primed);
    expect([stolen.status, anonymous.status]).toEqual([404, 401]);
  });

  test("has forgotten everything when the session was ended", async () => {
    const session = await openSession();
    const { client, reply, answer } = await call(session);
    reply.notify(note(1));
    reply.send(answer);
    await client.expect(/"result":"done"/);
    await ask(hub.port, { method: "DELETE", path: "/mcp", headers: session });
    expect((await get(session, ids(client.text)[0] ?? "")).status).toBe(404);
    await cut(client);
  });
});
