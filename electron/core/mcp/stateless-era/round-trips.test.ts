import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { paramsEdits } from "./edits.ts";
import { edited, META, message, raw, request, text } from "./fixtures/messages.ts";
import { headersFor } from "./headers.ts";
import { hashParams, openState, type StatePayload, sealState } from "./request-state.ts";
import {
  inputRequiredResult,
  isAnswer,
  mayAsk,
  readInputRequired,
  readRetry,
  retryChange,
  sessionParams,
  urlRequests,
} from "./round-trips.ts";

const parse = (bytes: Uint8Array | undefined): unknown =>
  bytes === undefined ? undefined : JSON.parse(text(bytes));

describe("asking a stateless client", () => {
  test("a session server's requests are embedded without what belongs to a request of its own", () => {
    const result = inputRequiredResult({
      requests: [
        {
          key: "a",
          method: "sampling/createMessage",
          params: raw({ messages: [], maxTokens: 1, task: { ttl: 1 }, _meta: { progressToken: 1 } }),
        },
        {
          key: "b",
          method: "elicitation/create",
          params: raw({
            mode: "url",
            url: "https://x",
            message: "m",
            elicitationId: "e",
            _meta: { progressToken: 1, y: 2 },
          }),
        },
        { key: "c", method: "roots/list", params: undefined },
      ],
      state: "s",
    });
    expect(parse(result)).toEqual({
      resultType: "input_required",
      inputRequests: {
        a: { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
        b: {
          method: "elicitation/create",
          params: { mode: "url", url: "https://x", message: "m", _meta: { y: 2 } },
        },
        c: { method: "roots/list" },
      },
      requestState: "s",
    });
    expect(readInputRequired(result)).toMatchObject({
      state: "s",
      requests: [{ key: "a" }, { key: "b" }, { key: "c", params: undefined }],
    });
  });

  test("a result that asks for nothing is refused", () => {
    expect(() => inputRequiredResult({ requests: [], state: undefined })).toThrow(RangeError);
    expect(parse(inputRequiredResult({ requests: [], state: "s" }))).toEqual({
      resultType: "input_required",
      requestState: "s",
    });
    expect(["tools/call", "prompts/get", "resources/read", "tools/list"].map(mayAsk)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test.each([
    [{ name: "x" }, undefined],
    [{ inputResponses: [] }, "inputResponses must be an object"],
    [{ requestState: 1 }, "requestState must be a string"],
  ])("a request with %j is read as %j", (params, read) => {
    const { bytes, envelope } = request("tools/call", params);
    expect(readRetry(bytes, envelope)).toEqual(read);
  });

  test("a retry's answers are raw", () => {
    const { bytes, envelope } = message(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"requestState":"s","inputResponses":{"a":{"action":"accept","content":{"n":1.0}}}}}',
    );
    const retry = readRetry(bytes, envelope);
    if (retry === undefined || typeof retry === "string") throw new Error("no retry");
    const span = retry.responses.get("a");
    expect(retry.state).toBe("s");
    expect(span && text(bytes.subarray(span.start, span.end))).toBe(
      '{"action":"accept","content":{"n":1.0}}',
    );
  });

  test.each([
    ["elicitation/create", { action: "accept" }, true],
    ["elicitation/create", { action: "maybe" }, false],
    ["elicitation/create", { content: {} }, false],
    ["sampling/createMessage", { role: "assistant", content: {}, model: "m" }, true],
    ["sampling/createMessage", { role: "assistant", content: {} }, false],
    ["roots/list", { roots: [] }, true],
    ["roots/list", {}, false],
    ["roots/list", [], false],
  ] as const)("to %s, %j is an answer: %s", (method, answer, is) => {
    const bytes = raw(answer);
    expect(isAnswer(method, bytes, { start: 0, end: bytes.length })).toBe(is);
  });

  test("the URLs of a session server's -32042 are asked for", () => {
    const elicitations = [
      { mode: "url", url: "https://x", message: "m", elicitationId: "e" },
      { mode: "form" },
      1,
    ];
    const { bytes, envelope } = message({
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32042, message: "m", data: { elicitations } },
    });
    const requests = urlRequests(bytes, envelope);
    expect(parse(inputRequiredResult({ requests, state: undefined }))).toEqual({
      resultType: "input_required",
      inputRequests: {
        "url-1": { method: "elicitation/create", params: { mode: "url", url: "https://x", message: "m" } },
      },
    });
    const other = message({
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32000, message: "m", data: { elicitations } },
    });
    expect(urlRequests(other.bytes, other.envelope)).toEqual([]);
  });
});

