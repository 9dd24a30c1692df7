import { afterEach, describe, expect, it } from "vitest";
import { projectFolder } from "../config/project-folder.ts";
import type { SessionHandle } from "../ports/endpoint.ts";
import { createFakeServers, type FakeServer } from "../testing/fake-transport.ts";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";
import { STATELESS_META } from "../testing/two-servers.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const EMPTY = "(no project)";
const ROOTS = { roots: { listChanged: true } };
const roots = (...uris: string[]) => ({ roots: uris.map((uri) => ({ uri, name: "r" })) });

interface Started {
  readonly hub: TestHub;
  /** The servers that were started, by the folder they run in. */
  readonly byFolder: Map<string, FakeServer>;
}

/** A hub with a server that runs once per project, each of which tells its folder. */
async function start(entry: object = {}): Promise<Started> {
  const { byName: byFolder, factory } = createFakeServers(
    (server, folder) => {
      server.answer["tools/call"] = () => ({ content: [{ type: "text", text: folder }] });
    },
    ({ config }) => (config.type === "stdio" ? (config.cwd ?? "") : ""),
  );
  const config = {
    consent: { default: "allow" },
    mcpServers: { fake: { command: "fake", isolation: "project", ...entry } },
  };
  const hub = await createTestHub({
    config: JSON.stringify(config),
    transports: factory,
    resolveLaunch: (name, server, project) =>
      Promise.resolve({ name, config: { ...server, cwd: project ?? EMPTY } as never, env: {}, headers: {} }),
  });
  open = hub;
  await hub.hub.state.servers.get("fake")?.learn();
  return { hub, byFolder };
}

const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
const changed = { jsonrpc: "2.0", method: "notifications/roots/list_changed" };

/** What the hub asks of a session's client, one question after the other. */
function asked(session: SessionHandle): { id: string; method: string }[] {
  const questions: { id: string; method: string }[] = [];
  session.attachStream({
    push: (parts) => questions.push(JSON.parse(Buffer.concat(parts).toString())),
    close: () => {},
  });
  return questions;
}

const sessionList = async (hub: TestHub, name = "tester") =>
  ((await hub.hub.callAs("viewer", "clients.get", { name })) as { sessionList: { project: string | null }[] })
    .sessionList;
const textOf = (answer: { raw: string }): string => JSON.parse(answer.raw).result?.content?.[0]?.text;

describe("a client's project", () => {
  it("is the first folder of its roots, asked for when it is ready and when they change", async () => {
    const { hub } = await start();
    const session = await hub.open({ kind: "all" }, hub.client, ROOTS);
    const questions = asked(session);
    expect(questions).toEqual([]);
    const answer = async (result: object): Promise<void> => {
      const id = questions.at(-1)?.id;
      hub.notify({ jsonrpc: "2.0", id, result }, session);
      await new Promise(setImmediate);
    };
    hub.notify(initialized, session);
    expect(questions.map(({ method }) => method)).toEqual(["roots/list"]);
    await answer(roots("https://example.com/", "file:///home/ada/first/", "file:///home/ada/second"));
    expect(await sessionList(hub)).toMatchObject([{ project: "/home/ada/first" }]);
    hub.notify(changed, session);
    await answer(roots("file:///home/ada/second"));
    expect(await sessionList(hub)).toMatchObject([{ project: "/home/ada/second" }]);
    hub.notify(changed, session);
    await answer({ roots: [null, 7, { uri: 7 }, { uri: "file:///%00" }] });
    expect(await sessionList(hub)).toMatchObject([{ project: null }]);
    hub.notify(changed, session);
    hub.notify({ jsonrpc: "2.0", id: questions.at(-1)?.id, error: { code: -1, message: "no" } }, session);
    expect([...hub.storage.storedSessions.values()].map(({ project }) => project)).toEqual([null]);
  });

  it("is not asked of a client that has no roots", async () => {
    const { hub } = await start();
    const session = await hub.open({ kind: "all" }, hub.client, { sampling: {} });
    const questions = asked(session);
    hub.notify(initialized, session);
    hub.notify(changed, session);
    expect(questions).toEqual([]);
  });

  it("is what it names itself, before its roots, and is recorded with its calls", async () => {
    const { hub } = await start();
    const session = await hub.open({ kind: "all" }, hub.client, ROOTS);
    const questions = asked(session);
    hub.notify(initialized, session);
    await hub.request(callOf("fake__echo", {}, 1), { session, project: "/home/ada/named" });
    hub.notify({ jsonrpc: "2.0", id: questions[0]?.id, result: roots("file:///home/ada/root") }, session);
    await new Promise(setImmediate);
    hub.notify(changed, session);
    expect(questions).toHaveLength(1);
    await hub.request(callOf("fake__echo", {}, 2), { session });
    expect(hub.storage.rows.map(({ project }) => project)).toEqual(["/home/ada/named", "/home/ada/named"]);
    await hub.hub.callAs("viewer", "calls.list", { filter: { project: "/home/ada/*" } });
    expect(hub.storage.callFilters).toEqual([{ project: "/home/ada/*" }]);
  });
});

