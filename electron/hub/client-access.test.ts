import { afterEach, describe, expect, it } from "vitest";
import type { ClientIdentity, SessionHandle } from "./ports/endpoint.ts";
import { createTwoServers, type TwoServers } from "./testing/two-servers.ts";

let open: TwoServers | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const ERAS = ["session", "stateless"] as const;
const ALL = { kind: "all" } as const;
const start = async (
  profiles: object = { A: { servers: ["a"] }, B: { servers: ["b"] } },
): Promise<TwoServers> => {
  open = await createTwoServers(profiles);
  return open;
};

/** An open stream of a session: what it is told, and whether it was closed. */
function stream(session: SessionHandle): { heard: string[]; closed: boolean } {
  const seen = { heard: [] as string[], closed: false };
  session.attachStream({
    push: (parts) => seen.heard.push(Buffer.concat(parts).toString()),
    close: () => {
      seen.closed = true;
    },
  });
  return seen;
}

/** Leaves calls of a server's tools open, and gives the ids that the hub has called them by. */
function hold(server: TwoServers["a"]): number[] {
  const ids: number[] = [];
  server.answer["tools/call"] = (_params, id) => {
    ids.push(id);
    return undefined;
  };
  return ids;
}

const cancelsAt = (server: TwoServers["a"]): unknown[] =>
  server.received
    .filter(({ method }) => method === "notifications/cancelled")
    .map(({ params }) => params?.requestId);

describe("revoking a client", () => {
  for (const era of ERAS)
    it(`in mid-call ends the call cancelled, at its server too (${era} era)`, async () => {
      const hub = await start();
      const held = hold(hub.a);
      const eve = hub.addClient("eve");
      const bob = hub.addClient("bob");
      const answer = hub.ask(era, eve, "tools/call", { name: "a__look" });
      const others = hub.ask(era, bob, "tools/call", { name: "a__write" });
      await expect.poll(() => held.length).toBe(2);
      await hub.hub.callAs("operator", "clients.revoke", { name: "EVE" });
      expect((await answer).message).toBeUndefined();
      expect(hub.storage.rows.map(({ client, status }) => [client, status])).toEqual([["eve", "cancelled"]]);
      expect(cancelsAt(hub.a)).toEqual([held[0]]);
      hub.a.say({ jsonrpc: "2.0", id: held[1], result: { content: [] } });
      expect((await others).message?.result).toEqual({
        content: [],
        ...(era === "stateless" ? { resultType: "complete" } : {}),
      });
      expect(hub.storage.audited.at(-1)).toBe("operator client.revoke eve");
    });

  it("closes its streams and listen streams, ends its sessions, and its token is worth nothing", async () => {
    const hub = await start();
    const { identities } = hub.hub.state;
    const eve = hub.addClient("eve");
    const [first, second] = [identities.mintToken(eve.id ?? ""), identities.mintToken(eve.id ?? "")];
    const session = await hub.open(ALL, eve);
    const seen = stream(session);
    const listening = hub.ask("stateless", eve, "subscriptions/listen", {
      notifications: { toolsListChanged: true },
    });
    let ended = 0;
    hub.hub.mcp.endWith(eve, () => {
      ended += 1;
    });
    hub.hub.mcp.endWith(eve, () => {
      ended += 10;
    })();
    await hub.hub.callAs("operator", "clients.revoke", { name: "eve" });
    expect((await listening).message?.result).toMatchObject({ resultType: "complete" });
    expect([seen.closed, ended]).toEqual([true, 1]);
    expect([first, second].map((token) => hub.hub.mcp.authenticate(token, undefined, ALL))).toEqual([
      undefined,
      undefined,
    ]);
    expect(hub.hub.mcp.session(session.id, eve, ALL)).toBeUndefined();
    // What comes late, from before the revocation, finds nothing open either.
    const late = stream(session);
    expect([late.closed, late.heard]).toEqual([true, []]);
    expect(hub.storage.storedSessions.size).toBe(0);
    expect(hub.storage.storedTokens.filter(({ clientId }) => clientId === eve.id)).toEqual([]);
  });

  it("cancels its tasks at their servers", async () => {
    const hub = await start();
    const eve = hub.addClient("eve");
    await hub.ask("session", eve, "tools/call", { name: "a__slow", task: {} });
    await hub.hub.callAs("operator", "clients.revoke", { name: "eve" });
    await expect
      .poll(() =>
        hub.a.received.filter(({ method }) => method === "tasks/cancel").map(({ params }) => params),
      )
      .toEqual([{ taskId: "1" }]);
  });

  it("gives a list that was waited for to nobody", async () => {
    const hub = await start();
    const eve = hub.addClient("eve");
    const session = await hub.open(ALL, eve);
    const { promise, resolve } = Promise.withResolvers<void>();
    hub.hub.state.catalog.ready = () => promise;
    const list = { jsonrpc: "2.0", id: 5, method: "tools/list" };
    const answer = hub.request(list, { session, client: eve });
    await hub.hub.callAs("operator", "clients.revoke", { name: "eve" });
    resolve();
    expect((await answer).message).toBeUndefined();
  });
});

