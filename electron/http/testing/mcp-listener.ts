import { afterEach, beforeEach } from "vitest";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createListener } from "../listener.ts";
import { type Answer, ask, FakeControl, FakeMcp, FakeTimers, optionsWith } from "./kit.ts";

/** What a client needs to be let in. */
export const AUTH = { Authorization: "Bearer alice-token" };
export const BOTH = "application/json, text/event-stream";
export const POST_HEADERS = { ...AUTH, "Content-Type": "application/json", Accept: BOTH };

export const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
export const PING = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
export const CALL = '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}';
/** A notification that every session takes. */
export const NOTE = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** What a server must say for the SDK's client to open a session and listen to it. */
export const greetingOf = (protocolVersion: string) => ({
  protocolVersion,
  capabilities: { tools: { listChanged: true } },
  serverInfo: { name: "fake", version: "1" },
});

/** The id and code of an error that came as an HTTP answer. */
export const errorOf = (answer: Answer): { id: unknown; code: number } => {
  const message = JSON.parse(answer.text) as { id: unknown; error: { code: number } };
  return { id: message.id, code: message.error.code };
};

/** A listener of its own for each test of the file, before a stand-in for the hub that `prepare` may have behave otherwise. */
export function mcpListener(prepare: (mcp: FakeMcp) => void = () => {}) {
  let mcp: FakeMcp;
  let timers: FakeTimers;
  let logged: string[];
  let listener: Listener;
  beforeEach(async () => {
    mcp = new FakeMcp();
    prepare(mcp);
    timers = new FakeTimers();
    logged = [];
    const options = optionsWith(mcp, new FakeControl(), { log: (_level, text) => logged.push(text) });
    listener = await createListener(options, { timers });
  });
  afterEach(async () => {
    await listener.close(0);
  });

  const post = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    path = "/mcp",
  ): Promise<Answer> =>
    ask(listener.port, { method: "POST", path, headers: { ...POST_HEADERS, ...headers }, body });

  return {
    /** The stand-in, and what reached it. */
    get mcp() {
      return mcp;
    },
    get timers() {
      return timers;
    },
    /** The lines of the hub's log. */
    get logged() {
      return logged;
    },
    get listener() {
      return listener;
    },
    get port() {
      return listener.port;
    },
    post,
    /** Initializes; resolves with the header that names the session. */
    async openSession(path?: string, headers?: Record<string, string>): Promise<Record<string, string>> {
      const answer = await post(INITIALIZE, headers, path);
      return { "Mcp-Session-Id": String(answer.headers["mcp-session-id"]) };
    },
  };
}
