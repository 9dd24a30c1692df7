import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type CallsVerified,
  callsVerifiedSchema,
  historyStateSchema,
} from "../../../shared/model/history.ts";
import type { Storage } from "../../hub/ports/storage.ts";
import { notAround } from "../damage.ts";
import { openConnection } from "../database.ts";
import { append, type Home, makeHome } from "../fixtures/storage.ts";
import { openChain } from "./chain.ts";
import { verifyChain } from "./verify.ts";

const key = { key: Buffer.alloc(32, 5), source: "file" } as const;
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

/** Opens with the key; what was recorded before is chained when it closes. */
async function open(keys: Parameters<Storage["history"]["takeKeys"]>[0] = [key]): Promise<Storage> {
  const storage = home.open();
  await storage.history.takeKeys(keys, "lost");
  return storage;
}

/** A history of calls with small, compressed and large payloads, chained. */
async function recorded(calls: number): Promise<void> {
  const storage = await open();
  for (let i = 1; i <= calls; i++)
    await append(storage, {
      tool: `tool-${i % 7}`,
      durationUs: 1_000 + i,
      result: Buffer.from(`{"n":${i}}`.padEnd(i === 20 ? 400_000 : i === 30 ? 5_000_000 : 20, " ")),
    });
  await storage.close();
}

/** Changes the closed database behind the hub's back, then says what the chain shows. */
async function verifyAfter(change: (database: Database.Database) => void = () => {}): Promise<CallsVerified> {
  const database = new Database(home.file);
  change(database);
  database.close();
  const storage = await open();
  const verified = await storage.history.verify(() => {});
  await storage.close();
  return verified;
}

const clean = { ok: true, pending: 0, key: "file", findings: [], more: 0 };

test("an untouched history is whole, payloads of every size included", async () => {
  await recorded(40);
  expect(await verifyAfter()).toEqual({ ...clean, checked: 40, through: 40 });
});

const altered: [string, string, number][] = [
  ["a duration", "UPDATE call SET duration_us = duration_us + 1 WHERE id = 7", 7],
  ["a status", "UPDATE call SET status = 3 WHERE id = 8", 8],
  ["a result", `UPDATE payload SET result = CAST('{"n":99}' AS BLOB) WHERE call_id = 9`, 9],
  ["a request that is gone", "UPDATE payload SET request = NULL WHERE call_id = 10", 10],
  ["a payload that is gone", "DELETE FROM payload WHERE call_id = 11", 11],
  ["a compressed result", "UPDATE payload SET result = zeroblob(20) WHERE call_id = 20", 20],
  [
    "a piece of a large result",
    "UPDATE payload_chunk SET bytes = zeroblob(length(bytes)) WHERE position = 0 AND chunk_set = (SELECT chunk_set FROM payload WHERE call_id = 30)",
    30,
  ],
  ["how a large result is stored", "UPDATE payload SET result_encoding = 0 WHERE call_id = 30", 30],
  ["a link", "UPDATE chain SET hash = zeroblob(32) WHERE id = 12", 12],
];
test.each(altered)("%s that was altered is found", async (_, sql, id) => {
  await recorded(40);
  const verified = await verifyAfter((database) => database.exec(sql));
  expect(verified).toMatchObject({ ok: false, findings: [{ kind: "altered", first: id }] });
  // A link that was altered fits neither what is before it nor what follows.
  expect(verified.findings[0]?.last).toBeLessThanOrEqual(id + 1);
});

test("a name that was altered is found in every call that has it", async () => {
  await recorded(10);
  const verified = await verifyAfter((database) =>
    database.exec("UPDATE name SET text = 'other' WHERE text = 'tool-3'"),
  );
  expect(verified.findings).toEqual([
    { kind: "altered", first: 3, last: 3 },
    { kind: "altered", first: 10, last: 10 },
  ]);
});

/** Every column of what is stored of a call, but what tables know each other by. */
const columns = (): [table: string, column: string][] => {
  const database = new Database(home.file, { readonly: true });
  const tables = ["call", "payload", "call_event", "payload_chunk"];
  const found = tables.flatMap((table) =>
    (database.pragma(`table_info(${table})`) as { name: string; type: string }[]).map(
      ({ name }): [string, string] => [table, name],
    ),
  );
  database.close();
  return found.filter(([, column]) => !["id", "call_id", "chunk_set"].includes(column));
};

