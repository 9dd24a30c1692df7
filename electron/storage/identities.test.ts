import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredClient, StoredSession } from "../hub/ports/storage.ts";
import { type Home, makeHome } from "./fixtures/storage.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const client: StoredClient = {
  id: "c-1",
  name: "claude",
  claimedName: null,
  via: "token",
  profile: null,
  labels: {},
  createdAt: 1_000,
  lastSeenAt: null,
  revokedAt: null,
};

const session: StoredSession = {
  idHash: "ab".repeat(32),
  label: "s-1",
  clientId: "c-1",
  scope: "all",
  revision: "2025-11-25",
  capabilities: "{}",
  clientInfo: '{"name":"claude"}',
  transport: "http",
  project: null,
  createdAt: 1_000,
  lastUsedAt: 1_000,
};

const put = (storage: ReturnType<Home["open"]>, value: StoredSession): Promise<void> =>
  new Promise((resolve, reject) => {
    storage.sessions.put(value, (error) => (error === undefined ? resolve() : reject(error)));
  });

test("clients come back after a restart with when they were last seen and revoked", async () => {
  const storage = home.open();
  storage.clients.add(client);
  storage.clients.add({
    ...client,
    id: "c-2",
    name: "cursor",
    profile: "work",
  });
  storage.clients.seen("c-1", 5_000);
  storage.clients.seen("c-1", 6_000);
  storage.clients.revoke("c-2", 9_000);
  storage.clients.revoke("c-2", 10_000);
  const expected = [
    { ...client, lastSeenAt: 6_000 },
    {
      ...client,
      id: "c-2",
      name: "cursor",
      profile: "work",
      revokedAt: 9_000,
    },
  ];
  expect(storage.clients.all()).toEqual(expected);
  await storage.close();
  expect(home.open().clients.all()).toEqual(expected);
});

test("a client may hold several tokens, until they expire, are removed, or the client is revoked", async () => {
  const storage = home.open();
  storage.clients.add(client);
  storage.clients.add({ ...client, id: "c-2", name: "cursor" });
  const token = (byte: number, clientId: string, expiresAt: number | null = null) => ({
    hash: Buffer.alloc(32, byte),
    clientId,
    expiresAt,
    audience: clientId === "c-2" ? { host: "127.0.0.1:1", scope: { kind: "all" as const } } : null,
  });
  const all = [token(1, "c-1"), token(2, "c-1", 5_000), token(3, "c-1", 9_000), token(4, "c-2")];
  for (const each of all) storage.clients.addToken(each);
  expect(storage.clients.tokens(1_000)).toEqual(all);
  expect(storage.clients.tokens(5_000)).toEqual([all[0], all[2], all[3]]);
  storage.clients.removeToken(Buffer.alloc(32, 3));
  storage.clients.revoke("c-2", 9_000);
  await storage.close();
  const again = home.open();
  expect(again.clients.tokens(1_000)).toEqual([all[0]]);
  again.clients.removeTokens("c-1");
  expect(again.clients.tokens(1_000)).toEqual([]);
});

test("what a person has changed of a client, and what it calls itself, is kept", async () => {
  const storage = home.open();
  storage.clients.add(client);
  const changed = { name: "Claude", claimedName: "claude-code", profile: "work", labels: { team: "a" } };
  storage.clients.update({ id: "c-1", ...changed });
  await storage.close();
  expect(home.open().clients.all()).toEqual([{ ...client, ...changed }]);
});

test("a database of the first version keeps its clients, their tokens and its sessions", async () => {
  const database = new Database(home.file);
  migrate(database, migrations.slice(0, 1));
  const hash = Buffer.alloc(32, 5);
  const insert = database.prepare("INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.run("c-1", "claude", "work", hash, 1_000, 2_000, null);
  insert.run("c-2", "gone", null, Buffer.alloc(32, 6), 1_500, null, 3_000);
  database
    .prepare("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .run(...Object.values({ ...session, transport: undefined, project: undefined }).filter((value) => value));
  database.close();
  const storage = home.open();
  expect(storage.clients.all()).toEqual([
    { ...client, profile: "work", lastSeenAt: 2_000 },
    { ...client, id: "c-2", name: "gone", createdAt: 1_500, revokedAt: 3_000 },
  ]);
  expect(storage.clients.tokens(0)).toEqual([{ hash, clientId: "c-1", expiresAt: null, audience: null }]);
  expect(storage.sessions.all()).toEqual([session]);
});

test("a session outlives the process until it is removed", async () => {
  const storage = home.open();
  await put(storage, session);
  await put(storage, { ...session, idHash: "cd".repeat(32), clientId: null, createdAt: 2_000 });
  storage.sessions.touch(session.idHash, 7_000);
  storage.sessions.touch(session.idHash, 8_000);
  storage.sessions.remove("cd".repeat(32));
  storage.sessions.setProject(session.idHash, "/home/a/proj");
  await storage.close();
  expect(home.open().sessions.all()).toEqual([{ ...session, project: "/home/a/proj", lastUsedAt: 8_000 }]);
});

test("a catalogue is returned only under the key that it was saved with", async () => {
  const storage = home.open();
  const catalog = new Map([
    ["initialize", Buffer.from("{}")],
    ["tools", Buffer.from("[1]")],
  ]);
  storage.catalogs.save("files", "old", new Map([["prompts", Buffer.from("[]")]]));
  storage.catalogs.save("files", "key", catalog);
  storage.catalogs.save("gone", "key", catalog);
  storage.catalogs.remove("gone");
  await storage.close();
  const again = home.open();
  expect(again.catalogs.load("files", "key")).toEqual(catalog);
  expect(again.catalogs.load("files", "old")).toBeUndefined();
  expect(again.catalogs.load("gone", "key")).toBeUndefined();
});

test("an administrative act is in the database as soon as it was recorded", () => {
  const storage = home.open();
  const act = {
    at: 5,
    role: "operator",
    pid: 42,
    executable: "/bin/node",
    act: "server.add",
    detail: "files",
  };
  expect(storage.audit.record(act)).toEqual({ id: 1, ...act, at: "1970-01-01T00:00:00.005Z" });
  storage.audit.record({ ...act, pid: null, executable: null });
  const database = new Database(home.file, { readonly: true });
  expect(database.prepare("SELECT * FROM audit").all()).toEqual([
    { id: 1, ...act },
    { id: 2, ...act, pid: null, executable: null },
  ]);
  database.close();
});

test("administrative acts are listed newest first, page by page, and found by a part of their text", () => {
  const { audit } = home.open();
  const details = ["files", "100%", "a_b", "Files again", "c:\\x"];
  for (const [index, detail] of details.entries())
    audit.record({ at: index, role: "owner", pid: null, executable: null, act: "server.add", detail });
  const found = (search: string): number[] => audit.list({ search, limit: 10 }).entries.map(({ id }) => id);
  const page = (before?: number) => {
    const { entries, more } = audit.list({ limit: 2, before });
    return [entries.map(({ id }) => id), more];
  };
  expect([page(), page(4), page(2)]).toEqual([
    [[5, 4], true],
    [[3, 2], true],
    [[1], false],
  ]);
  expect(["FILES", "%", "_", "\\x", "server.add", "nothing"].map(found)).toEqual([
    [4, 1],
    [2],
    [3],
    [5],
    [5, 4, 3, 2, 1],
    [],
  ]);
});
