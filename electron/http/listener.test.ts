import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import type { Listener } from "../hub/ports/endpoint.ts";
import { createListener, type ListenerSurroundings } from "./listener.ts";
import {
  ask,
  FakeControl,
  FakeMcp,
  FakeTimers,
  Inbox,
  optionsWith,
  RawConnection,
  rawPost,
  resultFor,
} from "./testing/kit.ts";

const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize"}';
const CALL = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x"}}';
const HEADERS = {
  Authorization: "Bearer alice-token",
  "Content-Type": "application/json",
  Accept: "application/json, text/event-stream",
};
const hasIpv6Loopback = Object.values(networkInterfaces()).some((list) =>
  list?.some((entry) => entry.address === "::1"),
);

const open: Listener[] = [];
const start = async (
  mcp = new FakeMcp(),
  more: Parameters<typeof optionsWith>[2] = {},
  surroundings: Partial<ListenerSurroundings> = {},
): Promise<Listener> => {
  const listener = await createListener(optionsWith(mcp, new FakeControl(), more), surroundings);
  open.push(listener);
  return listener;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

const sessionOf = async (listener: Listener): Promise<Record<string, string>> => {
  const answer = await ask(listener.port, {
    method: "POST",
    path: "/mcp",
    headers: HEADERS,
    body: INITIALIZE,
  });
  return { "Mcp-Session-Id": String(answer.headers["mcp-session-id"]) };
};

describe("every path", () => {
  const paths = ["/", "/healthz", "/mcp", "/mcp/s/files", "/ui/", "/control", "/metrics", "/nothing"];

  test.each(paths)(
    "%s refuses a wrong Host, a foreign or null Origin, and a cross-site request",
    async (path) => {
      const { port } = await start();
      const statuses: [number, string][] = [];
      for (const headers of [
        { Host: "evil.example" },
        { Host: `evil.example:${String(port)}` },
        { Origin: "https://evil.example" },
        { Origin: "null" },
        { "Sec-Fetch-Site": "cross-site" },
      ]) {
        const answer = await ask(port, { path, headers: { ...HEADERS, ...headers } });
        statuses.push([answer.status, (JSON.parse(answer.text) as { error: string }).error]);
        expect(answer.headers["content-security-policy"]).toBe("frame-ancestors 'none'");
      }
      expect(statuses).toEqual([
        [403, "host_not_allowed"],
        [403, "host_not_allowed"],
        [403, "origin_not_allowed"],
        [403, "origin_not_allowed"],
        [403, "cross_site_request"],
      ]);
    },
  );

  test("refused hosts are reported once, not as often as they knock", async () => {
    const logged: string[] = [];
    const { port } = await start(new FakeMcp(), { log: (_level, message) => logged.push(message) });
    for (let count = 0; count < 3; count += 1) await ask(port, { headers: { Host: "evil.example" } });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain("evil.example");
  });

  test("allowed hosts can be changed while the hub runs", async () => {
    const listener = await start();
    const asked = { path: "/healthz", headers: { Host: "wsl.example:1" } };
    expect((await ask(listener.port, asked)).status).toBe(403);
    listener.setAllowedHosts(["wsl.example"]);
    expect((await ask(listener.port, asked)).status).toBe(200);
  });
});

describe("the small paths", () => {
  test("/healthz answers without a token", async () => {
    const { port } = await start();
    const answer = await ask(port, { path: "/healthz" });
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
  });

  test("/ says what this is and where clients connect", async () => {
    const listener = await start();
    expect((await ask(listener.port, { path: "/" })).text).toContain(listener.url);
    expect(listener.url).toBe(`http://127.0.0.1:${String(listener.port)}/mcp`);
  });

  test("/metrics answers to a control token, and to nothing else", async () => {
    const { port } = await start();
    const good = await ask(port, { path: "/metrics", headers: { authorization: "Bearer good-token" } });
    expect([good.status, good.text]).toEqual([200, "up 1\n"]);
    for (const headers of [{}, { authorization: "Bearer bad-token" }, { authorization: "good-token" }]) {
      const answer = await ask(port, { path: "/metrics", headers });
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        401,
        expect.objectContaining({ error: "unauthorized" }),
      ]);
    }
  });

  test.each(["/nothing", "/.well-known/openid-configuration", "/mcp/.well-known/x", "/register/x"])(
    "%s is not found, in JSON",
    async (path) => {
      const { port } = await start();
      const answer = await ask(port, { path });
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        404,
        expect.objectContaining({ error: "not_found" }),
      ]);
    },
  );

  test("a request target that is a whole URL is not found", async () => {
    const { port } = await start();
    const client = new RawConnection(port);
    client.write(
      `GET http://127.0.0.1:${String(port)}/healthz HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}\r\n\r\n`,
    );
    await client.expect(/^HTTP\/1\.1 404 /);
    client.socket.destroy();
  });

  test("an offer to upgrade to HTTP/2 is ignored", async () => {
    const { port } = await start();
    const client = new RawConnection(port);
    const upgrade = {
      ...HEADERS,
      Connection: "Upgrade, HTTP2-Settings",
      Upgrade: "h2c",
      "HTTP2-Settings": "AAMAAABk",
    };
    client.write(rawPost(port, "/mcp", upgrade, INITIALIZE));
    await client.expect(/^HTTP\/1\.1 200 /);
    client.socket.destroy();
  });
});