test("there is nothing in a call that could be altered unseen, whatever it was before", async () => {
  const storage = await open();
  const within = {
    events: [{ at: 5, from: "server", kind: "notification", method: "m", bytes: 3, note: null }],
    more: 0,
  } as const;
  await append(storage, {
    profile: "all",
    project: "/p",
    rule: "r",
    error: Buffer.from("{}"),
    events: within,
  });
  await append(storage, {
    clientId: null,
    client: null,
    session: null,
    tool: null,
    server: null,
    request: null,
  });
  await append(storage, { result: Buffer.alloc(5_000_000, "large "), events: within });
  await storage.close();
  const owners: Readonly<Record<string, string>> = {
    call: "id",
    payload_chunk: "(SELECT call_id FROM payload WHERE payload.chunk_set = payload_chunk.chunk_set)",
  };
  const blobs = /^(?:request|result|error|bytes)$/;
  const otherOf = (column: string): string =>
    `CASE typeof(${column}) WHEN 'integer' THEN ${column} + 100 WHEN 'text' THEN ${column} || ' '
     WHEN 'blob' THEN CAST(${column} || 'x' AS BLOB) ELSE ${blobs.test(column) ? "x'7b7d'" : "1"} END`;
  const connection = openConnection(home.file, 8_000);
  connection.pragma("foreign_keys = OFF");
  const chain = openChain(connection, (write) => write(), notAround);
  chain.takeKeys([key], "lost");
  const pause = () => Promise.resolve();
  const verify = () => verifyChain({ connection, chain, progress: () => {}, pause, around: notAround });
  expect(await verify()).toEqual({ ...clean, checked: 3, through: 3 });
  let tried = 0;
  for (const [table, column] of columns())
    for (const id of [1, 2, 3]) {
      const value = otherOf(column);
      connection.exec("BEGIN");
      const { changes } = connection
        .prepare(`UPDATE ${table} SET ${column} = ${value} WHERE ${owners[table] ?? "call_id"} = ?`)
        .run(id);
      // Where a call has no row in a table, there is nothing to alter.
      if (changes > 0) {
        tried += 1;
        expect(await verify(), `${column} of ${table} of call ${id}`).toMatchObject({
          findings: [{ kind: "altered", first: id, last: id }],
        });
      }
      connection.exec("ROLLBACK");
    }
  connection.close();
  expect(tried).toBeGreaterThan(3 * 19 + 3 * 6);
});

test("a name that became one of another kind is found", async () => {
  await recorded(3);
  const verified = await verifyAfter((database) =>
    database.exec("UPDATE name SET kind = 6 WHERE text = 'files'"),
  );
  expect(verified.findings).toEqual([{ kind: "altered", first: 1, last: 3 }]);
});

test("events that were exchanged, taken away or made up are found", async () => {
  const storage = await open();
  const event = { at: 5, from: "server", kind: "notification", bytes: 3, note: null } as const;
  for (const method of ["one", "two"])
    await append(storage, { tool: method, events: { events: [{ ...event, method }], more: 0 } });
  await append(storage, { tool: "three" });
  await append(storage, {
    events: { events: [event, event].map((each) => ({ ...each, method: "m" })), more: 1 },
  });
  await storage.close();
  const verified = await verifyAfter((database) =>
    database.exec(
      `UPDATE call_event SET events = (SELECT events FROM call_event WHERE call_id = 2) WHERE call_id = 1;
       INSERT INTO call_event VALUES (3, '[]', 0); DELETE FROM call_event WHERE call_id = 4`,
    ),
  );
  expect(verified.findings).toEqual([
    { kind: "altered", first: 1, last: 1 },
    { kind: "altered", first: 3, last: 4 },
  ]);
});

const removed: [string, string, { first: number; last: number }[]][] = [
  ["one", "DELETE FROM call WHERE id = 5", [{ first: 5, last: 5 }]],
  [
    "one and its link",
    "DELETE FROM call WHERE id = 5; DELETE FROM chain WHERE id = 5",
    [{ first: 5, last: 5 }],
  ],
  [
    "the first ones",
    "DELETE FROM call WHERE id <= 3; DELETE FROM chain WHERE id <= 3",
    [{ first: 1, last: 3 }],
  ],
  ["some in a row", "DELETE FROM call WHERE id BETWEEN 5 AND 8", [{ first: 5, last: 8 }]],
  [
    "the newest",
    "DELETE FROM call WHERE id > 17; DELETE FROM chain WHERE id > 17",
    [{ first: 18, last: 20 }],
  ],
  [
    "all but the last",
    "DELETE FROM call WHERE id < 20; DELETE FROM chain WHERE id < 20",
    [{ first: 1, last: 19 }],
  ],
];
test.each(removed)("calls that were removed are found: %s", async (_, sql, expected) => {
  await recorded(20);
  const verified = await verifyAfter((database) => database.exec(sql));
  expect(verified.ok).toBe(false);
  expect(verified.findings.filter(({ kind }) => kind === "removed")).toEqual(
    expected.map((range) => ({ kind: "removed", ...range })),
  );
});

