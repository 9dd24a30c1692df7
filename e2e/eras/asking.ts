import { expect } from "vitest";
import type { Answers } from "./client.ts";
import {
  ANSWERS,
  call,
  type Exception,
  type Expectation,
  type Scene,
  spoken,
  textOf,
} from "./expectation.ts";

const SAMPLED: Answers = { "sampling/createMessage": ANSWERS["sampling/createMessage"] ?? (() => ({})) };

/** A tool that needs what the client cannot have declared fails, and nothing is asked. */
const failsUnasked =
  (tool: string, args: object = {}) =>
  async ({ client }: Scene): Promise<void> => {
    const { answer, asked } = await call(client, tool, args);
    expect(asked.filter(({ method }) => method === "elicitation/create")).toEqual([]);
    expect(answer.error !== undefined || answer.result?.isError === true).toBe(true);
  };

const noForms = (tool: string, args?: object): Exception => ({
  when: spoken("2024-11-05", "2025-03-26"),
  because: "elicitation came with 2025-06-18: such a client cannot declare it",
  instead: failsUnasked(tool, args),
});

/** Sampling, elicitation and roots: what a server asks of its client, as a request or as a round. */
export const asking: readonly Expectation[] = [
  {
    it: "a server samples the client's model during a call",
    check: async ({ client }) => {
      const exchange = await call(client, "test_sampling", { prompt: "capital of France?" });
      expect(textOf(exchange)).toBe("LLM response: Paris");
      expect(exchange.asked).toMatchObject([
        {
          method: "sampling/createMessage",
          params: { maxTokens: 100, messages: [{ role: "user", content: { text: "capital of France?" } }] },
        },
      ]);
    },
  },
  {
    it: "a server elicits a form during a call",
    check: async ({ client }) => {
      const exchange = await call(client, "test_elicitation", { message: "Who are you?" });
      expect(textOf(exchange)).toContain("action=accept");
      expect(textOf(exchange)).toContain('"username":"username 1"');
      expect(exchange.asked).toMatchObject([
        {
          method: "elicitation/create",
          params: { message: "Who are you?", requestedSchema: { required: ["username", "email"] } },
        },
      ]);
    },
    ruledOut: [noForms("test_elicitation", { message: "Who are you?" })],
  },
  {
    it: "a form's defaults and choices come word for word",
    check: async ({ client }) => {
      const { asked } = await call(client, "test_elicitation_sep1330_enums");
      expect(asked[0]?.params.requestedSchema).toMatchObject({
        properties: {
          legacyEnum: { enumNames: ["Option One", "Option Two", "Option Three"] },
          titledMulti: { maxItems: 3, items: { anyOf: [{ const: "value1", title: "First" }, {}, {}] } },
        },
      });
    },
    ruledOut: [noForms("test_elicitation_sep1330_enums")],
  },
  {
    it: "a declined form is declined at the server",
    check: async ({ another }) => {
      const client = await another({ ...ANSWERS, "elicitation/create": () => ({ action: "decline" }) });
      expect(textOf(await call(client, "test_elicitation", { message: "?" }))).toContain("action=decline");
    },
    ruledOut: [noForms("test_elicitation", { message: "?" })],
  },
  {
    it: "a server asks the person to visit a page",
    check: async ({ client }) => {
      const exchange = await call(client, "test_elicitation_url");
      expect(textOf(exchange)).toContain("action=accept");
      expect(exchange.asked).toMatchObject([
        {
          method: "elicitation/create",
          params: { mode: "url", url: "https://example.com/sign-in?state=1" },
        },
      ]);
      if (client.era === "session")
        expect(exchange.asked[0]?.params).toHaveProperty("elicitationId", expect.any(String));
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26", "2025-06-18"),
        because: "the URL mode came with 2025-11-25: such a client cannot declare it",
        instead: failsUnasked("test_elicitation_url"),
      },
    ],
  },
  {
    it: "a server asks for the client's roots during a call",
    check: async ({ client }) => {
      const exchange = await call(client, "test_input_required_result_list_roots");
      expect(textOf(exchange)).toBe("1 root(s): file:///home/test");
      expect(exchange.asked.map(({ method }) => method)).toEqual(["roots/list"]);
    },
  },
  {
    it: "several questions at once are all answered",
    check: async ({ client }) => {
      const exchange = await call(client, "test_input_required_result_multiple_inputs");
      expect(textOf(exchange)).toMatch(/^Paris name \d, 1 root\(s\)$/);
      expect(exchange.asked.map(({ method }) => method).sort()).toEqual([
        "elicitation/create",
        "roots/list",
        "sampling/createMessage",
      ]);
    },
    ruledOut: [noForms("test_input_required_result_multiple_inputs")],
  },
  {
    it: "questions one after the other are answered, round by round",
    check: async ({ client }) => {
      const exchange = await call(client, "test_input_required_result_multi_round");
      expect(textOf(exchange)).toBe("name 1 likes color 2");
    },
    ruledOut: [noForms("test_input_required_result_multi_round")],
  },
  {
    it: "a server's state comes back to it whole",
    check: async ({ client }) => {
      const exchange = await call(client, "test_input_required_result_request_state");
      expect(textOf(exchange)).toContain("state-ok");
    },
    ruledOut: [noForms("test_input_required_result_request_state")],
  },
  {
    it: "a prompt asks before it is got",
    check: async ({ client }) => {
      const { answer } = await client.request("prompts/get", { name: "test_input_required_result_prompt" });
      expect(answer.result.messages[0].content.text).toBe("Use the following context: context 1");
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26"),
        because: "elicitation came with 2025-06-18: such a client cannot declare it",
        instead: async ({ client }) => {
          const name = "test_input_required_result_prompt";
          expect((await client.request("prompts/get", { name })).answer.error).toBeDefined();
        },
      },
    ],
  },
  {
    it: "a client that declares nothing is asked nothing, and the call fails",
    check: async ({ another }) => {
      const client = await another({});
      const { answer, asked, status } = await call(client, "test_missing_capability");
      expect(asked).toEqual([]);
      if (client.era === "stateless")
        expect([status, answer.error]).toMatchObject([
          400,
          { code: -32021, data: { requiredCapabilities: { sampling: {} } } },
        ]);
      else expect(answer.error !== undefined || answer.result?.isError === true).toBe(true);
    },
  },
  {
    it: "only what the client declares is asked",
    check: async ({ another }) => {
      const client = await another(SAMPLED);
      const { asked } = await call(client, "test_input_required_result_capabilities");
      expect(asked.map(({ method }) => method)).toEqual(["sampling/createMessage"]);
    },
  },
  {
    it: "two clients with calls under way are each asked their own questions",
    check: async ({ client, another }) => {
      const arrived = Promise.withResolvers<void>();
      const params = { name: "test_wait_for_cancel", arguments: {} };
      const other = await another();
      const { cancel } = other.begin("tools/call", params, {
        progressToken: 1,
        onNotification: () => arrived.resolve(),
      });
      await arrived.promise;
      const exchange = await call(client, "test_sampling", { prompt: "whose?" });
      await cancel();
      expect(textOf(exchange)).toBe("LLM response: Paris");
    },
    ruledOut: [
      {
        when: ({ form }) => form.era === "session",
        because: "a request of a session server names no call: on a shared one its owner cannot be known",
        instead: async ({ client, another }) => {
          const arrived = Promise.withResolvers<void>();
          const params = { name: "test_wait_for_cancel", arguments: {} };
          const other = await another();
          const { cancel } = other.begin("tools/call", params, {
            progressToken: 1,
            onNotification: () => arrived.resolve(),
          });
          await arrived.promise;
          const exchange = await call(client, "test_sampling", { prompt: "whose?" });
          await cancel();
          expect(exchange.asked).toEqual([]);
          expect(JSON.stringify(exchange.answer)).toContain("isolation");
        },
      },
    ],
  },
  {
    it: "roots asked before any call are answered",
    check: () => Promise.reject(new Error("ruled out everywhere")),
    ruledOut: [
      {
        when: ({ form }) => form.name === "sse",
        because: "a shared server belongs to no client before a call; it is told so",
        instead: async ({ client, stage }) => {
          await call(client, "test_simple_text");
          expect(stage.sse.askedEarly.length).toBeGreaterThan(0);
          for (const became of stage.sse.askedEarly) expect(became).toContain('isolation: "session"');
        },
      },
      {
        when: ({ form }) => form.era === "session",
        because: "a shared server belongs to no client before a call (looked at on the form sse)",
      },
      { when: () => true, because: "a stateless server can ask in answers alone" },
    ],
  },
];