describe("the listener", () => {
  test.runIf(hasIpv6Loopback)("is reached over the IPv6 loopback on the same port", async () => {
    const { port } = await start();
    expect((await ask(port, { path: "/healthz", address: "::1" })).status).toBe(200);
  });

  test("refuses a taken port and names its holder", async () => {
    const { port } = await start();
    const second = createListener(optionsWith(new FakeMcp(), new FakeControl(), { port }), {
      findHolder: () => Promise.resolve({ pid: 5, name: "other" }),
    });
    await expect(second).rejects.toMatchObject({
      code: "port_taken",
      message: `port ${String(port)} is taken by other (process 5)`,
    });
  });

  test("a client that takes nothing of what waits for it is cut off", async () => {
    const mcp = new FakeMcp();
    const timers = new FakeTimers();
    const listener = await start(mcp, {}, { timers, stallMilliseconds: 20 });
    const session = await sessionOf(listener);
    const client = new RawConnection(listener.port);
    client.socket.pause();
    client.write(rawPost(listener.port, "/mcp", { ...HEADERS, ...session }, CALL));
    const { reply } = await mcp.requests.next();
    reply.notify([Buffer.alloc(32_000_000, "x")]);
    const gone = new Promise<void>((resolve) => reply.onDrain(resolve));
    timers.advance(5_000);
    await gone;
    expect(reply.pendingBytes).toBe(0);
    client.socket.destroy();
  });

  test("closing waits for answers under way, ends streams, and then closes every connection", async () => {
    const mcp = new FakeMcp();
    const listener = await start(mcp);
    const session = await sessionOf(listener);
    const caller = new RawConnection(listener.port);
    caller.write(rawPost(listener.port, "/mcp", { ...HEADERS, ...session }, CALL));
    const { message, reply } = await mcp.requests.next();
    const watcher = new RawConnection(listener.port);
    const head = rawPost(listener.port, "/mcp", { ...HEADERS, ...session }, "").replace("POST", "GET");
    watcher.write(head.replace(/Content-(Length|Type): .*\r\n/g, ""));
    await mcp.streamChanges.next();
    const idle = new RawConnection(listener.port);
    const health = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${String(listener.port)}\r\n\r\n`;
    idle.write(health);
    await idle.expect(/ok/);

    const events = new Inbox<string>();
    const closed = listener.close(60_000).then(() => events.add("closed"));
    await watcher.expect(/\r\n0\r\n\r\n$/);
    await idle.ended;
    expect(events.size).toBe(0);
    reply.send(resultFor(message, "in time"));
    await closed;
    await Promise.all([caller.ended, watcher.ended]);
    expect(caller.text).toContain('"in time"');
  });

  test("closing does not wait beyond its limit; what is left is cancelled", async () => {
    const mcp = new FakeMcp();
    const timers = new FakeTimers();
    const listener = await start(mcp, {}, { timers });
    const session = await sessionOf(listener);
    const caller = new RawConnection(listener.port);
    caller.write(rawPost(listener.port, "/mcp", { ...HEADERS, ...session }, CALL));
    await mcp.requests.next();
    const closed = listener.close(5_000);
    timers.advance(5_000);
    expect(await mcp.cancelled.next()).toBe("tools/call");
    await closed;
    await caller.ended;
    await expect(ask(listener.port, { path: "/healthz" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