test("newest calls cannot be cut off by setting the end back", async () => {
  await recorded(20);
  const verified = await verifyAfter((database) => {
    database.exec("DELETE FROM call WHERE id > 17; DELETE FROM chain WHERE id > 17");
    database.exec("UPDATE chain_head SET last = 17, hash = (SELECT hash FROM chain WHERE id = 17)");
  });
  expect(verified).toMatchObject({ ok: false, findings: [{ kind: "altered_end" }] });
});

test("an end that was set far beyond the calls is told without looking at every id up to it", async () => {
  await recorded(5);
  const far = 9_000_000_000_000;
  const verified = await verifyAfter((database) =>
    database.exec(`UPDATE chain_head SET last = ${far}; DELETE FROM call WHERE id = 3`),
  );
  expect(verified).toMatchObject({
    ok: false,
    findings: [
      { kind: "altered_end", first: far, last: far },
      { kind: "removed", first: 3, last: 3 },
      { kind: "removed", first: 6, last: far },
    ],
  });
});

test("a checkpoint that nobody with the key has signed hides nothing", async () => {
  await recorded(20);
  const verified = await verifyAfter((database) => {
    database.exec("DELETE FROM call WHERE id = 5");
    database.exec(
      `INSERT INTO chain_gap VALUES (5, 5, 0, (SELECT hash FROM chain WHERE id = 4), (SELECT hash FROM chain WHERE id = 5), zeroblob(32))`,
    );
  });
  expect(verified).toMatchObject({ ok: false, findings: [{ kind: "removed", first: 5, last: 5 }] });
});

const CUT_OFF = `DELETE FROM call WHERE id > 17; DELETE FROM chain WHERE id > 17; DELETE FROM payload WHERE call_id > 17;
  UPDATE chain_head SET last = 17, hash = (SELECT hash FROM chain WHERE id = 17)`;

const withoutChain = (...tables: string[]) => {
  const database = new Database(home.file);
  for (const table of tables) database.exec(`DELETE FROM ${table}`);
  database.close();
};

test.each([
  ["was begun with them, as the database says", undefined, ["chain", "chain_gap", "chain_head", "chain_key"]],
  ["is older than they are", true, ["chain", "chain_gap", "chain_head", "chain_key"]],
  ["is still named", undefined, ["chain", "chain_head"]],
])(
  "calls whose whole chain was taken away, while its key %s, are not vouched for anew",
  async (_, isOld, tables) => {
    await recorded(10);
    withoutChain(...tables);
    for (const more of [0, 3]) {
      const storage = home.open();
      await storage.history.takeKeys([{ ...key, ...(isOld === undefined ? {} : { isOld }) }], "empty");
      for (let i = 0; i < more; i++) await append(storage);
      await storage.close();
      const again = await open();
      const verified = await again.history.verify(() => {});
      await again.close();
      expect(verified).toMatchObject({
        ok: false,
        pending: 0,
        findings: [{ kind: "added", first: 1, last: 10 }],
        through: 10 + more,
      });
    }
  },
);

test("a history that begins anew under its old key, or has never been chained, is whole", async () => {
  const fresh = home.open();
  await fresh.history.takeKeys([{ ...key, isOld: true }], "empty");
  expect(await fresh.history.verify(() => {})).toEqual({ ...clean, checked: 0, through: 0 });
  for (let i = 0; i < 5; i++) await append(fresh);
  await fresh.close();
  expect(await verifyAfter()).toEqual({ ...clean, checked: 5, through: 5 });
  withoutChain("chain", "chain_gap", "chain_head", "chain_key");
  // As a Gatehouse before the chain has left it.
  const database = new Database(home.file);
  database.pragma("application_id = 0");
  database.close();
  expect(await (await open()).history.verify(() => {})).toMatchObject({ ok: true, findings: [] });
});