describe("changing a client's profile", () => {
  const move = (hub: TwoServers, who: ClientIdentity, profile: string | null): Promise<unknown> =>
    hub.hub.callAs("owner", "clients.update", { name: who.name, profile });

  it("tells its open sessions and streams which lists have changed, and nobody else", async () => {
    const hub = await start({
      A: { servers: ["a"] },
      same: { servers: ["a"], prompts: { a: { deny: ["*"] } } },
    });
    const [ann, bob] = [hub.addClient("ann", "A"), hub.addClient("bob", "A")];
    const anns = stream(await hub.open(ALL, ann));
    const bobs = stream(await hub.open(ALL, bob));
    const notes: string[] = [];
    const notifications = { toolsListChanged: true, promptsListChanged: true };
    void hub.ask("stateless", ann, "subscriptions/listen", { notifications }, { notes });
    await move(hub, ann, "same");
    expect(anns.heard.map((text) => JSON.parse(text).method)).toEqual(["notifications/prompts/list_changed"]);
    expect(notes.map((text) => JSON.parse(text).method).slice(1)).toEqual([
      "notifications/prompts/list_changed",
    ]);
    await move(hub, ann, null);
    expect(anns.heard.slice(1).map((text) => JSON.parse(text).method)).toEqual([
      "notifications/tools/list_changed",
      "notifications/prompts/list_changed",
      "notifications/resources/list_changed",
    ]);
    expect(bobs.heard).toEqual([]);
  });

  for (const era of ERAS)
    it(`holds for the next request of an open session (${era} era)`, async () => {
      const hub = await start();
      const ann = hub.addClient("ann", "A");
      const call = async (name: string) => (await hub.ask(era, ann, "tools/call", { name })).message;
      expect((await call("a__look"))?.result).toBeDefined();
      expect((await call("b__look"))?.error).toBeDefined();
      await move(hub, ann, "B");
      expect((await call("a__look"))?.error).toBeDefined();
      expect((await call("b__look"))?.result).toBeDefined();
    });

  for (const era of ERAS)
    it(`cuts off calls of what it does not show any more, and no others (${era} era)`, async () => {
      const hub = await start({ A: { servers: ["a"] }, both: {} });
      const ann = hub.addClient("ann", "both");
      const [atA, atB] = [hold(hub.a), hold(hub.b)];
      const kept = hub.ask(era, ann, "tools/call", { name: "a__look" });
      const cut = hub.ask(era, ann, "tools/call", { name: "b__look" });
      await expect.poll(() => [atA.length, atB.length]).toEqual([1, 1]);
      await move(hub, ann, "A");
      expect((await cut).message).toBeUndefined();
      expect([cancelsAt(hub.a), cancelsAt(hub.b)]).toEqual([[], [atB[0]]]);
      hub.a.say({ jsonrpc: "2.0", id: atA[0], result: { content: [] } });
      expect((await kept).message?.result).toBeDefined();
    });

  it("ends what was subscribed to and is not shown any more, also at the server", async () => {
    const hub = await start();
    const ann = hub.addClient("ann");
    const session = await hub.open(ALL, ann);
    const seen = stream(session);
    const subscribe = (uri: string) =>
      hub.request(
        { jsonrpc: "2.0", id: uri, method: "resources/subscribe", params: { uri } },
        { session, client: ann },
      );
    await subscribe("demo://a/one");
    await subscribe("demo://b/one");
    await move(hub, ann, "A");
    seen.heard.length = 0;
    const updated = (name: string) => ({
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri: `demo://${name}/one` },
    });
    hub.b.say(updated("b"));
    hub.a.say(updated("a"));
    expect(seen.heard.map((text) => JSON.parse(text))).toEqual([updated("a")]);
    expect(hub.b.received.some(({ method }) => method === "resources/unsubscribe")).toBe(true);
  });

  it("ends sessions on addresses that it may not use any more", async () => {
    const hub = await start();
    const ann = hub.addClient("ann");
    const scopes = [
      ALL,
      { kind: "server", name: "a" },
      { kind: "server", name: "b" },
      { kind: "profile", name: "B" },
    ] as const;
    const seen: { closed: boolean }[] = [];
    for (const scope of scopes) seen.push(stream(await hub.open(scope, ann)));
    await move(hub, ann, "A");
    expect(seen.map(({ closed }) => closed)).toEqual([false, false, true, true]);
  });
});

describe("changing a profile", () => {
  it("takes effect on calls, subscriptions and lists at once, wherever it was changed", async () => {
    const hub = await start({ X: {} });
    const ann = hub.addClient("ann", "X");
    const held = hold(hub.b);
    const seen = stream(await hub.open(ALL, ann));
    const cut = hub.ask("session", ann, "tools/call", { name: "b__look" });
    await expect.poll(() => held.length).toBe(1);
    await hub.hub.callAs("owner", "profiles.set", { name: "X", profile: { servers: ["a"] } });
    expect((await cut).message).toBeUndefined();
    await expect.poll(() => seen.heard.join("\n")).toContain("tools/list_changed");
    const { raw } = await hub.ask("session", ann, "tools/list");
    expect([raw.includes("a__look"), raw.includes("b__look")]).toEqual([true, false]);
    expect(hub.storage.audited.at(-1)).toBe(
      'owner profile.set X: {"servers":["a"],"tools":{},"resources":{},"prompts":{},"readOnly":false}',
    );
  });

  it("that is gone from the file shows nothing to those who have it", async () => {
    const hub = await start();
    const ann = hub.addClient("ann", "A");
    await hub.ask("session", ann, "tools/list");
    await hub.configure('{"consent":{"default":"allow"},"mcpServers":{"a":{"command":"a"}}}');
    const { message } = await hub.ask("session", ann, "tools/list");
    expect(message?.result).toEqual({ tools: [] });
  });
});
