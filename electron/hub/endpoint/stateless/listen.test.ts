import { afterEach, describe, expect, it } from "vitest";
import type { Scope } from "../../ports/endpoint.ts";
import { createTestHub, type TestHub } from "../../testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const META = "io.modelcontextprotocol";
const ALONE: Scope = { kind: "server", name: "fake" };
const resources = ["demo://one", "demo://two"].map((uri) => ({ uri, name: uri }));
const parsed = (text: string | undefined) =>
  JSON.parse(text ?? "null") as { method: string; params: Record<string, unknown> };

interface Listen {
  readonly id: unknown;
  readonly wanted: string[];
  /** Agrees to tell of these resources. */
  agree(uris?: string[]): void;
}

/** A stateless server whose listen streams the test acknowledges. */
async function statelessServer(): Promise<{ hub: TestHub; listens: Listen[] }> {
  const hub = await createTestHub();
  open = hub;
  const listens: Listen[] = [];
  const whole = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
  hub.server.answer["server/discover"] = () => ({
    ...whole,
    supportedVersions: ["2026-07-28"],
    capabilities: { resources: { subscribe: true, listChanged: true } },
  });
  hub.server.answer["resources/list"] = () => ({ ...whole, resources });
  hub.server.answer["subscriptions/listen"] = (params, id) => {
    const { notifications } = params as { notifications: { resourceSubscriptions?: string[] } };
    const wanted = notifications.resourceSubscriptions ?? [];
    const agree = (uris = wanted): void =>
      hub.server.say({
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: {
          _meta: { [`${META}/subscriptionId`]: id },
          notifications: { ...notifications, resourceSubscriptions: uris },
        },
      });
    listens.push({ id, wanted, agree });
    return undefined;
  };
  await hub.hub.state.servers.get("fake")?.restart();
  await learnt(hub);
  expect(listens).toHaveLength(1);
  listens[0]?.agree();
  return { hub, listens };
}

const learnt = (hub: TestHub): Promise<void> =>
  expect.poll(() => hub.hub.state.servers.get("fake")?.catalog.lists?.resources.length).toBe(2);

/** Opens a client's listen stream; gives what comes on it, and how it ends. */
function begin(hub: TestHub, uris: string[], id: string | number) {
  const notes: string[] = [];
  const _meta = { [`${META}/protocolVersion`]: "2026-07-28", [`${META}/clientCapabilities`]: {} };
  const params = { notifications: { resourceSubscriptions: uris }, _meta };
  const message = { jsonrpc: "2.0", id, method: "subscriptions/listen", params };
  return { notes, ended: hub.request(message, { scope: ALONE, notes }) };
}

/** The same, for as long as the test runs. */
const listen = (hub: TestHub, uris: string[], id = "mine"): string[] => begin(hub, uris, id).notes;

const cancelled = (hub: TestHub): unknown[] =>
  hub.server.received
    .filter(({ method }) => method === "notifications/cancelled")
    .map(({ params }) => params?.requestId);
const updated = (hub: TestHub, on: unknown, uri: string): void =>
  hub.server.say({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri, _meta: { [`${META}/subscriptionId`]: on } },
  });

