import { afterEach, describe, expect, it } from "vitest";
import type { ClientIdentity, Scope } from "../ports/endpoint.ts";
import { createTwoServers, type TwoServers } from "../testing/two-servers.ts";

let open: TwoServers | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const ERAS = ["session", "stateless"] as const;
type Era = (typeof ERAS)[number];
const PROFILES = { A: { servers: ["a"] }, B: { servers: ["b"] } };
const ON: Scope[] = [{ kind: "all" }, { kind: "profile", name: "A" }, { kind: "server", name: "a" }];
const OFF: Scope[] = [
  { kind: "profile", name: "B" },
  { kind: "server", name: "b" },
];

/** Every way to name what only `b` has, and the same with what nobody has. */
const REACHES: [string, Era[], string, object, object][] = [
  ["call a tool", [...ERAS], "tools/call", { name: "b__look" }, { name: "c__look" }],
  ["call a tool by its own name", [...ERAS], "tools/call", { name: "b.look" }, { name: "c.look" }],
  [
    "call a tool as a task",
    [...ERAS],
    "tools/call",
    { name: "b__slow", task: {} },
    { name: "c__slow", task: {} },
  ],
  ["get a prompt", [...ERAS], "prompts/get", { name: "b__greet" }, { name: "c__greet" }],
  ["read a resource", [...ERAS], "resources/read", { uri: "demo://b/one" }, { uri: "demo://c/one" }],
  ["read by a template", [...ERAS], "resources/read", { uri: "demo://b/by/7" }, { uri: "demo://c/by/7" }],
  [
    "read by a template's text",
    [...ERAS],
    "resources/read",
    { uri: "demo://b/by/{id}" },
    { uri: "demo://c/by/{id}" },
  ],
  [
    "read under the name of two servers' resource",
    [...ERAS],
    "resources/read",
    { uri: "gatehouse://b/demo://b/one" },
    { uri: "gatehouse://c/demo://c/one" },
  ],
  ["subscribe", ["session"], "resources/subscribe", { uri: "demo://b/one" }, { uri: "demo://c/one" }],
  [
    "subscribe by a template",
    ["session"],
    "resources/subscribe",
    { uri: "demo://b/by/7" },
    { uri: "demo://c/by/7" },
  ],
  ["unsubscribe", ["session"], "resources/unsubscribe", { uri: "demo://b/one" }, { uri: "demo://c/one" }],
  [
    "complete a prompt",
    [...ERAS],
    "completion/complete",
    { ref: { type: "ref/prompt", name: "b__greet" }, argument: { name: "x", value: "" } },
    { ref: { type: "ref/prompt", name: "c__greet" }, argument: { name: "x", value: "" } },
  ],
  [
    "complete a template",
    [...ERAS],
    "completion/complete",
    { ref: { type: "ref/resource", uri: "demo://b/by/{id}" }, argument: { name: "id", value: "" } },
    { ref: { type: "ref/resource", uri: "demo://c/by/{id}" }, argument: { name: "id", value: "" } },
  ],
  ["get a task", [...ERAS], "tasks/get", { taskId: "b:1" }, { taskId: "c:1" }],
  ["get a task by a guessed id", [...ERAS], "tasks/get", { taskId: "1" }, { taskId: "999" }],
  ["get a task's result", ["session"], "tasks/result", { taskId: "1" }, { taskId: "999" }],
  ["cancel a task", [...ERAS], "tasks/cancel", { taskId: "1" }, { taskId: "999" }],
];

