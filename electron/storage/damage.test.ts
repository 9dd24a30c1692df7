import { closeSync, openSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Storage } from "../hub/ports/storage.ts";
import { append, chainKey, type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const CALLS = 600;

/** Overwrites one page of a table or an index, by its place among those of its type; gives the page's number. */
function spoil(name: string, place: (pages: readonly number[]) => number | undefined, type = "leaf"): void {
  const database = new Database(home.file, { readonly: true });
  const size = Number(database.pragma("page_size", { simple: true }));
  const pages = database
    .prepare<[string, string], number>(
      "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path",
    )
    .pluck()
    .all(name, type);
  database.close();
  const page = place(pages);
  if (page === undefined) throw new Error(`${name} has no such page`);
  const handle = openSync(home.file, "r+");
  writeSync(handle, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
  closeSync(handle);
}
/** Overwrites the upmost page of a table, so that nothing of it can be read. */
function spoilRoot(name: string): void {
  const database = new Database(home.file, { readonly: true });
  const types = database
    .prepare<[string], string>("SELECT DISTINCT pagetype FROM dbstat WHERE name = ?")
    .pluck()
    .all(name);
  database.close();
  spoil(name, first, types.includes("internal") ? "internal" : "leaf");
}
const middle = (pages: readonly number[]): number | undefined => pages[pages.length >> 1];
const first = (pages: readonly number[]): number | undefined => pages[0];
const last = (pages: readonly number[]): number | undefined => pages.at(-1);

/** Records calls, and chains them unless it is to be left; gives their ids. */
async function recorded(chained = true): Promise<number[]> {
  const storage = home.open();
  if (chained) await storage.history.takeKeys([chainKey], "empty");
  const ids: number[] = [];
  for (let at = 0; at < CALLS; at++)
    ids.push(
      await append(storage, {
        status: at % 3 === 0 ? "tool_error" : "ok",
        result: Buffer.from(JSON.stringify({ text: `word${at}. ${"filler ".repeat(20)}` })),
      }),
    );
  await storage.close();
  return ids;
}

const listed = async (storage: Storage, filter = {}): Promise<number[]> =>
  (await storage.calls.list(filter, 10_000, undefined)).calls.map(({ id }) => id);
const counted = async (storage: Storage, filter = {}): Promise<number> =>
  (await storage.calls.count(filter)).counts.reduce((sum, calls) => sum + calls, 0);
const codes = (storage: Storage): string[] => storage.health.problems().map(({ code }) => code);

it.each([
  ["in the middle", middle],
  ["with the oldest calls", first],
])(
  "a damaged page of calls %s hides its own calls and no others, and recording goes on",
  async (_, place) => {
    const ids = await recorded();
    spoil("call", place);
    const storage = home.open();
    const left = await listed(storage);
    expect(left.length).toBeGreaterThan(CALLS - 150);
    expect(left.length).toBeLessThan(CALLS);
    const lost = ids.filter((id) => !left.includes(id));
    // One page: what is lost lies together, and all around it is there.
    expect((lost.at(-1) ?? 0) - (lost[0] ?? 0)).toBe(lost.length - 1);
    expect(await counted(storage)).toBe(left.length);
    expect(await listed(storage, { status: "tool_error" })).toEqual(
      left.filter((id) => ids.indexOf(id) % 3 === 0),
    );
    for (const id of [left[0] ?? 0, left.at(-1) ?? 0])
      expect(await listed(storage, { search: `word${ids.indexOf(id)}.` })).toEqual([id]);
    expect(codes(storage)).toEqual(["database_damaged"]);

    const next = await append(storage, { result: Buffer.from('"afterwards"') });
    expect(await listed(storage, { search: "afterwards" })).toEqual([next]);
    expect(() => storage.calls.countSince(0)).not.toThrow();
    await storage.history.takeKeys([chainKey], "fits");
    const { ok, findings } = await storage.history.verify(() => {});
    expect({ ok, findings }).toEqual({
      ok: false,
      findings: [{ kind: "unreadable", first: lost[0], last: lost.at(-1) }],
    });
  },
);

it("calls that were damaged before they were chained are told, and those after them are chained", async () => {
  const ids = await recorded(false);
  spoil("call", middle);
  const chaining = home.open();
  await chaining.history.takeKeys([chainKey], "empty");
  await chaining.close();
  const storage = home.open();
  await storage.history.takeKeys([chainKey], "fits");
  const left = await listed(storage);
  const lost = ids.filter((id) => !left.includes(id));
  expect(await storage.history.verify(() => {})).toMatchObject({
    ok: false,
    pending: 0,
    through: ids.at(-1),
    findings: [{ kind: "unreadable", first: lost[0], last: lost.at(-1) }],
  });
});

it("where the newest calls are damaged nothing is recorded, which is told and stays so, and the others are read", async () => {
  const ids = await recorded();
  spoil("call", last);
  const storage = home.open();
  const left = await listed(storage);
  expect(left).toEqual(ids.slice(0, left.length).reverse());
  expect(left.length).toBeGreaterThan(CALLS - 150);
  await expect(append(storage)).rejects.toThrow("malformed");
  expect(codes(storage)).toEqual(["recording_failed", "database_damaged"]);
  expect(await listed(storage, { search: "word0." })).toEqual([ids[0]]);
});

it.each([
  ["the index of calls that failed", "call_not_ok", "leaf"],
  ["blocks", "block", "leaf"],
  ["the payloads' upper page", "payload", "internal"],
  ["a catalogue", "catalog", "leaf"],
])("with damage in %s every call is listed and counted", async (_, name, type) => {
  const before = home.open();
  before.catalogs.save("files", "k", new Map([["tools", Buffer.from("[]")]]));
  await before.close();
  const ids = await recorded();
  spoil(name, first, type);
  const storage = home.open();
  expect(storage.catalogs.load("files", "k")?.size).toBe(name === "catalog" ? undefined : 1);
  expect(await listed(storage)).toHaveLength(CALLS);
  expect(await counted(storage, { status: "tool_error" })).toBe(CALLS / 3);
  expect(await listed(storage, { status: "tool_error", server: "files" })).toEqual(
    ids.filter((_id, at) => at % 3 === 0).reverse(),
  );
  expect(storage.calls.countSince(0).get("files")).toBe(CALLS);
});

/** Enough of each that they fill many pages: clients with tokens, their sessions, and what was accepted of a server. */
function kept(storage: Storage): { hashes: Buffer[]; names: string[] } {
  const names = Array.from({ length: 300 }, (_, at) => `client-${at}`);
  const hashes = names.map((_, at) => Buffer.alloc(32, `${at}.`));
  names.forEach((name, at) => {
    storage.clients.add({
      id: `c-${at}`,
      name,
      claimedName: null,
      via: "token",
      profile: null,
      labels: { team: "of some length, so that pages fill" },
      createdAt: at,
      lastSeenAt: null,
      revokedAt: null,
    });
    const hash = hashes[at] ?? Buffer.alloc(32);
    storage.clients.addToken({ hash, clientId: `c-${at}`, expiresAt: null, audience: null });
    storage.sessions.put(
      {
        idHash: `hash of session ${at}`,
        label: `s-${at}`,
        clientId: `c-${at}`,
        scope: "all",
        revision: "2025-11-25",
        capabilities: "{}",
        clientInfo: JSON.stringify({ name: "test", version: "1.0.0" }),
        transport: "http",
        project: null,
        createdAt: at,
        lastUsedAt: at,
      },
      () => {},
    );
  });
  const pin = (name: string) => ({ kind: "tool", key: name, hash: name, text: `"${name}"`, pinnedAt: 1 });
  storage.pins.save("files", { put: names.map(pin), drop: [], held: [] });
  return { hashes, names };
}

it.each([
  ["client", middle, (open: Storage) => open.clients.all().map(({ name }) => name)],
  ["session", middle, (open: Storage) => open.sessions.all().map(({ label }) => label)],
  ["client_token", middle, (open: Storage) => open.clients.tokens(0).map(({ hash }) => hash)],
  ["pin", middle, (open: Storage) => open.pins.load("files")?.pins.map(({ key }) => key) ?? []],
] as const)("with a damaged page of %s all others of it are known", async (table, place, read) => {
  const before = home.open();
  kept(before);
  await before.close();
  const whole = home.open();
  const all: unknown[] = read(whole);
  expect(all).toHaveLength(300);
  await whole.close();
  spoil(table, place);
  const storage = home.open();
  const left: unknown[] = read(storage);
  expect(left.length).toBeGreaterThan(200);
  expect(left.length).toBeLessThan(300);
  expect(all).toEqual(expect.arrayContaining(left));
  expect(codes(storage)).toEqual(["database_damaged"]);
  // It is no call, so calls are recorded as ever.
  await append(storage);
  expect(storage.health.failing).toBeUndefined();
});

it.each(["client", "session", "client_token", "pin", "pinned_server", "rule_use", "upstream_account"])(
  "with nothing of %s left to be read it opens, takes nothing for accepted, and records calls",
  async (table) => {
    const before = home.open();
    kept(before);
    before.ruleUses.put([{ rule: "r", uses: 1, lastUsedAt: 1 }]);
    before.accounts.put({
      server: "web",
      account: "work",
      url: "https://mcp.example/mcp",
      issuer: "https://login.example",
      subject: null,
      scope: null,
      expiresAt: null,
      refreshedAt: 1,
      ended: null,
    });
    await append(before);
    await before.close();
    spoilRoot(table);
    const storage = home.open();
    const found = {
      client: storage.clients.all().length,
      session: storage.sessions.all().length,
      client_token: storage.clients.tokens(0).length,
      pin: storage.pins.load("files")?.pins.length,
      pinned_server: storage.pins.servers().length,
      rule_use: storage.ruleUses.all().length,
      upstream_account: storage.accounts.all().length,
    };
    const whole = { client: 300, session: 300, client_token: 300, pin: 300 };
    const others = { pinned_server: 1, rule_use: 1, upstream_account: 1 };
    expect(found).toEqual({ ...whole, ...others, [table]: 0 });
    // What is unknown is none that nothing was ever accepted of, whose first catalogue would pass whole.
    expect(storage.pins.load("other") === undefined).toBe(table !== "pinned_server");
    expect(codes(storage)).toEqual(["database_damaged"]);
    await append(storage);
    expect(storage.health.failing).toBeUndefined();
    expect(await listed(storage)).toHaveLength(2);
  },
);

it("a note about a client that cannot be written for damage keeps no call of the same turn from being recorded", async () => {
  const before = home.open();
  kept(before);
  await before.close();
  spoilRoot("client");
  const storage = home.open();
  storage.clients.seen("c-1", 5_000);
  const ids = await Promise.all([append(storage), append(storage)]);
  expect(await listed(storage)).toEqual(ids.toReversed());
  expect(storage.health.failing).toBeUndefined();
  expect(codes(storage)).toEqual(["database_damaged"]);
  // Nor is recording given up when it stands alone in its turn.
  const failed = new Promise<Error | undefined>((resolve) => {
    storage.sessions.put(
      {
        idHash: "hash",
        label: "s",
        clientId: null,
        scope: "all",
        revision: "2025-11-25",
        capabilities: "{}",
        clientInfo: "{}",
        transport: "http",
        project: null,
        createdAt: 1,
        lastUsedAt: 1,
      },
      resolve,
    );
    storage.clients.seen("c-2", 5_000);
  });
  // Each is written by itself then: the other one's damage is not this one's.
  expect(await failed).toBeUndefined();
  await append(storage);
  expect(await listed(storage)).toHaveLength(3);
});

it.each(["chain_head", "chain_gap", "chain_key"])(
  "where the page of %s is damaged nothing can be said of the calls, which is what a check says",
  async (table) => {
    const ids = await recorded();
    spoil(table, first);
    const storage = home.open();
    const taken = await storage.history.takeKeys([chainKey], "fits").catch((error: unknown) => error);
    expect(table === "chain_gap" ? taken : taken instanceof Error).toBe(
      table === "chain_gap" ? "file" : true,
    );
    expect(await storage.history.verify(() => {})).toMatchObject({
      ok: false,
      pending: 0,
      findings: [{ kind: "unreadable", first: ids[0], last: ids.at(-1) }],
    });
    expect(await storage.history.state()).toMatchObject({ chain: { of: ids.at(-1) } });
    expect(codes(storage)).toEqual(["database_damaged"]);
    expect(await append(storage)).toBe((ids.at(-1) ?? 0) + 1);
  },
);

it("a call is shown though what went on within it lies on a damaged page", async () => {
  const before = home.open();
  const id = await append(before, {
    events: {
      events: [{ at: 1, from: "server", kind: "request", method: "m", bytes: 1, note: null }],
      more: 0,
    },
  });
  await before.close();
  spoil("call_event", first);
  const storage = home.open();
  expect(await storage.calls.get(id, 100)).toMatchObject({ id, result: { text: '{"content":[]}' } });
  expect(codes(storage)).toEqual(["database_damaged"]);
});