test("calls that changed places are found and told so", async () => {
  await recorded(20);
  const verified = await verifyAfter((database) => {
    database.pragma("foreign_keys = OFF");
    for (const [from, to] of [
      [5, -1],
      [9, 5],
      [-1, 9],
    ]) {
      database.prepare("UPDATE call SET id = ? WHERE id = ?").run(to, from);
      database.prepare("UPDATE payload SET call_id = ? WHERE call_id = ?").run(to, from);
    }
  });
  expect(verified.ok).toBe(false);
  expect(verified.findings).toEqual([
    { kind: "reordered", first: 5, last: 5 },
    { kind: "reordered", first: 9, last: 9 },
  ]);
});

test("a call that was slipped in is found", async () => {
  await recorded(10);
  const verified = await verifyAfter((database) =>
    database.exec(
      `DELETE FROM chain WHERE id = 6; INSERT INTO call SELECT 0, started_at, client_id, client, session, server, tool, method,
       profile, project, rule, status, duration_us, queue_us, consent_us, upstream_us, hub_us, request_bytes, result_bytes,
       error_bytes FROM call WHERE id = 1`,
    ),
  );
  expect(verified.findings.map(({ kind, first }) => [kind, first])).toContainEqual(["added", 0]);
  expect(verified.findings.map(({ kind, first }) => [kind, first])).toContainEqual(["added", 6]);
});

test("a history whose key is lost says what can no longer be checked, and goes on with the new one", async () => {
  await recorded(10);
  const other = { key: Buffer.alloc(32, 6), source: "keychain" } as const;
  const storage = await open([other]);
  await append(storage);
  await storage.close();
  const again = await open([other, key]);
  expect(await again.history.verify(() => {})).toMatchObject({
    ok: false,
    checked: 1,
    through: 11,
    key: "keychain",
    findings: [{ kind: "other_key", first: 1, last: 10 }],
  });
});

test("of several keys the one that the chain was made with is used, whatever their order", async () => {
  await recorded(3);
  const preferred = { key: Buffer.alloc(32, 9), source: "keychain" } as const;
  const storage = home.open();
  expect(await storage.history.takeKeys([preferred, key], "lost")).toBe("file");
  expect(await storage.history.verify(() => {})).toMatchObject({ ok: true, key: "file" });
});

test("a history without a key is recorded but not vouched for", async () => {
  const storage = home.open();
  await append(storage);
  expect(await storage.history.verify(() => {})).toMatchObject({
    ok: false,
    key: null,
    pending: 1,
    findings: [],
  });
});

test("calls are chained while the hub runs, within seconds", async () => {
  const storage = await open();
  await append(storage);
  for (;;) {
    const { chain } = await storage.history.state();
    if (chain.through === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await storage.history.verify(() => {})).toMatchObject({ ok: true, checked: 1 });
});

test.each([
  ["the newest calls were cut off and the end was set back", CUT_OFF],
  ["the end was signed by nobody", "UPDATE chain_head SET mac = zeroblob(32)"],
  ["the end's hash was altered", "UPDATE chain_head SET hash = randomblob(32)"],
])("that %s stays told though calls were recorded since", async (_, statements) => {
  await recorded(20);
  const database = new Database(home.file);
  database.pragma("foreign_keys = OFF");
  database.exec(statements);
  database.close();
  for (let runs = 0; runs < 2; runs++) {
    const storage = await open();
    await append(storage);
    await append(storage);
    const { ok, pending, through, findings } = await storage.history.verify(() => {});
    expect({ ok, pending }).toEqual({ ok: false, pending: 0 });
    expect(findings).toContainEqual({ kind: "altered_end", first: through, last: through });
    await storage.close();
  }
});

test.each([
  "UPDATE chain_head SET last = 9223372036854775807",
  "UPDATE chain_head SET last = -9223372036854775808",
  "UPDATE chain SET id = -9223372036854775808 WHERE id = 5",
  "UPDATE chain_key SET first = 9223372036854775807",
  "UPDATE chain_key SET first = -9223372036854775808",
])("a number that nobody can count with is found too (%s)", async (statement) => {
  await recorded(20);
  const verified = await verifyAfter((database) => database.exec(statement));
  expect(callsVerifiedSchema.parse(verified)).toMatchObject({ ok: false });
  const again = await open();
  expect(historyStateSchema.parse(await again.history.state())).toMatchObject({ chain: { of: 20 } });
});

test("where the record of keys was taken away, the key that has signed the end goes on", async () => {
  await recorded(20);
  withoutChain("chain_key");
  const storage = home.open();
  const other = { key: Buffer.alloc(32, 77), source: "keychain" } as const;
  expect(await storage.history.takeKeys([other, key], "lost")).toBe(key.source);
  expect(await storage.history.verify(() => {})).toMatchObject({ ok: true, checked: 20 });
});
