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

it("clients on a damaged page are an error that says what to do", async () => {
  const before = home.open();
  await before.close();
  spoil("client", first);
  const storage = home.open();
  expect(() => storage.clients.all()).toThrow(
    expect.objectContaining({ code: "storage_unusable", message: expect.stringContaining(home.file) }),
  );
  expect(codes(storage)).toEqual(["database_damaged"]);
});
