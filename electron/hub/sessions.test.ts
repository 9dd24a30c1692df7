import { describe, expect, it } from "vitest";
import { Identities } from "./identities.ts";
import { Sessions } from "./sessions.ts";
import { createMemoryStorage } from "./testing/memory-storage.ts";

const hello = { revision: "2025-11-25", capabilities: "{}", clientInfo: "{}" };
const client = { id: "c1", name: "one", profile: null };
const all = { kind: "all" } as const;
const openIn = (sessions: Sessions, who = client) =>
  new Promise<string>((resolve) =>
    sessions.open({ client: who, scope: all }, hello, "2025-11-25", (_error, session) => resolve(session.id)),
  );

describe("sessions", () => {
  it("go on in the next run of the hub, found by the id that is nowhere stored", async () => {
    const storage = createMemoryStorage();
    const id = await openIn(new Sessions(storage.sessions, Date.now()));
    expect(JSON.stringify([...storage.storedSessions.values()])).not.toContain(id);
    const next = new Sessions(storage.sessions, Date.now());
    expect(next.find(id, client, all)?.revision).toBe("2025-11-25");
    expect(next.find(id, client, all)?.id).toBe(id);
  });

  it("belong to one client and one scope", async () => {
    const sessions = new Sessions(createMemoryStorage().sessions, Date.now());
    const id = await openIn(sessions);
    expect(sessions.find(id, { ...client, id: "c2" }, all)).toBeUndefined();
    expect(sessions.find(id, client, { kind: "server", name: "x" })).toBeUndefined();
    expect(sessions.find(`${id}x`, client, all)).toBeUndefined();
  });

  it("end for good: also for the next run", async () => {
    const storage = createMemoryStorage();
    const sessions = new Sessions(storage.sessions, Date.now());
    const id = await openIn(sessions);
    const session = sessions.find(id, client, all);
    if (session === undefined) throw new Error("lost");
    let closed = false;
    let cancelled = "";
    session.attachStream({ push: () => {}, close: () => (closed = true) });
    session.running.add("1", { cancel: (reason) => (cancelled = reason) });
    sessions.end(session, "the end");
    expect({ closed, cancelled }).toEqual({ closed: true, cancelled: "the end" });
    expect(sessions.find(id, client, all)).toBeUndefined();
    expect(new Sessions(storage.sessions, Date.now()).find(id, client, all)).toBeUndefined();
  });

  it("end with their client, also those nobody has come back to since the start", async () => {
    const storage = createMemoryStorage();
    const dormant = await openIn(new Sessions(storage.sessions, Date.now()));
    const sessions = new Sessions(storage.sessions, Date.now());
    const live = await openIn(sessions);
    const other = await openIn(sessions, { ...client, id: "c2" });
    sessions.endAllOf("c1", "revoked");
    expect([dormant, live].map((id) => sessions.find(id, client, all))).toEqual([undefined, undefined]);
    expect(sessions.find(other, { ...client, id: "c2" }, all)).toBeDefined();
  });

  it("are told a thing once, on the newest of their streams, or on the next if there is none", async () => {
    const sessions = new Sessions(createMemoryStorage().sessions, Date.now());
    const session = sessions.find(await openIn(sessions), client, all);
    if (session === undefined) throw new Error("lost");
    const heard: string[] = [];
    const attach = (name: string): (() => void) =>
      session.attachStream({
        push: (parts) => heard.push(`${name} ${Buffer.concat(parts).toString()}`),
        close: () => {},
      });
    const say = (text: string): void => session.push([Buffer.from(text)]);
    say("early");
    const [first, second] = [attach("first"), attach("second")];
    say("two");
    second();
    say("one");
    first();
    say("x".repeat(9_000_000));
    say("late");
    attach("third");
    expect(heard).toEqual(["first early", "second two", "first one", "third late"]);
  });

  it("are forgotten after a week of silence", async () => {
    const storage = createMemoryStorage();
    const id = await openIn(new Sessions(storage.sessions, Date.now()));
    expect(
      new Sessions(storage.sessions, Date.now() + 8 * 24 * 3_600_000).find(id, client, all),
    ).toBeUndefined();
    expect(storage.storedSessions.size).toBe(0);
  });
});

describe("identities", () => {
  it("know a client by its token alone, and keep only the token's hash", () => {
    const storage = createMemoryStorage();
    const first = new Identities(storage.clients);
    const token = first.mintToken(first.add("claude-code", null).id);
    expect(JSON.stringify([storage.storedClients, storage.storedTokens])).not.toContain(token);
    const next = new Identities(storage.clients);
    expect(next.authenticate(token)?.name).toBe("claude-code");
    for (const wrong of ["", `${token}x`, token.slice(1), token.toUpperCase()])
      expect(next.authenticate(wrong)).toBeUndefined();
  });

  it("forget a revoked client at once, and let its name be used again", () => {
    const storage = createMemoryStorage();
    const identities = new Identities(storage.clients);
    const token = identities.mintToken(identities.add("cursor", null).id);
    expect(() => identities.add("CURSOR", null)).toThrow("already");
    identities.revoke("Cursor");
    expect(identities.authenticate(token)).toBeUndefined();
    expect(() => identities.revoke("cursor")).toThrow("no client");
    expect(identities.authenticate(token)).toBeUndefined();
    const again = identities.mintToken(identities.add("cursor", null).id);
    expect(identities.authenticate(again)?.name).toBe("cursor");
  });

  it("refuse names that could mislead", () => {
    const identities = new Identities(createMemoryStorage().clients);
    for (const name of ["", " x", "a\nb", "a\u202eb", "x".repeat(64), "-"])
      expect(() => identities.add(name, null)).toThrow("no usable");
  });
});
