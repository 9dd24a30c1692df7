import { expect } from "vitest";
import type { Message } from "../lib/mcp-client.ts";
import { type Expectation, spoken, told } from "./expectation.ts";
import { SessionClient } from "./session-client.ts";

const request = (id: number | string, method: string, params: object = {}): object => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});
const tool = (id: number | string, name: string, more: object = {}): object =>
  request(id, "tools/call", { name, arguments: {}, ...more });

/** The answers of a batch, by id. */
const byId = (messages: readonly Message[]): Map<unknown, Message> =>
  new Map(
    messages
      .flat()
      .filter(({ method }) => method === undefined)
      .map((message) => [message.id, message]),
  );

/** What 2025-03-26 alone has: several messages in one POST. */
export const batches: readonly Expectation[] = [
  {
    it: "requests of one batch are answered each, a faulty one among them, with what they tell meanwhile",
    check: async ({ client }) => {
      if (!(client instanceof SessionClient)) throw new Error("batches are of the session era");
      const { status, messages } = await client.http.post([
        tool(1, "test_simple_text"),
        { jsonrpc: "2.0", method: "notifications/initialized" },
        tool("progress", "test_tool_with_progress", { _meta: { progressToken: "batched" } }),
        request("1", "prompts/list"),
        tool(2, "no_such_tool"),
        { jsonrpc: "2.0", id: 3 },
        request(4, "ping"),
      ]);
      expect(status).toBe(200);
      const answers = byId(messages);
      expect(answers.get(1)?.result.content[0].text).toContain("simple text");
      expect(answers.get("1")?.result.prompts.length).toBeGreaterThan(0);
      expect(answers.get(2)?.error?.code).toBe(-32602);
      expect(answers.get(3)?.error?.code).toBe(-32600);
      expect(answers.get(4)?.result).toEqual({});
      expect(answers.get("progress")?.result.content[0].text).toContain("token");
      const progress = told(messages.flat(), "notifications/progress");
      expect(progress.map(({ params }) => [params.progressToken, params.progress])).toEqual([
        ["batched", 0],
        ["batched", 50],
        ["batched", 100],
      ]);
    },
    ruledOut: [
      {
        when: spoken("2024-11-05"),
        because: "batches came with 2025-03-26; the endpoint pair takes one message a POST",
      },
      {
        when: spoken("2025-06-18", "2025-11-25", "2026-07-28"),
        because: "batches are gone from 2025-06-18 on",
        instead: async ({ client }) => {
          const { status } = await client.post([tool(1, "test_simple_text")]);
          expect(status).toBe(400);
        },
      },
    ],
  },
  {
    it: "a batch of notifications alone is accepted and answered by nothing",
    check: async ({ client }) => {
      const { status, text } = await client.post([
        { jsonrpc: "2.0", method: "notifications/initialized" },
        { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
      ]);
      expect([status, text]).toEqual([202, ""]);
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-06-18", "2025-11-25", "2026-07-28"),
        because: "batches are of 2025-03-26 alone",
      },
    ],
  },
  {
    it: "a call of a batch is cancelled, and the rest of the batch is answered",
    check: async ({ client }) => {
      if (!(client instanceof SessionClient)) throw new Error("batches are of the session era");
      const begun = Promise.withResolvers<void>();
      const answered = client.http.post(
        [tool(1, "test_wait_for_cancel", { _meta: { progressToken: 1 } }), tool(2, "test_simple_text")],
        { onMessage: ({ method }) => method === "notifications/progress" && begun.resolve() },
      );
      await begun.promise;
      await client.http.notify("notifications/cancelled", { requestId: 1 });
      const answers = byId((await answered).messages);
      expect([...answers.keys()]).toEqual([2]);
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-06-18", "2025-11-25", "2026-07-28"),
        because: "batches are of 2025-03-26 alone",
      },
    ],
  },
];