describe("asking a session client", () => {
  test.each([
    [{ requestState: 1 }, "its requestState is no string"],
    [{ inputRequests: [] }, "its inputRequests are no object"],
    [{ inputRequests: {} }, "it has neither inputRequests nor requestState"],
    [{ inputRequests: { a: { method: "ping" } } }, 'its input request "a" is none that the revision defines'],
    [
      { inputRequests: { a: { method: "elicitation/create" } } },
      'its input request "a" is none that the revision defines',
    ],
  ])("%j is malformed", (result, why) => expect(readInputRequired(raw(result))).toBe(why));

  test("a URL gets the id that a session client requires, other params are the same bytes", () => {
    const ask = (params: object) =>
      sessionParams({ key: "a", method: "elicitation/create", params: raw(params) }, "fresh");
    expect(parse(ask({ mode: "url", url: "https://x" }))).toEqual({
      mode: "url",
      url: "https://x",
      elicitationId: "fresh",
    });
    expect(parse(ask({ mode: "url", elicitationId: "own" }))).toEqual({ mode: "url", elicitationId: "own" });
    expect(parse(ask({ message: "m" }))).toEqual({ message: "m" });
    expect(sessionParams({ key: "a", method: "roots/list", params: undefined }, "x")).toBeUndefined();
  });

  test("a round with the SDK's server: question, answer, result", async () => {
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: "f", version: "1" });
      server.registerTool("ask", { inputSchema: z.object({}) }, (_, context) => {
        if (context.mcpReq.inputResponses !== undefined) {
          const said = [context.mcpReq.inputResponses, context.mcpReq.requestState()];
          return { content: [{ type: "text", text: JSON.stringify(said) }] };
        }
        const requestedSchema = { type: "object", properties: { n: { type: "string" } } } as const;
        return inputRequired({
          inputRequests: { who: inputRequired.elicit({ message: "who?", requestedSchema }) },
          requestState: "ü",
        });
      });
      return server;
    });
    const send = async (bytes: Uint8Array) => {
      const sent = message(text(bytes));
      const headers = {
        ...headersFor(sent.bytes, sent.envelope, { version: "2026-07-28" }),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      };
      const response = await handler.fetch(
        new Request("http://localhost/mcp", { method: "POST", headers, body: text(bytes) }),
      );
      return message(await response.text());
    };
    const meta = { ...META, "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
    const first = request("tools/call", { name: "ask", arguments: {}, _meta: meta });
    const answer = await send(first.bytes);
    expect(answer.envelope.resultType).toBe("input_required");
    const span = answer.envelope.result ?? { start: 0, end: 0 };
    const asked = readInputRequired(answer.bytes.subarray(span.start, span.end));
    if (typeof asked === "string") throw new Error(asked);
    expect(asked).toMatchObject({ requests: [{ key: "who", method: "elicitation/create" }], state: "ü" });
    const change = retryChange(
      new Map([["who", raw({ action: "accept", content: { n: "me" } })]]),
      asked.state,
    );
    const retry = edited(first, paramsEdits(first.bytes, first.envelope, change));
    const last = await send(raw(retry));
    expect(JSON.parse(text(last.bytes))).toMatchObject({
      result: {
        content: [{ text: JSON.stringify([{ who: { action: "accept", content: { n: "me" } } }, "ü"]) }],
      },
    });
  });

  test("a second retry has nothing of the first", () => {
    const before = request("tools/call", { name: "x", inputResponses: { a: {} }, requestState: "1" });
    const edits = paramsEdits(
      before.bytes,
      before.envelope,
      retryChange(new Map([["b", raw({})]]), undefined),
    );
    expect(edited(before, edits)).toMatchObject({ params: { name: "x", inputResponses: { b: {} } } });
    expect(JSON.stringify(edited(before, edits))).not.toContain("requestState");
  });
});

