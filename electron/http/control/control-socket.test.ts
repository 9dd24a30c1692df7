import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createListener } from "../listener.ts";
import { FakeControl, FakeMcp, FakeTimers, Inbox, optionsWith, RawConnection } from "../testing/kit.ts";

const CHALLENGE = "ab".repeat(32);
const HELLO = JSON.stringify({ hello: "gatehouse-control/1", challenge: CHALLENGE });

let control: FakeControl;
let timers: FakeTimers;
let listener: Listener;

/** A caller that keeps what it is told and how it ended. */
class Caller {
  readonly ws: WebSocket;
  readonly messages = new Inbox<unknown>();
  readonly ended: Promise<number>;

  constructor(headers: Record<string, string> = {}, path = "/control") {
    this.ws = new WebSocket(`ws://127.0.0.1:${String(listener.port)}${path}`, { headers });
    this.ws.on("error", () => {});
    this.ws.on("message", (data) => this.messages.add(JSON.parse(String(data))));
    this.ended = new Promise((resolve) => this.ws.on("close", resolve));
  }

  async opened(): Promise<this> {
    await new Promise((resolve) => this.ws.once("open", resolve));
    return this;
  }

  send(value: unknown): void {
    this.ws.send(typeof value === "string" ? value : JSON.stringify(value));
  }

  async login(credential: unknown = { token: "good-token" }): Promise<unknown> {
    await this.opened();
    this.send(HELLO);
    await this.messages.next();
    this.send(credential);
    return this.messages.next();
  }
}

beforeEach(async () => {
  control = new FakeControl();
  timers = new FakeTimers();
  listener = await createListener(optionsWith(new FakeMcp(), control), { timers });
});

afterEach(async () => {
  await listener.close(0);
});

describe("the control socket", () => {
  test("proves itself, takes a token, and answers calls", async () => {
    const caller = await new Caller({ Origin: "gatehouse://app" }).opened();
    caller.send(HELLO);
    expect(await caller.messages.next()).toEqual({ proof: "proof of abab" });
    caller.send({ token: "good-token" });
    expect(await caller.messages.next()).toEqual({ role: "operator" });
    caller.send({ jsonrpc: "2.0", id: 1, method: "hub.status", params: { a: 1 } });
    expect(await caller.messages.next()).toEqual({
      jsonrpc: "2.0",
      id: 1,
      result: { method: "hub.status", params: { a: 1 } },
    });
    caller.ws.close();
    expect(await control.closed.next()).toBe("operator");
  });

  test("gives a browser that came with a code a token to come back with", async () => {
    const caller = new Caller();
    expect(await caller.login({ code: "good-code" })).toEqual({ role: "viewer", token: "viewer-token" });
    caller.ws.close();
  });

  test("broadcasts to those who have logged in", async () => {
    const caller = new Caller();
    await caller.login();
    control.logins[0]?.emit("serverRemoved", { name: "files" });
    expect(await caller.messages.next()).toEqual({
      jsonrpc: "2.0",
      method: "serverRemoved",
      params: { name: "files" },
    });
    caller.ws.close();
  });

  test.each([{ token: "wrong" }, { code: "used-up" }, { password: "x" }, "not JSON"])(
    "refuses the login %j and closes",
    async (credential) => {
      const caller = new Caller();
      expect(await caller.login(credential)).toEqual({ refused: expect.any(String) });
      expect(await caller.ended).toBe(4401);
      expect(control.logins).toEqual([]);
    },
  );

  test.each([{ token: "good-token" }, { hello: "gatehouse-control/1", challenge: "short" }, "[]"])(
    "refuses the first message %j, so that no token is taken before the proof",
    async (first) => {
      const caller = await new Caller().opened();
      caller.send(first);
      expect(await caller.messages.next()).toEqual({ refused: expect.any(String) });
      expect(await caller.ended).toBe(4401);
    },
  );

  test("a fault of the hub during a login is a refusal without its details", async () => {
    control.login = () => {
      throw new Error("secret detail");
    };
    const caller = new Caller();
    expect(JSON.stringify(await caller.login())).not.toContain("secret");
    expect(await caller.ended).toBe(4401);
  });

  test("closes on a caller that does not log in within 5 seconds, but not on one that has", async () => {
    const stranger = await new Caller().opened();
    const known = new Caller();
    await known.login();
    timers.advance(5_000);
    expect(await stranger.messages.next()).toEqual({ refused: "no login within 5 seconds" });
    expect(await stranger.ended).toBe(4401);
    expect(known.ws.readyState).toBe(WebSocket.OPEN);
    known.ws.close();
  });

  test("takes text only", async () => {
    const caller = await new Caller().opened();
    caller.ws.send(Buffer.from(HELLO));
    expect(await caller.ended).toBe(1003);
  });

  test("turns strangers away when too many have not logged in, until some are gone", async () => {
    const strangers = await Promise.all(Array.from({ length: 32 }, () => new Caller().opened()));
    const late = new Caller();
    const status = await new Promise((resolve) =>
      late.ws.once("unexpected-response", (_req, res) => resolve(res.statusCode)),
    );
    expect(status).toBe(503);
    timers.advance(5_000);
    await Promise.all(strangers.map((stranger) => stranger.ended));
    const next = new Caller();
    expect(await next.login()).toEqual({ role: "operator" });
    next.ws.close();
  });

  test.each([
    [403, { Origin: "https://evil.example" }, "/control"],
    [403, { Origin: "null" }, "/control"],
    [403, { Host: "evil.example" }, "/control"],
    [403, { "Sec-Fetch-Site": "cross-site" }, "/control"],
    [404, {}, "/control?token=good-token"],
    [404, {}, "/mcp"],
  ])("answers %i to a WebSocket with %j at %s", async (status, headers, path) => {
    const caller = new Caller(headers, path);
    const answered = await new Promise((resolve) =>
      caller.ws.once("unexpected-response", (_req, res) => resolve(res.statusCode)),
    );
    expect(answered).toBe(status);
  });

  test("a plain request is told to upgrade", async () => {
    const client = new RawConnection(listener.port);
    client.write(`GET /control HTTP/1.1\r\nHost: 127.0.0.1:${String(listener.port)}\r\n\r\n`);
    await client.expect(/^HTTP\/1\.1 426 /);
    client.socket.destroy();
  });

  test.runIf(process.platform === "linux")("knows the caller's process", async () => {
    const caller = new Caller();
    await caller.login();
    expect(control.logins[0]?.caller.remotePid).toBe(process.pid);
    caller.ws.close();
  });

  test("closing the hub tells the callers and ends their sessions", async () => {
    const caller = new Caller();
    await caller.login();
    const closed = listener.close(5_000);
    expect(await caller.ended).toBe(1001);
    expect(await control.closed.next()).toBe("operator");
    await closed;
  });

  test("answers many calls at once, and goes on reading afterwards", async () => {
    const caller = new Caller();
    await caller.login();
    for (let id = 0; id < 300; id += 1) caller.send({ jsonrpc: "2.0", id, method: "m", params: {} });
    for (let id = 0; id < 300; id += 1) expect(await caller.messages.next()).toMatchObject({ id });
    caller.ws.close();
  });
});
