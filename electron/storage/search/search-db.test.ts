import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { finderOf } from "./finder.ts";
import { numbersOf } from "./posting.ts";
import { mergedAtOnce, openSearchDb, type SearchDb } from "./search-db.ts";
import { createSegmentBuilder, segmentSpan } from "./segment-builder.ts";

let folder: string;
let db: SearchDb;
const pause = (): Promise<void> => Promise.resolve();
const open = (): SearchDb =>
  openSearchDb(join(folder, "search.db"), (message) => {
    throw new Error(message);
  });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-search-"));
  db = open();
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const builder = createSegmentBuilder();
const firstOf = (segment: number): number => 1 + segment * segmentSpan;
/** Writes the segments numbered `from` to `to` (without it): a common text in each call, and one of the segment's own. */
async function write(from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) {
    builder.begin();
    for (let call = 0; call < 20; call++) builder.add(call, call === 7 ? `common <only ${at}>` : "common");
    const first = firstOf(at);
    await db.write({ first, last: first + segmentSpan - 1, calls: 20, starts: at, end: at }, builder, pause);
  }
}
/** The calls that the index finds for a text, the newest first. */
function found(...texts: string[]): number[] {
  const find = finderOf(
    db,
    texts.map((text) => [text]),
  );
  return db.segments().flatMap(({ first }) => {
    const set = find(first);
    return set === undefined ? [] : numbersOf(set, 0, segmentSpan).map((number) => first + number);
  });
}
/** Tidies until nothing is left to do; how many steps that took. */
async function tidied(): Promise<number> {
  let steps = 0;
  while (await db.tidy(pause)) steps++;
  return steps;
}
const places = () => db.segments().map(({ first }) => db.locate(first)?.place);

test.each(["ALTER TABLE segment DROP COLUMN ending", "DROP TABLE posting", "PRAGMA user_version = 3"])(
  "an index that is not made as it should be is made anew: %s",
  async (change) => {
    await write(0, 1);
    db.close();
    const file = join(folder, "search.db");
    const other = new Database(file);
    other.exec(change);
    other.close();
    const told: string[] = [];
    db = openSearchDb(file, (message) => told.push(message));
    expect(told).toEqual([expect.stringContaining("cannot be used and is made anew")]);
    await write(0, 1);
    expect(found("<only 0>")).toHaveLength(1);
  },
);

test("merged segments are found in as those that lie by themselves", async () => {
  await write(0, mergedAtOnce + 3);
  const before = ["common", "<only 5>", "<only 33>", "m", "on", "absent"].map((text) => found(text));
  expect(before.map((calls) => calls.length)).toEqual([(mergedAtOnce + 3) * 20, 1, 1, 700, 700, 0]);
  // One step merges, the others clear each old run away.
  expect(await tidied()).toBe(1 + mergedAtOnce);
  expect(places()).toEqual([null, null, null, ...Array.from({ length: mergedAtOnce }, (_, at) => at)]);
  expect(["common", "<only 5>", "<only 33>", "m", "on", "absent"].map((text) => found(text))).toEqual(before);
  expect(found("<only 5>", "<only 34>")).toEqual([firstOf(34) + 7, firstOf(5) + 7]);
  db.close();
  db = open();
  expect(found("<only 5>")).toEqual([firstOf(5) + 7]);
});

test("fewer segments are left as they are", async () => {
  await write(0, mergedAtOnce - 1);
  expect(await tidied()).toBe(0);
});

test("a search that has begun goes on over a merge", async () => {
  await write(0, mergedAtOnce);
  const find = finderOf(db, [["<only"]]);
  const [newest, ...others] = db.segments();
  expect(find(newest?.first ?? 0)).toBeDefined();
  await tidied();
  for (const { first } of others) expect(numbersOf(find(first) ?? new Uint8Array(), 0, 2_048)).toEqual([7]);
});

test("a merge that was broken off is cleared away, and made again", async () => {
  await write(0, mergedAtOnce);
  let steps = 0;
  const broken = (): Promise<void> =>
    ++steps === 100 ? Promise.reject(new Error("killed")) : Promise.resolve();
  await expect(db.tidy(broken)).rejects.toThrow("killed");
  db.close();
  db = open();
  expect(found("<only 9>")).toEqual([firstOf(9) + 7]);
  expect(await tidied()).toBe(1 + 1 + mergedAtOnce);
  expect(found("<only 9>")).toEqual([firstOf(9) + 7]);
});

test("a removed segment of a merged run is found no more, and the last one takes the run with it", async () => {
  await write(0, mergedAtOnce);
  await tidied();
  const [kept, ...others] = db.segments();
  for (const segment of others) db.remove(segment);
  expect(await tidied()).toBe(0);
  expect(found("common")).toHaveLength(20);
  expect(found("<only 3>")).toEqual([]);
  if (kept !== undefined) db.remove(kept);
  expect(await tidied()).toBe(1);
  while (db.shrink());
  await write(3, 4);
  expect(found("<only 3>")).toEqual([firstOf(3) + 7]);
});
