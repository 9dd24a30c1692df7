// Rows that somebody has altered with another program: the log goes on, and shows what it can.
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { callDetailSchema } from "../../shared/model/call.ts";
import type { Storage } from "../hub/ports/storage.ts";
import { append, chainKey, type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const CALLS = 12;

/** As another program writes it, which does not look after what belongs together. */
function write(...statements: string[]): void {
  const database = new Database(home.file);
  database.pragma("foreign_keys = OFF");
  for (const statement of statements) expect(database.prepare(statement).run().changes).toBeGreaterThan(0);
  database.close();
}

/** A storage whose calls are chained as they come. */
async function chained(): Promise<Storage> {
  const storage = home.open();
  await storage.history.takeKeys([chainKey], "empty");
  return storage;
}

async function recorded(): Promise<void> {
  const storage = await chained();
  for (let at = 0; at < CALLS; at++) await append(storage, { result: Buffer.from(`"word${at}."`) });
  await storage.history.verify(() => {});
  await storage.close();
}

const listed = async (storage: Storage): Promise<number[]> =>
  (await storage.calls.list({}, 100, undefined)).calls.map(({ id }) => id);

const large = Buffer.from(JSON.stringify("large ".repeat(1_000_000)));
const whole = [`DELETE FROM payload WHERE call_id = ${CALLS}`, `DELETE FROM chain WHERE id = ${CALLS}`];

it.each([
  ["the newest row was removed", [`DELETE FROM call WHERE id = ${CALLS}`], CALLS - 1, CALLS],
  [
    "the newest row was removed with all that belongs to it",
    [`DELETE FROM call WHERE id = ${CALLS}`, ...whole],
    CALLS - 1,
    CALLS,
  ],
  ["all rows were removed", ["DELETE FROM call"], 0, 1],
])(
  "when %s, calls are recorded all the same, and no id is given twice",
  async (_, statements, left, gone) => {
    await recorded();
    write(...statements);
    const storage = await chained();
    expect(await append(storage)).toBe(CALLS + 1);
    expect(await append(storage, { result: large })).toBe(CALLS + 2);
    expect(await append(storage, { result: Buffer.from('"sought."') })).toBe(CALLS + 3);
    expect(await listed(storage)).toHaveLength(left + 3);
    expect((await storage.calls.list({ search: "sought." }, 10, undefined)).calls).toHaveLength(1);
    const { ok, pending, findings } = await storage.history.verify(() => {});
    expect({ ok, pending }).toEqual({ ok: false, pending: 0 });
    expect(findings[0]).toEqual({ kind: "removed", first: gone, last: CALLS });
    await storage.close();
    const again = home.open();
    expect(await append(again)).toBe(CALLS + 4);
  },
);

it.each([
  ["the newest row", "DELETE FROM call WHERE id = (SELECT max(id) FROM call)", 3],
  ["all rows", "DELETE FROM call", 1],
])(
  "when %s is removed while the hub runs, the next calls are recorded, small and large",
  async (_, statement, first) => {
    for (const result of [large, undefined]) {
      const storage = await chained();
      const ids = [await append(storage), await append(storage), await append(storage)];
      await storage.history.verify(() => {});
      write(statement);
      const next = await append(storage, result === undefined ? {} : { result });
      expect(next).toBe((ids[2] ?? 0) + 1);
      expect(await append(storage)).toBe(next + 1);
      const { findings } = await storage.history.verify(() => {});
      expect(findings[0]).toEqual({ kind: "removed", first, last: 3 });
      expect(storage.health.problems()).toEqual([]);
      await storage.close();
      await home.dispose();
      home = makeHome();
    }
  },
);

it.each([
  ["far beyond all others", 4_000_000_000_000_000, 4_000_000_000_000_001],
  ["that no number here can hold", "9223372036854775807", CALLS + 1],
])(
  "a call with an id %s keeps nothing from going on, and its place is told as empty",
  async (_, id, next) => {
    await recorded();
    write(`UPDATE call SET id = ${id} WHERE id = 5`);
    const storage = await chained();
    expect(await append(storage)).toBe(next);
    const others = Array.from({ length: CALLS }, (_, at) => CALLS - at).filter((each) => each !== 5);
    expect(await listed(storage)).toEqual([next, ...(typeof id === "number" ? [id] : []), ...others]);
    const { counts } = await storage.calls.count({});
    expect(counts.reduce((sum, calls) => sum + calls, 0)).toBe(typeof id === "number" ? CALLS + 1 : CALLS);
    const { ok, findings } = await storage.history.verify(() => {});
    expect(ok).toBe(false);
    expect(findings).toContainEqual({ kind: "removed", first: 5, last: 5 });
  },
);

it.each([
  ["the latest time", "started_at = 9223372036854775807"],
  ["a time before all others", "started_at = -9223372036854775808"],
  ["durations", "duration_us = 9223372036854775807, hub_us = -9223372036854775808"],
  ["sizes", "request_bytes = 9223372036854775807, result_bytes = -1"],
  ["names that there are none of", "client = 0, server = -1, tool = 999999999999, method = 0"],
  ["a status that there is none of", "status = 99"],
])("a call into which %s were written is shown", async (_, set) => {
  await recorded();
  write(`UPDATE call SET ${set} WHERE id = 5`);
  const storage = await chained();
  expect(await listed(storage)).toHaveLength(CALLS);
  expect(callDetailSchema.parse(await storage.calls.get(5, 1_000))).toMatchObject({ id: 5 });
  expect(await storage.history.verify(() => {})).toMatchObject({
    findings: [{ kind: "altered", first: 5, last: 5 }],
  });
});

it.each([
  ["compressed", "UPDATE payload SET result = randomblob(7) WHERE call_id = 1"],
  ["large ones cut", "DELETE FROM payload_chunk WHERE chunk_set = 1 AND position > 0"],
  ["large ones removed", "DELETE FROM payload_chunk"],
  ["large ones altered", "UPDATE payload_chunk SET bytes = randomblob(99)"],
  ["large ones with another number", "UPDATE payload SET chunk_set = 7 WHERE call_id = 2"],
])("contents that were spoilt (%s) are said to be so, and searches go on without them", async (_, spoil) => {
  const before = await chained();
  const text = (words: number): string =>
    Array.from({ length: words }, (_, at) => Math.imul(at, 2_654_435_761) >>> 0).join();
  await append(before, { result: Buffer.from(JSON.stringify(`${text(40_000)} sought.`)) });
  await append(before, { result: Buffer.from(JSON.stringify(`${text(500_000)} sought.`)) });
  await append(before, { result: Buffer.from('"sought."') });
  await before.history.verify(() => {});
  await before.close();
  write(spoil);

  const spoilt = spoil.includes("call_id = 1") ? 1 : 2;
  const storage = await chained();
  const found = async () =>
    (await storage.calls.list({ search: "sought." }, 10, undefined)).calls.map(({ id }) => id);
  expect(await found()).toEqual([3, 2, 1].filter((id) => id !== spoilt));
  await expect(storage.calls.get(spoilt, 16 * 1024 * 1024)).rejects.toMatchObject({
    code: "storage_unusable",
    message: expect.stringContaining("altered or damaged"),
  });
  expect(await storage.calls.get(3, 1_000)).toMatchObject({ result: { text: '"sought."' } });
  expect((await storage.history.verify(() => {})).findings).toEqual([
    { kind: "altered", first: spoilt, last: spoilt },
  ]);
  expect(home.messages.filter((message) => message.includes("index"))).toEqual([]);
});

it("calls that cannot be recorded one after the other are told, whatever stands in their way, until it is gone", async () => {
  const storage = home.open();
  const id = await append(storage);
  const other = new Database(home.file);
  other.exec(
    "CREATE TRIGGER nothing_more BEFORE INSERT ON call BEGIN SELECT RAISE(ABORT, 'nothing more'); END",
  );
  const told = (): string[] => storage.health.problems().map(({ code }) => code);
  for (let at = 0; at < 3; at++) {
    expect(told()).toEqual([]);
    await expect(append(storage)).rejects.toThrow("nothing more");
  }
  expect(told()).toEqual(["recording_failed"]);
  expect(storage.health.failing).toBeInstanceOf(Error);
  const recovered = new Promise<void>((resolve) => {
    storage.health.onChanged(() => resolve());
  });
  other.exec("DROP TRIGGER nothing_more");
  other.close();
  await recovered;
  expect(told()).toEqual([]);
  expect(await append(storage)).toBe(id + 1);
});