describe("request state", () => {
  const key = "k".repeat(32);
  const sign = (bytes: Uint8Array): Uint8Array => createHmac("sha256", key).update(bytes).digest();
  const verify = (bytes: Uint8Array, mac: Uint8Array): boolean => {
    const wanted = sign(bytes);
    return wanted.length === mac.length && timingSafeEqual(wanted, mac);
  };
  const binding = { client: "c", method: "tools/call", server: "s", subject: "t", paramsHash: "h" };
  const payload: StatePayload = { ...binding, upstream: "u", expiresAt: 1000, nonce: "n" };
  const sealed = sealState(payload, sign);
  const open = (state: string, over: object = {}, used = new Set<string>()) =>
    openState(state, {
      verify,
      now: 999,
      binding,
      take: (nonce) => !used.has(nonce) && used.add(nonce) !== undefined,
      ...over,
    });

  test("is opened once", () => {
    const used = new Set<string>();
    expect(open(sealed, {}, used)).toEqual(payload);
    expect(open(sealed, {}, used)).toBe("used");
  });

  test.each(Object.keys(binding))(
    "is of another request when %s differs, and is not used up by it",
    (field) => {
      const used = new Set<string>();
      expect(open(sealed, { binding: { ...binding, [field]: "other" } }, used)).toBe("other_request");
      expect(used.size).toBe(0);
      expect(open(sealed, {}, used)).toEqual(payload);
    },
  );

  test("expires", () => expect(open(sealed, { now: 1000 })).toBe("expired"));

  test("any change of a character is noticed", () => {
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice(0, i) + (sealed[i] === "A" ? "B" : "A") + sealed.slice(i + 1);
      expect(["malformed", "forged"]).toContain(open(changed));
    }
  });

  test.each([
    "",
    "g1",
    "g1.a.b",
    "g1..",
    `${sealed}.x`,
    sealed.replace("g1.", "g2."),
    "g1.".padEnd(20_000, "A"),
    sealed.slice(0, -1),
  ])("%# is refused", (state) => {
    expect(["malformed", "forged"]).toContain(open(state));
  });

  test("one that was signed without all fields is malformed", () => {
    expect(open(sealState({ ...payload, nonce: undefined as unknown as string }, sign))).toBe("malformed");
  });

  const hash = (value: unknown): string => {
    const { bytes, envelope } = typeof value === "string" ? message(value) : request("tools/call", value);
    return hashParams(bytes, envelope, (pieces) =>
      pieces.reduce((sum, piece) => sum.update(piece), createHash("sha256")).digest("hex"),
    );
  };
  const asked = { name: "x", arguments: { a: [1, "b c"], d: 1 } };

  test.each([
    ["answers and state", { ...asked, inputResponses: { k: {} }, requestState: "s" }],
    ["order", { arguments: asked.arguments, name: "x" }],
    [
      "era, token and trace",
      {
        ...asked,
        _meta: {
          ...META,
          "io.modelcontextprotocol/logLevel": "info",
          progressToken: 1,
          traceparent: "t",
          tracestate: "u",
          baggage: "v",
        },
      },
    ],
    [
      "white space",
      `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{ "name" : "x", "arguments" : { "a" : [ 1 , "b c" ],\n "d":1 } } }`,
    ],
  ])("%s do not count in the hash of params", (_, params) => expect(hash(params)).toBe(hash(asked)));

  test.each([
    ["a value", { ...asked, arguments: { a: [1, "b  c"], d: 1 } }],
    ["the name", { ...asked, name: "y" }],
    ["another member", { ...asked, z: 1 }],
    ["other metadata", { ...asked, _meta: { "com.example/a": 1 } }],
    [
      "a spelling",
      `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"x","arguments":{"a":[1.0,"b c"],"d":1}}}`,
    ],
    ["where one ends", { name: 'x"', arguments: asked.arguments }],
  ])("%s counts in the hash of params", (_, params) => expect(hash(params)).not.toBe(hash(asked)));
});
