import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { SseParser } from "../../sse/parser.ts";
import { paramsEdits } from "./edits.ts";
import { edited, message, raw, request, text } from "./fixtures/messages.ts";
import { headersFor } from "./headers.ts";
import {
  acknowledgement,
  closingResult,
  HEARS_NOTHING,
  honoured,
  type ListenFilter,
  listenParams,
  readFilter,
  subscriptionOf,
  tagEdits,
  unionOf,
  wants,
} from "./listen.ts";
import { upgradedRequest } from "./upgrade.ts";

const filter = (some: Partial<ListenFilter>): ListenFilter => ({ ...HEARS_NOTHING, ...some });
const parse = (bytes: Uint8Array): unknown => JSON.parse(text(bytes));

describe("filters", () => {
  test.each([
    [{ notifications: {} }, HEARS_NOTHING],
    [
      { notifications: { toolsListChanged: true, promptsListChanged: false, other: 1 } },
      filter({ toolsListChanged: true }),
    ],
    [
      { notifications: { resourceSubscriptions: ["a:", "b:", "a:"] } },
      filter({ resourceSubscriptions: ["a:", "b:"] }),
    ],
    [{ notifications: { taskIds: ["t", "t"] } }, filter({ taskIds: ["t"] })],
    [{ notifications: { taskIds: "t" } }, "params.notifications.taskIds must be a list of strings"],
    [{}, "params.notifications must be an object"],
    [{ notifications: true }, "params.notifications must be an object"],
    [
      { notifications: { toolsListChanged: 1 } },
      "params.notifications.toolsListChanged must be true or false",
    ],
    [
      { notifications: { resourceSubscriptions: [1] } },
      "params.notifications.resourceSubscriptions must be a list of strings",
    ],
  ])("%j is read as %j", (params, read) => {
    const { bytes, envelope } = request("subscriptions/listen", params);
    expect(readFilter(bytes, envelope)).toEqual(read);
  });

  const all = filter({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ["a:"],
    taskIds: ["t"],
  });
  test.each([
    [{}, HEARS_NOTHING],
    [{ tools: {}, prompts: { listChanged: false } }, HEARS_NOTHING],
    [{ tools: { listChanged: true } }, filter({ toolsListChanged: true })],
    [{ resources: { listChanged: true } }, filter({ resourcesListChanged: true })],
    [{ resources: { subscribe: true } }, filter({ resourceSubscriptions: ["a:"] })],
    [{ extensions: { "io.modelcontextprotocol/tasks": {} } }, filter({ taskIds: ["t"] })],
  ])("of everything, %j honours %j", (capabilities, left) => {
    expect(honoured(all, raw(capabilities))).toEqual(left);
  });

  test("what several want is the union", () => {
    const some = [
      filter({ toolsListChanged: true, resourceSubscriptions: ["a:"] }),
      filter({ resourceSubscriptions: ["b:", "a:"] }),
    ];
    expect(unionOf(some)).toEqual(filter({ toolsListChanged: true, resourceSubscriptions: ["a:", "b:"] }));
    expect(unionOf([])).toEqual(HEARS_NOTHING);
  });

  test.each([
    ["notifications/tools/list_changed", undefined, { toolsListChanged: true }, true],
    ["notifications/tools/list_changed", undefined, { promptsListChanged: true }, false],
    ["notifications/resources/updated", "a:b", { resourceSubscriptions: ["a:b"] }, true],
    ["notifications/resources/updated", "a://b/c", { resourceSubscriptions: ["a://b"] }, true],
    ["notifications/resources/updated", "a://bc", { resourceSubscriptions: ["a://b"] }, false],
    ["notifications/resources/updated", undefined, { resourceSubscriptions: ["a:b"] }, false],
    ["notifications/tasks", "t", { taskIds: ["t"] }, true],
    ["notifications/tasks", "u", { taskIds: ["t"] }, false],
    ["notifications/progress", undefined, { toolsListChanged: true }, false],
    ["toString", undefined, {}, false],
  ])("%s of %j is wanted by %j: %s", (method, uri, some, is) =>
    expect(wants(filter(some), method, uri)).toBe(is),
  );
});

describe("streams", () => {
  test("begin with what is honoured, under the listen request's raw id", () => {
    const id = raw('"a\\u0031"');
    expect(
      parse(acknowledgement(id, filter({ toolsListChanged: true, resourceSubscriptions: ["a:"] }))),
    ).toEqual({
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: {
        _meta: { "io.modelcontextprotocol/subscriptionId": "a1" },
        notifications: { toolsListChanged: true, resourceSubscriptions: ["a:"] },
      },
    });
  });

  test.each([
    [undefined, {}],
    [{}, {}],
    [{ uri: "a:", _meta: { "io.modelcontextprotocol/subscriptionId": 1, b: 2 } }, { uri: "a:" }],
  ])("a notification with the params %j is tagged", (params, others) => {
    const before = message({ jsonrpc: "2.0", method: "notifications/resources/updated", params });
    const tag = { "io.modelcontextprotocol/subscriptionId": "x" };
    const own = params !== undefined && "_meta" in params;
    expect(edited(before, tagEdits(before.bytes, before.envelope, raw('"x"')))).toEqual({
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { ...others, _meta: own ? { ...tag, b: 2 } : tag },
    });
    expect(subscriptionOf(before.envelope) !== undefined).toBe(own);
  });

  test("the SDK's server takes our listen request, acknowledges what we read, tags as we tag, and closes as we close", async () => {
    const handler = createMcpHandler(
      () =>
        new McpServer(
          { name: "f", version: "1" },
          { capabilities: { tools: { listChanged: true }, resources: { subscribe: true } } },
        ),
    );
    const asker = {
      version: "2026-07-28",
      capabilities: raw({}),
      clientInfo: undefined,
      logLevel: undefined,
    };
    const wanted = filter({
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ["a:b"],
    });
    const asked = request("subscriptions/listen", JSON.parse(text(listenParams(wanted))), "listen-1");
    const sent = message(edited(asked, paramsEdits(asked.bytes, asked.envelope, upgradedRequest(asker))));
    const headers = {
      ...headersFor(sent.bytes, sent.envelope, { version: "2026-07-28" }),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const response = await handler.fetch(
      new Request("http://localhost/mcp", { method: "POST", headers, body: text(sent.bytes) }),
    );
    const got: Uint8Array[] = [];
    const parser = new SseParser({ onEvent: (_, data) => got.push(data), onTooLong: () => {} });
    const reader = response.body?.getReader();
    const until = async (count: number): Promise<void> => {
      while (got.length < count) {
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        if (done || value === undefined) throw new Error("the stream has ended");
        parser.push(value);
      }
    };
    await until(1);
    const first = message(text(got[0] ?? raw("")));
    const left = honoured(wanted, raw({ tools: { listChanged: true }, resources: { subscribe: true } }));
    expect(readFilter(first.bytes, first.envelope)).toEqual(left);
    expect(parse(first.bytes)).toEqual(parse(acknowledgement(raw('"listen-1"'), left)));
    handler.notify.toolsChanged();
    await until(2);
    const plain = message({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    expect(parse(got[1] ?? raw(""))).toEqual(
      edited(plain, tagEdits(plain.bytes, plain.envelope, raw('"listen-1"'))),
    );
    const closing = handler.close();
    await until(3);
    const { id, result } = parse(got[2] ?? raw("")) as { id: unknown; result: { _meta: object } };
    expect(id).toBe("listen-1");
    expect(result).toMatchObject(parse(closingResult(raw('"listen-1"'))) as object);
    await closing;
    await reader?.cancel();
  });
});