/** An answer without what is the asker's own: its id, and the names that it has asked for. */
const shape = (raw: string): string =>
  raw
    .replace(/"id":\d+/, '"id":0')
    .replace(/(b|c)(?=__|\.|\/|:)/g, "?")
    .replace(/\b(999|1)(?=")/, "?");

async function start(): Promise<{ hub: TwoServers; alice: ClientIdentity; bob: ClientIdentity }> {
  open = await createTwoServers(PROFILES);
  const alice = open.addClient("alice", "A");
  const bob = open.addClient("bob", "B");
  // There is something to reach: a task of bob's at `b`, and a resource that he listens to.
  const made = await open.ask("session", bob, "tools/call", { name: "b__slow", task: {} });
  expect(made.message?.result).toMatchObject({ task: { taskId: "1" } });
  await open.ask("session", bob, "resources/subscribe", { uri: "demo://b/one" });
  open.b.received.length = 0;
  return { hub: open, alice, bob };
}

describe("a client of one profile", () => {
  for (const era of ERAS) {
    it(`sees in no list what only another has (${era} era)`, async () => {
      const { hub, alice } = await start();
      for (const scope of ON)
        for (const method of ["tools/list", "prompts/list", "resources/list", "resources/templates/list"]) {
          const { raw } = await hub.ask(era, alice, method, {}, { scope });
          expect([method, raw.includes('"error"')]).toEqual([method, false]);
          expect(raw).toMatch(/demo:\/\/a|a__|"(look|greet)"/);
          expect(raw).not.toMatch(/demo:\/\/b|b__/);
        }
      const { raw } = await hub.ask(era, alice, "tasks/list");
      expect(raw).not.toContain("taskId");
    });

    it.each(REACHES.filter(([, eras]) => eras.includes(era)))(
      `cannot %s of another's: it is as unknown as what does not exist (${era} era)`,
      async (_what, _eras, method, reach, nothing) => {
        const { hub, alice } = await start();
        for (const scope of ON) {
          const refused = await hub.ask(era, alice, method, reach, { scope });
          expect(refused.message?.error?.code, refused.raw).toBeLessThan(0);
          const unknown = await hub.ask(era, alice, method, nothing, { scope });
          expect(shape(refused.raw)).toBe(shape(unknown.raw));
        }
        expect(hub.b.received).toEqual([]);
      },
    );

    it(`cannot follow a link of its own server to another's resource (${era} era)`, async () => {
      const { hub, alice } = await start();
      const { raw } = await hub.ask(era, alice, "tools/call", { name: "a__look" });
      expect(raw).toContain("demo://b/one");
      const { message } = await hub.ask(era, alice, "resources/read", { uri: "demo://b/one" });
      expect(message?.error?.message).toBe("Resource not found");
      expect(hub.b.received).toEqual([]);
    });

    it(`reaches all that its own profile shows (${era} era)`, async () => {
      const { hub, bob } = await start();
      for (const [what, eras, method, reach] of REACHES) {
        if (!eras.includes(era) || /own name|two servers|task/.test(what)) continue;
        const { message, raw } = await hub.ask(era, bob, method, reach);
        expect(message?.result, raw).toBeDefined();
      }
    });
  }

  it("may use no address of another's, as if there were none", async () => {
    const { hub, alice, bob } = await start();
    for (const scope of OFF) {
      expect([hub.hub.mcp.scopeExists(scope, alice), hub.hub.mcp.scopeExists(scope, bob)]).toEqual([
        false,
        true,
      ]);
      await expect(hub.open(scope, alice)).rejects.toThrow("no session");
      const bobs = await hub.open(scope, bob);
      expect(hub.hub.mcp.session(bobs.id, alice, scope)).toBeUndefined();
      const stateless = await hub.ask("stateless", alice, "tools/list", {}, { scope });
      expect(stateless.message?.error).toBeDefined();
    }
    expect(ON.map((scope) => hub.hub.mcp.scopeExists(scope, alice))).toEqual([true, true, true]);
    const session = await hub.open({ kind: "all" }, bob);
    expect(hub.hub.mcp.session(session.id, alice, { kind: "all" })).toBeUndefined();
  });

  it("is told nothing of what only another has, and asked nothing by it", async () => {
    const { hub, alice, bob } = await start();
    const heard = async (who: ClientIdentity): Promise<string[]> => {
      const session = await hub.open({ kind: "all" }, who, { sampling: {} });
      const messages: string[] = [];
      session.attachStream({
        push: (parts) => messages.push(Buffer.concat(parts).toString()),
        close: () => {},
      });
      const request = { jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "debug" } };
      await hub.request(request, { session, client: who });
      return messages;
    };
    const [alices, bobs] = [await heard(alice), await heard(bob)];
    const listening: string[] = [];
    const notifications = {
      toolsListChanged: true,
      resourceSubscriptions: ["demo://b/one", "demo://b/by/7"],
    };
    void hub.ask("stateless", alice, "subscriptions/listen", { notifications }, { notes: listening });
    await expect.poll(() => listening.length).toBe(1);
    expect(listening[0]).not.toContain("demo://b");
    hub.b.say({
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri: "demo://b/one" },
    });
    hub.b.say({ jsonrpc: "2.0", method: "notifications/message", params: { level: "error", data: "b" } });
    const sampling = { messages: [], maxTokens: 1 };
    hub.b.say({ jsonrpc: "2.0", id: 77, method: "sampling/createMessage", params: sampling });
    await expect.poll(() => JSON.stringify(hub.b.received)).toContain('"id":77');
    hub.b.answer["tools/list"] = () => ({ tools: [{ name: "fresh", inputSchema: { type: "object" } }] });
    hub.b.say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await expect.poll(() => bobs.join("\n")).toContain("tools/list_changed");
    expect(bobs.join("\n")).toContain("notifications/message");
    expect([alices, listening.length]).toEqual([[], 1]);
  });
});

describe("what a profile shows of a server", () => {
  const show = async (profile: object, method: string, params: object): Promise<boolean> => {
    const hub = open ?? (await createTwoServers({ X: profile }));
    open = hub;
    const client = hub.addClient(`c${hub.storage.storedClients.length}`, "X");
    return (await hub.ask("session", client, method, params)).message?.error === undefined;
  };

  it("may be its read-only tools alone, by its own claim", async () => {
    const shows = (name: string) => show({ readOnly: true }, "tools/call", { name });
    expect([await shows("a__look"), await shows("a__write"), await shows("b__look")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("may be some resources, prompts and tools, by globs of their own names", async () => {
    const profile = {
      resources: { a: { deny: ["demo://a/by/secret*"] }, "*": { allow: ["demo://*/one"] } },
      prompts: { b: { allow: [] } },
      tools: { "*": { deny: ["w*"] } },
    };
    const table: [string, object, boolean][] = [
      ["resources/read", { uri: "demo://a/one" }, true],
      ["resources/read", { uri: "demo://a/by/7" }, true],
      ["resources/read", { uri: "demo://a/by/secret1" }, false],
      ["resources/read", { uri: "demo://a/by/%73ecret1" }, false],
      ["resources/read", { uri: "demo://a/by/%2573ecret1" }, false],
      ["resources/subscribe", { uri: "demo://a/by/secret1" }, false],
      ["resources/read", { uri: "demo://b/one" }, true],
      ["resources/read", { uri: "demo://b/by/7" }, false],
      ["prompts/get", { name: "a__greet" }, true],
      ["prompts/get", { name: "b__greet" }, false],
      ["tools/call", { name: "a__look" }, true],
      ["tools/call", { name: "b__write" }, false],
    ];
    for (const [method, params, expected] of table)
      expect([method, params, await show(profile, method, params)]).toEqual([method, params, expected]);
    expect(JSON.stringify([open?.a.received, open?.b.received])).not.toContain("secret1");
  });
});