describe("a listen stream in front of a stateless server", () => {
  it("is acknowledged when the server has acknowledged, and the old stream is given up only then", async () => {
    const { hub, listens } = await statelessServer();
    const notes = listen(hub, ["demo://one"]);
    await expect.poll(() => listens.map(({ wanted }) => wanted)).toEqual([[], ["demo://one"]]);
    expect([notes, cancelled(hub)]).toEqual([[], []]);
    listens[1]?.agree();
    await expect.poll(() => notes).toHaveLength(1);
    expect(parsed(notes[0])).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { resourceSubscriptions: ["demo://one"] } },
    });
    expect(cancelled(hub)).toEqual([listens[0]?.id]);
  });

  it("is opened for changed lists alone before anybody wants more", async () => {
    const { hub } = await statelessServer();
    const [first] = hub.server.received.filter(({ method }) => method === "subscriptions/listen");
    expect(first?.params?.notifications).toEqual({ resourcesListChanged: true });
  });

  it("hears once of what comes on both streams while one takes the other's place", async () => {
    const { hub, listens } = await statelessServer();
    const notes = listen(hub, ["demo://one"]);
    await expect.poll(() => listens).toHaveLength(2);
    listens[1]?.agree();
    await expect.poll(() => notes).toHaveLength(1);
    listen(hub, ["demo://two"], "other");
    await expect.poll(() => listens).toHaveLength(3);
    expect(listens[2]?.wanted).toEqual(["demo://one", "demo://two"]);
    updated(hub, listens[1]?.id, "demo://one");
    listens[2]?.agree();
    await expect.poll(() => cancelled(hub)).toEqual([listens[0]?.id, listens[1]?.id]);
    updated(hub, listens[1]?.id, "demo://one");
    updated(hub, listens[2]?.id, "demo://one");
    expect(notes.slice(1).map((note) => parsed(note).params.uri)).toEqual(["demo://one", "demo://one"]);
  });

  it("is not acknowledged for what the server does not agree to, and hears nothing of it", async () => {
    const { hub, listens } = await statelessServer();
    const notes = listen(hub, ["demo://one", "demo://two", "demo://unknown"]);
    await expect.poll(() => listens.at(-1)?.wanted).toEqual(["demo://one", "demo://two"]);
    listens.at(-1)?.agree(["demo://two"]);
    await expect.poll(() => notes).toHaveLength(1);
    expect(parsed(notes[0]).params.notifications).toEqual({ resourceSubscriptions: ["demo://two"] });
    updated(hub, listens.at(-1)?.id, "demo://one");
    updated(hub, listens.at(-1)?.id, "demo://two");
    expect(notes.slice(1).map((note) => parsed(note).params.uri)).toEqual(["demo://two"]);
  });

  it("is answered with the closing result when the hub ends it, and hears nothing after that", async () => {
    const { hub, listens } = await statelessServer();
    const { notes, ended } = begin(hub, ["demo://one"], 7);
    await expect.poll(() => listens).toHaveLength(2);
    listens[1]?.agree();
    await expect.poll(() => notes).toHaveLength(1);
    hub.hub.endListening();
    expect((await ended).message).toEqual({
      jsonrpc: "2.0",
      id: 7,
      result: { resultType: "complete", _meta: { [`${META}/subscriptionId`]: 7 } },
    });
    updated(hub, listens[1]?.id, "demo://one");
    expect(notes).toHaveLength(1);
  });

  it("that was never acknowledged ends without a word, since nothing may come before that", async () => {
    const { hub, listens } = await statelessServer();
    const { notes, ended } = begin(hub, ["demo://one"], "early");
    await expect.poll(() => listens).toHaveLength(2);
    hub.hub.endListening();
    listens[1]?.agree();
    expect([(await ended).message, notes]).toEqual([undefined, []]);
  });

  it("fails a session's subscription that the server does not take, and confirms one that it takes", async () => {
    const { hub, listens } = await statelessServer();
    const session = await hub.open(ALONE);
    const subscribe = (uri: string) =>
      hub.request(
        { jsonrpc: "2.0", id: uri, method: "resources/subscribe", params: { uri } },
        { session, scope: ALONE },
      );
    const refused = subscribe("demo://one");
    await expect.poll(() => listens).toHaveLength(2);
    listens[1]?.agree([]);
    expect((await refused).message?.error).toMatchObject({ data: { code: "not_subscribed" } });
    const taken = subscribe("demo://two");
    await expect.poll(() => listens.at(-1)?.wanted).toEqual(["demo://two"]);
    listens.at(-1)?.agree();
    expect((await taken).message?.result).toEqual({});
  });
});

describe("a listen stream in front of a server of the session era", () => {
  it("is acknowledged for the subscriptions that the server has taken", async () => {
    const hub = await createTestHub();
    open = hub;
    hub.server.answer.initialize = () => ({
      protocolVersion: "2025-11-25",
      capabilities: { resources: { subscribe: true } },
      serverInfo: { name: "fake", version: "1" },
    });
    hub.server.answer["resources/list"] = () => ({ resources });
    await hub.hub.state.servers.get("fake")?.restart();
    await expect.poll(() => hub.hub.state.servers.get("fake")?.catalog.lists?.resources.length).toBe(2);
    // Without resources/subscribe among its answers the server refuses.
    const none = listen(hub, ["demo://one"]);
    await expect.poll(() => none).toHaveLength(1);
    expect(parsed(none[0]).params.notifications).toEqual({});
    hub.server.answer["resources/subscribe"] = () => ({});
    const one = listen(hub, ["demo://one"]);
    await expect.poll(() => one).toHaveLength(1);
    expect(parsed(one[0]).params.notifications).toEqual({ resourceSubscriptions: ["demo://one"] });
  });
});
