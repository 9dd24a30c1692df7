import { describe, expect, it } from "vitest";
import {
  bridge,
  call,
  deletes,
  gets,
  INITIALIZE,
  INITIALIZED,
  modern,
  open,
  posts,
  WELCOME,
} from "./testing/bridge.ts";

const { connect, hubOf } = bridge();

describe("a session", () => {
  it("carries the bytes both ways as they came, with the token, the session and the revision in headers", async () => {
    const hub = await hubOf();
    const client = connect({}, { cwd: "/home/ada/proj" });
    await open(client, hub);
    const request =
      '{"id":12345678901234567890, "jsonrpc":"2.0","method":"tools/call","params":{"name":"t","x":1.10,"é":"\\u00e9"}}';
    client.write(request);
    const got = await hub.next(posts);
    expect(got).toMatchObject({ path: "/mcp", body: request });
    expect(got.headers).toMatchObject({
      authorization: "Bearer gth_secret",
      "mcp-session-id": "s-1",
      "mcp-protocol-version": "2025-06-18",
      "x-gatehouse-project": "/home/ada/proj",
    });
    got.json('{"jsonrpc":"2.0",\n"id":12345678901234567890,"result":{"z":0.10,"a":9007199254740993}}');
    expect(await client.line()).toBe(
      '{"jsonrpc":"2.0", "id":12345678901234567890,"result":{"z":0.10,"a":9007199254740993}}',
    );
  });

  it("has its stream of server messages, whose requests are answered by a POST", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    const stream = await hub.next(gets);
    expect(stream.headers).toMatchObject({ "mcp-session-id": "s-1", accept: "text/event-stream" });
    const send = stream.events();
    send('{"jsonrpc":"2.0","id":7,"method":"roots/list"}', "e-1");
    expect(await client.line()).toContain("roots/list");
    client.write('{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}');
    const answer = await hub.next(posts);
    expect(answer.body).toBe('{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}');
    answer.json("", 202);
  });

  it("goes on with its stream after the last event, also at the next run of the hub", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    const send = (await hub.next(gets)).events();
    send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', "e-1");
    await client.line();
    await hub.kill();
    const next = await hubOf();
    const again = await next.next(gets);
    expect(again.headers).toMatchObject({ "mcp-session-id": "s-1", "last-event-id": "e-1" });
    again.events()('{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}');
    expect(await client.line()).toContain("prompts");
  });

  it("goes on at the next run of the hub, and a request that was not written is sent to that", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    await hub.kill();
    client.write(call("1"));
    const next = await hubOf();
    const got = await next.next(posts);
    expect(got.headers["mcp-session-id"]).toBe("s-1");
    got.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(hub.received.filter(({ body }) => body === call("1"))).toEqual([]);
  });

  it("answers a request in flight at a hub's death with an error that says so, and never repeats it", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    client.write(call('"a"'));
    await hub.next(posts);
    client.write(call('"b"'));
    (await hub.next(posts)).events()('{"jsonrpc":"2.0","method":"notifications/progress"}');
    expect(await client.line()).toContain("progress");
    await hub.kill();
    const errors = [await client.line(), await client.line()].map((line) => JSON.parse(line));
    expect(errors.map(({ id }) => id).sort()).toEqual(["a", "b"]);
    expect(errors[0].error).toMatchObject({ code: -32000, data: { code: "hub_not_running" } });
    expect(errors[0].error.message).toMatch(/ended before it answered.*not repeated/);
    const next = await hubOf();
    client.write(call('"c"'));
    const got = await next.next(posts);
    expect(got.body).toBe(call('"c"'));
    got.json('{"jsonrpc":"2.0","id":"c","result":{}}');
    await client.line();
    expect(next.received.filter(posts)).toHaveLength(1);
  });

  it("comes back for the rest of an answer whose connection broke while the hub lives on", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    (await hub.next(gets)).events();
    client.write(call("1"));
    const got = await hub.next(posts);
    got.events()('{"jsonrpc":"2.0","method":"notifications/progress"}', "p-1");
    await client.line();
    got.res.destroy();
    const rest = await hub.next(gets);
    expect(rest.headers["last-event-id"]).toBe("p-1");
    rest.events()('{"jsonrpc":"2.0","id":1,"result":{"late":true}}', "p-2");
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{"late":true}}');
    rest.res.end();
  });

  it("sends what a closing hub refuses to the next one", async () => {
    let refused = (): void => {};
    const isRefused = new Promise<void>((resolve) => {
      refused = resolve;
    });
    const hub = await hubOf({
      handle: ({ body, json }) => {
        if (body !== call("1")) return false;
        json('{"code":"closing"}', 503, { Connection: "close" });
        refused();
        return true;
      },
    });
    const client = connect();
    await open(client, hub);
    client.write(call("1"));
    await isRefused;
    await hub.kill();
    const next = await hubOf();
    (await next.next(posts)).json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toContain("result");
  });

  it("is opened anew, unseen, when the hub does not know it any more", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    (await hub.next(gets)).events();
    client.write(call("1"));
    const lost = '{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Session not found"}}';
    (await hub.next(posts)).json(lost, 404);
    const initialize = await hub.next(posts);
    expect(initialize.body).toBe(INITIALIZE);
    initialize.json(WELCOME, 200, { "Mcp-Session-Id": "s-2" });
    const initialized = await hub.next(posts);
    expect([initialized.body, initialized.headers["mcp-session-id"]]).toEqual([INITIALIZED, "s-2"]);
    initialized.json("", 202);
    const again = await hub.next(posts);
    expect([again.body, again.headers["mcp-session-id"]]).toEqual([call("1"), "s-2"]);
    again.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect((await hub.next(gets)).headers["mcp-session-id"]).toBe("s-2");
  });

  it("passes a cancellation on after the request, and one of a request that was never written ends it here", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    client.write(call("1"));
    const first = await hub.next(posts);
    const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    client.write(cancelled);
    const notice = await hub.next(posts);
    expect(notice.body).toBe(cancelled);
    notice.json("", 202);
    first.events();
    first.res.end();
    await hub.kill();
    client.write(call("2"));
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}');
    client.write(call("3"));
    const next = await hubOf();
    const got = await next.next(posts);
    expect(got.body).toBe(call("3"));
    got.json('{"jsonrpc":"2.0","id":3,"result":{}}');
    expect(await client.line()).toContain('"id":3');
    expect(client.lines).toEqual([]);
  });

  it("passes a batch on whole, and its answers", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    const batch = `[${call("1")},${INITIALIZED},${call("2")}]`;
    client.write(batch);
    const got = await hub.next(posts);
    expect(got.body).toBe(batch);
    got.json('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]');
    expect(await client.line()).toMatch(/^\[.*"id":2/);
    client.write(batch);
    await hub.next(posts);
    await hub.kill();
    const errors = [JSON.parse(await client.line()), JSON.parse(await client.line())];
    expect(errors.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("is ended at the hub when the client closes its end, after the answers under way", async () => {
    const hub = await hubOf({ handle: () => false });
    const client = connect();
    await open(client, hub);
    client.write(call("1"));
    const got = await hub.next(posts);
    client.input.end();
    got.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    const end = await hub.next(deletes);
    expect(end.headers["mcp-session-id"]).toBe("s-1");
    end.json("");
    expect(await client.ended).toBe(0);
    expect(client.lines).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}']);
  });

  it("waits for no answer when a signal ends it", async () => {
    const hub = await hubOf();
    const client = connect();
    await open(client, hub);
    client.write(call("1"));
    await hub.next(posts);
    client.signal();
    expect(await client.ended).toBe(0);
    expect(client.lines).toEqual([]);
  });
});

it("every connection is proven before it is used, and used again", async () => {
  const hub = await hubOf();
  const client = connect();
  for (const id of ["1", "2", "3"]) {
    client.write(modern(id, "tools/list"));
    (await hub.next()).json(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    await client.line();
  }
  expect(hub.connections()).toBe(1);
});