describe("a server that runs once per project", () => {
  const callIn = async (hub: TestHub, project: string, id = 1): Promise<string> => {
    const session = await hub.open();
    return textOf(await hub.request(callOf("fake__echo", {}, id), { session, project }));
  };

  it("runs each call in its own project's folder, two at once too, and one instance a folder", async () => {
    const { hub, byFolder } = await start();
    const folders = await Promise.all(["/p/one", "/p/two", "/p/one"].map((folder) => callIn(hub, folder)));
    expect(folders).toEqual(["/p/one", "/p/two", "/p/one"]);
    expect([...byFolder].map(([folder, server]) => [folder, server.opened.length])).toEqual([
      [EMPTY, 1],
      ["/p/one", 1],
      ["/p/two", 1],
    ]);
  });

  it("does so for stateless clients too, by the header of each request", async () => {
    const { hub } = await start();
    const call = (project: string) =>
      hub.request(callOf("fake__echo", {}, project, STATELESS_META), { project }).then(textOf);
    expect(await Promise.all([call("/p/one"), call("/p/two")])).toEqual(["/p/one", "/p/two"]);
    expect(await sessionList(hub)).toMatchObject([{ project: "/p/two", revision: "2026-07-28", running: 0 }]);
  });

  it("is asked what it offers in an empty folder, once, and no call goes there", async () => {
    const { hub, byFolder } = await start({ start: "eager" });
    const session = await hub.open();
    const list = await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    expect(list.raw).toContain("fake__echo");
    await expect.poll(() => hub.hub.state.servers.get("fake")?.summary(0).state).toBe("stopped");
    const { message } = await hub.request(callOf("fake__echo"), { session });
    expect(message?.error?.data).toEqual({ code: "project_unknown", server: "fake" });
    expect(message?.error?.message).toMatch(/X-Gatehouse-Project.*absolute path/);
    expect(hub.storage.rows.at(-1)).toMatchObject({ server: "fake", status: "error", project: null });
    expect(byFolder.get(EMPTY)?.received.some(({ method }) => method === "tools/call")).toBe(false);
  });

  it("that does not start without a project is known from the first project's instance", async () => {
    const { hub, byFolder } = await start();
    const empty = byFolder.get(EMPTY);
    if (empty === undefined) throw new Error("it was not started");
    const session = await hub.open();
    await hub.configure(
      '{"consent":{"default":"allow"},"mcpServers":{"fake":{"command":"other","isolation":"project"}}}',
    );
    empty.answer.initialize = () => undefined;
    empty.answer["server/discover"] = () => undefined;
    expect(hub.hub.state.servers.get("fake")?.catalog.lists).toBeUndefined();
    expect(textOf(await hub.request(callOf("fake__echo"), { session, project: "/p/one" }))).toBe("/p/one");
    expect(hub.hub.state.servers.get("fake")?.catalog.lists).toBeDefined();
  });

  it("waits for a client that is just being asked for its roots", async () => {
    const { hub } = await start();
    const session = await hub.open({ kind: "all" }, hub.client, ROOTS);
    const questions = asked(session);
    hub.notify(initialized, session);
    const answer = hub.request(callOf("fake__echo"), { session });
    hub.notify({ jsonrpc: "2.0", id: questions[0]?.id, result: roots("file:///p/asked") }, session);
    expect(textOf(await answer)).toBe("/p/asked");
    expect(hub.storage.rows).toMatchObject([{ project: "/p/asked" }]);
  });

  it("ends with the last session of its project, or an hour after the last stateless request", async () => {
    const { hub } = await start();
    const { servers } = hub.hub.state;
    const sessions = [await hub.open(), await hub.open()];
    for (const session of sessions) await hub.request(callOf("fake__echo"), { session, project: "/p/one" });
    await hub.request(callOf("fake__echo", {}, 9, STATELESS_META), { project: "/p/two" });
    const running = (): (string | null | undefined)[] =>
      servers
        .instances()
        .filter((server) => server.isReady)
        .map(({ place }) => place?.project);
    expect(running()).toEqual(["/p/one", "/p/two"]);
    const end = (at: number): void => {
      const session = sessions[at];
      if (session !== undefined) hub.hub.mcp.endSession(session);
    };
    end(0);
    expect(running()).toEqual(["/p/one", "/p/two"]);
    end(1);
    expect(running()).toEqual(["/p/two"]);
    servers.stopIdle(Date.now() + 3_500_000);
    expect(running()).toEqual(["/p/two"]);
    servers.stopIdle(Date.now() + 3_700_000);
    expect(running()).toEqual([]);
  });
});

it("with isolation by session, a stateless client has one instance for all its requests", async () => {
  const { hub, byFolder } = await start({ isolation: "session" });
  for (const id of [1, 2, 3]) await hub.request(callOf("fake__echo", {}, id, STATELESS_META));
  const other = hub.addClient("other");
  await hub.request(callOf("fake__echo", {}, 4, STATELESS_META), { client: other });
  expect(hub.hub.state.servers.instances().map(({ place }) => place?.key)).toEqual([
    undefined,
    `client ${hub.client.id}`,
    `client ${other.id}`,
  ]);
  expect(byFolder.get(EMPTY)?.opened).toHaveLength(3);
});

it("a project's folder that is not there is an error that says whose word it was", () => {
  expect(() => projectFolder("files", "/nowhere/at/all", "/unused")).toThrow(
    "the client's project folder /nowhere/at/all is not there, and files runs in it",
  );
});
