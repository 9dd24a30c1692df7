import { afterEach, expect, it } from "vitest";
import { createTestHub, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

/** A server of the session era that logs; the test says when a level is set. */
async function loggingServer(): Promise<{ hub: TestHub; answers: (() => void)[] }> {
  const hub = await createTestHub();
  open = hub;
  const answers: (() => void)[] = [];
  hub.server.answer.initialize = () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, logging: {} },
    serverInfo: { name: "fake", version: "1" },
  });
  hub.server.answer["logging/setLevel"] = (_params, id) => {
    answers.push(() => hub.server.say({ jsonrpc: "2.0", id, result: {} }));
    return undefined;
  };
  await hub.hub.state.servers.get("fake")?.restart();
  await expect.poll(() => hub.hub.state.servers.get("fake")?.hello?.capabilities.has("logging")).toBe(true);
  return { hub, answers };
}

const call = (hub: TestHub, logLevel: string) => {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/logLevel": logLevel,
  };
  return hub.request({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "fake__echo", _meta } });
};
const sent = (hub: TestHub) =>
  hub.server.received
    .map(({ method, params }) => (method === "logging/setLevel" ? params?.level : method))
    .filter(
      (what) => what !== undefined && !/^(initialize|notifications|tools\/list|server)/.test(String(what)),
    );

it("the level that a stateless request wants is in effect before it goes to its server, and is set once", async () => {
  const { hub, answers } = await loggingServer();
  const first = call(hub, "info");
  await expect.poll(() => answers).toHaveLength(1);
  expect(sent(hub)).toEqual(["info"]);
  answers[0]?.();
  expect((await first).message?.result).toBeDefined();
  await call(hub, "warning");
  expect(sent(hub)).toEqual(["info", "tools/call", "tools/call"]);
  const third = call(hub, "debug");
  await expect.poll(() => answers).toHaveLength(2);
  answers[1]?.();
  await third;
  expect(sent(hub)).toEqual(["info", "tools/call", "tools/call", "debug", "tools/call"]);
});

it("a server that does not answer logging/setLevel gets the call all the same", async () => {
  const { hub } = await loggingServer();
  expect((await call(hub, "info")).message?.result).toBeDefined();
  expect(sent(hub)).toEqual(["info", "tools/call"]);
});

it("logging/setLevel of a session is answered when its servers have taken the level", async () => {
  const { hub, answers } = await loggingServer();
  const session = await hub.open();
  let isDone = false;
  const set = hub
    .request({ jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "error" } }, { session })
    .then((answer) => {
      isDone = true;
      return answer;
    });
  await expect.poll(() => answers).toHaveLength(1);
  expect(isDone).toBe(false);
  answers[0]?.();
  expect((await set).message?.result).toEqual({});
});
