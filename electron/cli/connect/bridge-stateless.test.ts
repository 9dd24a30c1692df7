import { describe, expect, it } from "vitest";
import { bridge, modern } from "./testing/bridge.ts";

const { connect, hubOf } = bridge();

describe("the stateless era", () => {
  it("has the headers of its requests made here, and no session", async () => {
    const hub = await hubOf();
    const client = connect({ server: "files" });
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    expect(got).toMatchObject({ method: "POST", path: "/mcp/s/files", body: modern("1", "tools/call") });
    expect(got.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "=?base64?Z3LDtsOfZQ==?=",
      "gatehouse-bridge": "stdio",
    });
    expect(got.headers).not.toHaveProperty("mcp-session-id");
    got.json('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}');
    expect(await client.line()).toContain("complete");
  });

  it("cancels by closing the answer's stream, and the client gets no answer", async () => {
    const hub = await hubOf();
    const client = connect();
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    const closed = new Promise((resolve) => got.res.on("close", resolve));
    got.events()('{"jsonrpc":"2.0","method":"notifications/progress"}');
    await client.line();
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
    await closed;
    client.write(modern("2", "tools/list"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":2,"result":{}}');
    expect(await client.line()).toContain('"id":2');
    expect(hub.received).toHaveLength(2);
  });

  it("opens a listen stream again at the next run of the hub, acknowledged once for the client", async () => {
    const hub = await hubOf();
    const client = connect();
    const listen = modern('"l"', "subscriptions/listen", ',"notifications":{}');
    const acknowledged = '{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}';
    client.write(listen);
    (await hub.next()).events()(acknowledged);
    expect(await client.line()).toBe(acknowledged);
    await hub.kill();
    const next = await hubOf();
    const again = await next.next();
    expect(again.body).toBe(listen);
    const send = again.events();
    send(acknowledged);
    send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    expect(await client.line()).toContain("list_changed");
    const closed = new Promise((resolve) => again.res.on("close", resolve));
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}');
    await closed;
  });

  it("goes on at the next run of the hub when one has closed a listen stream in order", async () => {
    const hub = await hubOf();
    const client = connect();
    const acknowledged = '{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}';
    client.write(modern('"l"', "subscriptions/listen", ',"notifications":{}'));
    const first = await hub.next();
    first.events()(acknowledged);
    expect(await client.line()).toBe(acknowledged);
    first.res.end('data: {"jsonrpc":"2.0","id":"l","result":{"resultType":"complete","_meta":{}}}\n\n');
    const send = (await hub.next()).events();
    send(acknowledged);
    send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    expect(await client.line()).toContain("list_changed");
    expect(client.lines).toEqual([]);
  });

  it("tells of an acknowledgement that came only at the second try, and of a refusal to go on", async () => {
    const hub = await hubOf();
    const client = connect();
    const acknowledged = '{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}';
    client.write(modern('"l"', "subscriptions/listen", ',"notifications":{}'));
    const first = await hub.next();
    first.events();
    first.res.end();
    const second = await hub.next();
    second.events()(acknowledged);
    expect(await client.line()).toBe(acknowledged);
    second.res.end();
    const refusal = '{"jsonrpc":"2.0","id":"l","error":{"code":-32602,"message":"no"}}';
    (await hub.next()).json(refusal, 400);
    expect(await client.line()).toBe(refusal);
  });

  it("passes refusals on under the request's own id", async () => {
    const hub = await hubOf();
    const client = connect();
    client.write(modern("1", "nothing/such"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}', 404);
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}');
    client.write(modern("2", "tools/list"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":null,"error":{"code":-32020,"message":"header"}}', 400);
    expect(JSON.parse(await client.line())).toEqual({
      jsonrpc: "2.0",
      id: 2,
      error: { code: -32020, message: "header" },
    });
    client.write(modern("3", "tools/list"));
    (await hub.next()).res.writeHead(500).end("<html>");
    expect(JSON.parse(await client.line())).toMatchObject({ id: 3, error: { message: /500/ } });
  });
});
