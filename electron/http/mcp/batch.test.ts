import { describe, expect, test } from "vitest";
import { type Answer, ask, RawConnection, rawPost, resultFor } from "../testing/kit.ts";
import { INITIALIZE, mcpListener, NOTE, PING, POST_HEADERS } from "../testing/mcp-listener.ts";

const hub = mcpListener((mcp) => {
  mcp.revision = "2025-03-26";
});
const { openSession, post } = hub;

const RESPONSE = '{"jsonrpc":"2.0","id":"gatehouse-1","result":{}}';
const call = (id: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "x" } });

const byId = (answer: Answer): Record<string, unknown> =>
  Object.fromEntries(
    (JSON.parse(answer.text) as { id: unknown; result?: unknown; error?: { code: number } }[]).map(
      (message) => [JSON.stringify(message.id), message.result ?? message.error?.code],
    ),
  );

describe("a batch of a 2025-03-26 session", () => {
  test("is taken apart: requests are answered in one array, the rest is told", async () => {
    const session = await openSession();
    const answered = post(`[${PING}, ${NOTE},\n${call("a")},${RESPONSE},${call("b")}]`, session);
    const [first, second] = [await hub.mcp.requests.next(), await hub.mcp.requests.next()];
    expect(first.message.bytes.toString()).toBe(call("a"));
    second.reply.send(resultFor(second.message, 2));
    first.reply.send(resultFor(first.message, 1));
    const answer = await answered;
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(byId(answer)).toEqual({ 7: {}, '"a"': 1, '"b"': 2 });
    expect([
      (await hub.mcp.notifications.next()).bytes.toString(),
      (await hub.mcp.notifications.next()).bytes.toString(),
    ]).toEqual([NOTE, RESPONSE]);
  });

  test("of notifications and responses alone is accepted with an empty 202", async () => {
    const answer = await post(`[${NOTE},${RESPONSE}]`, await openSession());
    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect(hub.mcp.notifications.size).toBe(2);
  });

  test("with a bad member runs the others, and answers that one with an error", async () => {
    const bad = '{"jsonrpc":"2.0","id":8,"method":"ping","method":"ping"}';
    const answer = await post(`[${PING},${bad},1,[${PING}]]`, await openSession());
    const codes = (JSON.parse(answer.text) as { id: unknown; error?: { code: number } }[]).map((message) => [
      message.id,
      message.error?.code,
    ]);
    expect(answer.status).toBe(200);
    expect(codes).toEqual([
      [7, undefined],
      [8, -32600],
      [null, -32600],
      [null, -32600],
    ]);
  });

  test("with nothing but bad members is a 400 that says so of each", async () => {
    const answer = await post("[1,2]", await openSession());
    expect([answer.status, (JSON.parse(answer.text) as unknown[]).length]).toEqual([400, 2]);
  });

  test("with one id twice runs the first only", async () => {
    const answered = post(`[${call("a")},${call("a")}]`, await openSession());
    const { message, reply } = await hub.mcp.requests.next();
    reply.send(resultFor(message, 1));
    const messages = JSON.parse((await answered).text) as { id: unknown; error?: { code: number } }[];
    expect(messages.map((each) => [each.id, each.error?.code])).toEqual([
      ["a", -32600],
      ["a", undefined],
    ]);
    expect(hub.mcp.requests.size).toBe(0);
  });

  test("with a fault of the endpoint in it answers the others", async () => {
    const answer = await post(`[{"jsonrpc":"2.0","id":9,"method":"explode"},${PING}]`, await openSession());
    expect(byId(answer)).toEqual({ 7: {}, 9: -32603 });
    expect(hub.logged.join()).toContain("secret detail");
  });

  test("becomes a stream with one message an event when something is to be said first", async () => {
    const session = await openSession();
    const answered = post(`[${PING},${call("a")}]`, session);
    const { message, reply } = await hub.mcp.requests.next();
    reply.notify([Buffer.from('{"jsonrpc":"2.0","method":"n"}')]);
    reply.send(resultFor(message, 1));
    const { text, headers } = await answered;
    expect(headers["content-type"]).toBe("text/event-stream");
    expect([...text.matchAll(/data: (.*)\n\n/g)].map((match) => match[1])).toEqual([
      '{"jsonrpc":"2.0","id":7,"result":{}}',
      '{"jsonrpc":"2.0","method":"n"}',
      '{"jsonrpc":"2.0","id":"a","result":1}',
    ]);
  });

  test("gives what it has after 15 seconds, and goes on where the connection was lost", async () => {
    const session = await openSession();
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, `[${PING},${call("a")}]`));
    const { message, reply } = await hub.mcp.requests.next();
    hub.timers.advance(15_000);
    await client.expect(/"id":7,"result":\{\}\}\n\n/);
    const id = /id: (\S+)/.exec(client.text)?.[1] ?? "";
    client.socket.destroy();
    await client.ended;
    reply.send(resultFor(message, 1));
    const headers = { ...POST_HEADERS, ...session, Accept: "text/event-stream", "Last-Event-ID": id };
    expect((await ask(hub.port, { path: "/mcp", headers })).text).toContain('"id":"a","result":1');
  });

  test("is answered as a stream where the client takes nothing else", async () => {
    const answer = await post(`[${PING},${PING.replace("7", "8")}]`, {
      ...(await openSession()),
      Accept: "text/event-stream",
    });
    expect(answer.text.match(/^data: \{.*\}$/gm)).toHaveLength(2);
  });

  test("leaves out what was dropped", async () => {
    const answered = post(`[${PING},${call("a")}]`, await openSession());
    (await hub.mcp.requests.next()).reply.drop();
    expect(byId(await answered)).toEqual({ 7: {} });
  });

  test("is given up whole when the client goes away", async () => {
    const session = await openSession();
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, ...session }, `[${call(1)},${call(2)}]`));
    await hub.mcp.requests.next();
    await hub.mcp.requests.next();
    client.socket.destroy();
    expect([await hub.mcp.cancelled.next(), await hub.mcp.cancelled.next()]).toEqual([
      "tools/call",
      "tools/call",
    ]);
  });

  test.each<[string, string, number]>([
    ["nothing", "[]", -32600],
    ["initialize", `[${PING},${INITIALIZE}]`, -32600],
    ["more than 50 messages", `[${Array(51).fill(PING).join()}]`, -32600],
    ["a broken end", `[${PING},`, -32700],
    ["something after it", `[${PING}] x`, -32700],
  ])("with %s is refused before any of it is run", async (_name, body, code) => {
    const answer = await post(body, await openSession());
    expect([answer.status, (JSON.parse(answer.text) as { error: { code: number } }).error.code]).toEqual([
      400,
      code,
    ]);
    expect(hub.mcp.requests.size + hub.mcp.notifications.size).toBe(0);
  });

  test("of 50 messages is run", async () => {
    const pings = Array.from({ length: 50 }, (_, id) => PING.replace("7", String(id)));
    expect(JSON.parse((await post(`[${pings.join()}]`, await openSession())).text)).toHaveLength(50);
  });
});

test("a batch of a newer session is refused, and so is one without a session or a token", async () => {
  const body = `[${PING}]`;
  hub.mcp.revision = "2025-06-18";
  const newer = await post(body, await openSession());
  const none = await post(body);
  const dead = await post(body, { "Mcp-Session-Id": "of-another-life" });
  const tokenless = await ask(hub.port, {
    method: "POST",
    path: "/mcp",
    headers: { "Content-Type": "application/json" },
    body,
  });
  expect([newer.status, none.status, dead.status, tokenless.status]).toEqual([400, 400, 404, 401]);
  expect(newer.text).toContain("one message per request");
});
