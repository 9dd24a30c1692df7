import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredClient, StoredSession } from "../hub/ports/storage.ts";
import { type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const client: StoredClient = {
  id: "c-1",
  name: "claude",
  profile: null,
  tokenHash: Buffer.alloc(32, 7),
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
    tokenHash: Buffer.alloc(32, 8),
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
      tokenHash: Buffer.alloc(32, 8),
      revokedAt: 9_000,
    },
  ];
  expect(storage.clients.all()).toEqual(expected);
  await storage.close();
  expect(home.open().clients.all()).toEqual(expected);
});

test("a session outlives the process until it is removed", async () => {
  const storage = home.open();
  await put(storage, session);
  await put(storage, { ...session, idHash: "cd".repeat(32), clientId: null, createdAt: 2_000 });
  storage.sessions.touch(session.idHash, 7_000);
  storage.sessions.touch(session.idHash, 8_000);
  storage.sessions.remove("cd".repeat(32));
  await storage.close();
  expect(home.open().sessions.all()).toEqual([{ ...session, lastUsedAt: 8_000 }]);
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
  storage.audit.record(act);
  storage.audit.record({ ...act, pid: null, executable: null });
  const database = new Database(home.file, { readonly: true });
  expect(database.prepare("SELECT * FROM audit").all()).toEqual([
    { id: 1, ...act },
    { id: 2, ...act, pid: null, executable: null },
  ]);
  database.close();
});
