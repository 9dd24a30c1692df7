import { expect, test } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import { answerBridge, type BridgeHandlers } from "./serve.ts";

const seen: unknown[] = [];
const handlers = {
  connection: () => ({ url: "ws://127.0.0.1:1/control", token: "t" }),
  openExternal: ({ url }: { url: string }) => {
    seen.push(url);
  },
  resume: () => Promise.reject(new GatehouseError("hub_not_running", "The hub is down.", "Wait.")),
} as unknown as BridgeHandlers;

test("a call is answered by its handler, after its arguments were parsed", async () => {
  expect(await answerBridge(handlers, "connection", undefined)).toMatchObject({
    ok: true,
    value: { token: "t" },
  });
  await answerBridge(handlers, "openExternal", { url: "https://example.com", extra: 1 });
  expect(seen).toEqual(["https://example.com"]);
});

test.each([
  ["openExternal", { url: "file:///etc/passwd" }],
  ["openExternal", undefined],
  ["toString", undefined],
  ["__proto__", undefined],
  [{ method: "connection" }, undefined],
])("the call %j with %j is refused", async (method, args) => {
  expect(await answerBridge(handlers, method, args)).toMatchObject({ ok: false });
});

test("a failure is a sentence with what to do", async () => {
  expect(await answerBridge(handlers, "resume", undefined)).toEqual({
    ok: false,
    message: "The hub is down. Wait.",
  });
});

test("the hub's clauses become sentences", async () => {
  const refusing = {
    ask: () => Promise.reject(new GatehouseError("not_found", "there is no server named x", "see its list")),
  } as unknown as BridgeHandlers;
  expect(await answerBridge(refusing, "ask", { change: { type: "server.restart", name: "x" } })).toEqual({
    ok: false,
    message: "There is no server named x. See its list.",
  });
});
