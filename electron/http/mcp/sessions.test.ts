import { describe, expect, test } from "vitest";
import { type Answer, ask, bytesOf } from "../testing/kit.ts";
import { AUTH, BOTH, errorOf, INITIALIZE, mcpListener, NOTE, PING } from "../testing/mcp-listener.ts";

const hub = mcpListener();
const { openSession, post } = hub;

describe("sessions", () => {
  test("initialize answers with the session's id", async () => {
    const answer = await post(INITIALIZE, {
      "Mcp-Session-Id": "of-another-life",
      "MCP-Protocol-Version": "1999",
    });
    expect({ status: answer.status, type: answer.headers["content-type"], text: answer.text }).toEqual({
      status: 200,
      type: "application/json",
      text: '{"jsonrpc":"2.0","id":1,"result":{"ok":true}}',
    });
    expect(answer.headers["mcp-session-id"]).toBe("session-1");
    expect(answer.headers["content-length"]).toBe(String(answer.text.length));
  });

  test("every other message needs a session", async () => {
    const answers = await Promise.all([
      post(PING),
      post(NOTE),
      post('{"jsonrpc":"2.0","id":1,"result":{}}'),
      ask(hub.port, { path: "/mcp", headers: { ...AUTH, Accept: BOTH } }),
      ask(hub.port, { method: "DELETE", path: "/mcp", headers: AUTH }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400, 400]);
    expect(errorOf(answers[0] as Answer)).toEqual({ id: 7, code: -32600 });
  });

  test("an unknown session, another client's and one of another path are all not found", async () => {
    const session = await openSession();
    const answers = [
      await post(PING, { "Mcp-Session-Id": "made-up" }),
      await post(PING, { ...session, Authorization: "Bearer bob-token" }),
      await post(PING, session, "/mcp/s/files"),
      await ask(hub.port, {
        path: "/mcp",
        headers: { ...AUTH, Accept: "text/event-stream", "Mcp-Session-Id": "x" },
      }),
      await ask(hub.port, {
        method: "DELETE",
        path: "/mcp",
        headers: { ...AUTH, "Mcp-Session-Id": "x" },
      }),
    ];
    expect(answers.map((answer) => [answer.status, errorOf(answer).code])).toEqual(
      Array(5).fill([404, -32001]),
    );
    expect(answers[0]?.text).toContain('"id":7');
    expect(answers[0]?.text).toContain("Session not found");
  });

  test("a session on a server's own path is used there", async () => {
    const session = await openSession("/mcp/s/files");
    expect((await post(PING, session, "/mcp/s/files")).status).toBe(200);
  });

  test("an unknown MCP-Protocol-Version is refused, a known or absent one is fine", async () => {
    const session = await openSession();
    const unknown = await post(PING, { ...session, "MCP-Protocol-Version": "2024-01-01" });
    expect([unknown.status, errorOf(unknown)]).toEqual([400, { id: 7, code: -32600 }]);
    expect(unknown.text).toContain("2025-11-25");
    expect((await post(PING, { ...session, "MCP-Protocol-Version": "2025-06-18" })).status).toBe(200);
    expect((await post(PING, session)).status).toBe(200);
  });

  test("the stateless era's requests are checked by its rules, and need no session", async () => {
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const request = (method: string, params: unknown) => bytesOf({ jsonrpc: "2.0", id: "d", method, params });
    const version = { "MCP-Protocol-Version": "2026-07-28" };
    const table: [string, Buffer, Record<string, string>, number][] = [
      ["no headers", request("tools/list", { _meta: meta }), {}, -32020],
      [
        "another method in the header",
        request("tools/list", { _meta: meta }),
        { ...version, "Mcp-Method": "x" },
        -32020,
      ],
      ["no metadata", request("tools/list", {}), { ...version, "Mcp-Method": "tools/list" }, -32602],
      [
        "no capabilities",
        request("ping", { _meta: { ...meta, "io.modelcontextprotocol/clientCapabilities": undefined } }),
        version,
        -32602,
      ],
      [
        "a version that is not spoken",
        request("ping", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": "2031-01-01" } }),
        { "MCP-Protocol-Version": "2031-01-01", "Mcp-Method": "ping" },
        -32022,
      ],
      ["a bare probe", request("server/discover", {}), {}, -32022],
    ];
    for (const [what, body, headers, code] of table) {
      const answer = await post(body, headers);
      expect([what, answer.status, errorOf(answer)]).toEqual([what, 400, { id: "d", code }]);
    }
    const good = await post(request("ping", { _meta: meta }), { ...version, "Mcp-Method": "ping" });
    expect(good.status).toBe(200);
  });

  test("DELETE ends a session; afterwards it is not found", async () => {
    const session = await openSession();
    const remove = { method: "DELETE", path: "/mcp", headers: { ...AUTH, ...session } };
    expect((await ask(hub.port, remove)).status).toBe(200);
    expect((await ask(hub.port, remove)).status).toBe(404);
    expect((await post(PING, session)).status).toBe(404);
  });

  test("notifications and responses are accepted with an empty 202", async () => {
    const session = await openSession();
    for (const body of [
      NOTE,
      '{"jsonrpc":"2.0","id":3,"result":{}}',
      '{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"no"}}',
    ]) {
      const answer = await post(body, session);
      expect([answer.status, answer.text, answer.headers["content-length"]]).toEqual([202, "", "0"]);
      expect((await hub.mcp.notifications.next()).bytes.toString()).toBe(body);
    }
  });
});
