import { describe, expect, it } from "vitest";
import type { ServerSummary } from "../../shared/model/server.ts";
import { createFakeConnection, createFakeSchedule, offline } from "../testing/fake-connection.ts";
import { createChanges } from "./changes.ts";
import { createHubStore } from "./hub-store.ts";

const server = (name: string, more: Partial<ServerSummary> = {}): ServerSummary => ({
  name,
  state: "ready",
  transport: "stdio",
  enabled: true,
  tools: 1,
  restarts: 0,
  lastError: null,
  pid: 1,
  revision: null,
  callsToday: 0,
  retryAt: null,
  startedAt: null,
  noiseLines: 0,
  lateAnswers: 0,
  strayAnswers: 0,
  labels: {},
  ...more,
});
const hub = { pid: 1, url: null, version: "0", startedAt: "", paused: false, desktop: false };
const answers = {
  "hub.status": () => ({ hub, servers: [server("b"), server("a")], clients: [], pending: 0 }),
  "clients.list": () => ({ clients: [] }),
  "questions.list": () => ({ pending: [] }),
  "settings.get": () => null,
};
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the hub's mirror", () => {
  it("loads everything when online, sorted by name", async () => {
    const { store } = createHubStore(createFakeConnection(answers));
    await settle();
    expect(store.getState()).toMatchObject({ loaded: true, hub, servers: [{ name: "a" }, { name: "b" }] });
  });

  it("tells of an index that stays behind, not of one that is for a moment, and no longer when it is whole or gone", async () => {
    const connection = createFakeConnection(answers);
    let time = 0;
    const { store } = createHubStore(connection, undefined, () => time);
    const at = (milliseconds: number, through: number) => {
      time = milliseconds;
      const chain = { through: 9, of: 9, key: null };
      connection.broadcast("historyChanged", { chain, indexed: { through, of: 9 } });
      return store.getState().indexing;
    };
    expect([at(0, 1), at(1_000, 2), at(2_000, 3), at(3_000, 4)]).toEqual([
      null,
      null,
      { through: 3, of: 9 },
      { through: 4, of: 9 },
    ]);
    expect([at(3_500, 9), at(4_000, 8), at(5_999, 8)]).toEqual([null, null, null]);
    expect(at(6_000, 8)).toEqual({ through: 8, of: 9 });
    connection.become(offline);
    expect(store.getState().indexing).toBeNull();
    expect([at(7_000, 8), at(9_000, 8)]).toEqual([null, { through: 8, of: 9 }]);
  });

  it("takes many changes of servers as one update a frame", async () => {
    const connection = createFakeConnection(answers);
    const { schedule, flush } = createFakeSchedule();
    const { store } = createHubStore(connection, schedule);
    await settle();
    let updates = 0;
    store.subscribe(() => {
      updates += 1;
    });
    for (let calls = 1; calls <= 100; calls += 1)
      connection.broadcast("serverChanged", server("a", { callsToday: calls }));
    connection.broadcast("serverChanged", server("aa"));
    flush();
    expect(updates).toBe(1);
    expect(store.getState().servers.map((entry) => [entry.name, entry.callsToday])).toEqual([
      ["a", 100],
      ["aa", 0],
      ["b", 0],
    ]);
  });

  it("keeps what it knew while offline and says that it is", async () => {
    const connection = createFakeConnection(answers);
    const { store } = createHubStore(connection);
    await settle();
    connection.become(offline);
    expect(store.getState()).toMatchObject({ connection: { phase: "offline" }, loaded: true });
    expect(store.getState().servers).toHaveLength(2);
  });

  it("tells what failed when the first load does", async () => {
    const connection = createFakeConnection({
      ...answers,
      "hub.status": () => {
        throw new Error("disk full");
      },
    });
    const { store } = createHubStore(connection);
    await settle();
    expect(store.getState()).toMatchObject({ loaded: false, failure: { message: "disk full" } });
  });
});

describe("changes without a desktop", () => {
  it("wait as a question until it is answered", async () => {
    const connection = createFakeConnection({ "questions.ask": () => ({ id: "q1" }) });
    const changes = createChanges(connection, undefined);
    const approved = changes.ask({ type: "server.remove", name: "a" });
    await settle();
    connection.broadcast("questionAnswered", { id: "other", answer: "deny", by: "operator" });
    connection.broadcast("questionAnswered", { id: "q1", answer: "approve", by: "operator" });
    expect(await approved).toEqual({ outcome: "done" });
  });

  it("learn of an answer that came before the question's id", async () => {
    const connection = createFakeConnection({
      "questions.ask": () => {
        connection.broadcast("questionAnswered", { id: "q2", answer: "deny", by: "owner" });
        return { id: "q2" };
      },
    });
    expect(await createChanges(connection, undefined).ask({ type: "server.remove", name: "a" })).toEqual({
      outcome: "declined",
    });
  });
});
