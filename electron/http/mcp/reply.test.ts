import { describe, expect, test } from "vitest";
import { RawConnection, rawPost, resultFor } from "../testing/kit.ts";
import { CALL, errorOf, INITIALIZE, mcpListener, PING, POST_HEADERS } from "../testing/mcp-listener.ts";

const hub = mcpListener();
const { openSession, post } = hub;

describe("replies", () => {
  test("a request reaches the endpoint as the bytes that were sent, with its client and scope", async () => {
    const session = await openSession("/mcp/p/work");
    const body =
      '{"jsonrpc":"2.0", "id":12345678901234567890,"method":"tools/call","params":{"name":"x","n":1.10}}';
    const answered = post(body, session, "/mcp/p/work");
    const { message, reply } = await hub.mcp.requests.next();
    reply.send(resultFor(message, 1));
    expect((await answered).text).toBe('{"jsonrpc":"2.0","id":12345678901234567890,"result":1}');
    expect(message.bytes.toString()).toBe(body);
    expect(message).toMatchObject({
      client: { name: "alice" },
      scope: { kind: "profile", name: "work" },
      session: { id: "session-1" },
    });
  });

  test("requests one after the other share a connection", async () => {
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", POST_HEADERS, INITIALIZE));
    await client.expect(/"id":1,"result"/);
    const session = /Mcp-Session-Id: (\S+)/.exec(client.text)?.[1] ?? "";
    for (let id = 10; id < 13; id += 1) {
      const body = `{"jsonrpc":"2.0","id":${String(id)},"method":"ping"}`;
      client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, "Mcp-Session-Id": session }, body));
      await client.expect(new RegExp(`"id":${String(id)},"result"`));
    }
    expect(client.text.match(/HTTP\/1\.1 200/g)).toHaveLength(4);
    client.socket.destroy();
  });

  test("a body that comes in pieces, split inside a character, is put together", async () => {
    const session = await openSession();
    const body = Buffer.from('{"jsonrpc":"2.0","id":"ü","method":"tools/call","params":{"name":"x"}}');
    const head = rawPost(
      hub.port,
      "/mcp",
      { ...POST_HEADERS, ...session, "Content-Length": String(body.length) },
      "",
    );
    const client = new RawConnection(hub.port);
    const cut = body.indexOf(0xc3) + 1;
    client.write(head);
    await new Promise((resolve) => client.socket.write(body.subarray(0, cut), resolve));
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.write(body.subarray(cut));
    const { message } = await hub.mcp.requests.next();
    expect(message.bytes.equals(body)).toBe(true);
    client.socket.destroy();
  });

  test("a large answer arrives whole, in as many pieces as it was given", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    const { reply } = await hub.mcp.requests.next();
    const filler = Buffer.alloc(3_000_000, "x");
    reply.send([Buffer.from('{"jsonrpc":"2.0","id":"a","result":"'), filler, filler, Buffer.from('"}')]);
    const { text, headers } = await answered;
    expect(headers["content-length"]).toBe(String(text.length));
    expect((JSON.parse(text) as { result: string }).result).toHaveLength(6_000_000);
  });

  test("after a notification the answer is an event stream, one data line a message", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    const { message, reply } = await hub.mcp.requests.next();
    reply.notify([Buffer.from('{"jsonrpc":"2.0",\r\n"method":"notifications/progress"}')]);
    reply.send(resultFor(message, "done"));
    const answer = await answered;
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    expect(answer.text.replaceAll(/id: [0-9a-f]{8}\.1-/g, "id: S-")).toBe(
      "id: S-0\nretry: 2000\ndata: \n\n" +
        'id: S-1\ndata: {"jsonrpc":"2.0",  "method":"notifications/progress"}\n\n' +
        'id: S-2\ndata: {"jsonrpc":"2.0","id":"a","result":"done"}\n\n',
    );
  });

  test("a client that takes only JSON gets its answer without the notifications", async () => {
    const session = await openSession();
    const answered = post(CALL, { ...session, Accept: "application/json" });
    const { message, reply } = await hub.mcp.requests.next();
    reply.notify([Buffer.from("{}")]);
    hub.timers.advance(60_000);
    reply.send(resultFor(message, "done"));
    expect((await answered).text).toBe('{"jsonrpc":"2.0","id":"a","result":"done"}');
  });

  test("a client that takes only event streams gets one, also for initialize", async () => {
    const answer = await post(INITIALIZE, { Accept: "text/event-stream" });
    expect(answer.headers).toMatchObject({
      "content-type": "text/event-stream",
      "mcp-session-id": "session-1",
    });
    expect(answer.text).toBe('data: {"jsonrpc":"2.0","id":1,"result":{"ok":true}}\n\n');
  });

  test("an answer that takes 15 seconds becomes a stream that is kept alive every 15 seconds", async () => {
    const session = await openSession();
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await hub.mcp.requests.next();
    hub.timers.advance(15_000);
    await client.expect(/text\/event-stream[\s\S]*: keep-alive\n\n/);
    hub.timers.advance(15_000);
    await client.expect(/(: keep-alive[\s\S]*){2}/);
    reply.send(resultFor(message, "late"));
    await client.expect(/data: .*"late"\}\n\n/);
    client.socket.destroy();
  });

  test("a dropped request ends as a stream without an answer", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    (await hub.mcp.requests.next()).reply.drop();
    expect(await answered).toMatchObject({ status: 200, text: "" });
  });

  test("when the client goes away the request is cancelled, and a late answer goes nowhere", async () => {
    const session = await openSession();
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await hub.mcp.requests.next();
    client.socket.destroy();
    expect(await hub.mcp.cancelled.next()).toBe("tools/call");
    reply.notify([Buffer.from("{}")]);
    reply.send(resultFor(message, 1));
    expect(reply.pendingBytes).toBe(0);
    await new Promise<void>((resolve) => reply.onDrain(resolve));
  });

  test("an answered request is not cancelled when its connection closes", async () => {
    const session = await openSession();
    await post(PING, session);
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    await hub.mcp.requests.next();
    client.socket.destroy();
    expect(await hub.mcp.cancelled.next()).toBe("tools/call");
    expect(hub.mcp.cancelled.size).toBe(0);
  });

  test("a slow reader sees its bytes counted, and the waiting is told when it has caught up", async () => {
    const session = await openSession();
    const client = new RawConnection(hub.port);
    client.socket.pause();
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await hub.mcp.requests.next();
    reply.notify([Buffer.from(`{"x":"${"x".repeat(32_000_000)}"}`)]);
    expect(reply.pendingBytes).toBeGreaterThan(8_000_000);
    const drained = new Promise<void>((resolve) => reply.onDrain(resolve));
    client.socket.resume();
    await drained;
    expect(reply.pendingBytes).toBeLessThan(1_048_576);
    reply.send(resultFor(message, 1));
    await client.expect(/"result":1\}\n\n/);
    client.socket.destroy();
  });

  test("a fault of the endpoint is a 500 without its details, which are logged", async () => {
    const session = await openSession();
    const answer = await post('{"jsonrpc":"2.0","id":9,"method":"explode"}', session);
    expect([answer.status, errorOf(answer)]).toEqual([500, { id: 9, code: -32603 }]);
    expect(answer.text).not.toContain("secret");
    expect(hub.logged.join()).toContain("secret detail");
  });
});
