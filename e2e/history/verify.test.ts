// `gatehouse calls verify` against whoever can write to the database while no hub runs.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallsVerified } from "../../shared/model/history.ts";
import { PATIENCE, startTestHub } from "../hub/kit.ts";
import { echoServer, runCli, temporaryHome } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { keptHome, listedClient, tamper, verified } from "./kit.ts";

const DAY_MS = 86_400_000;
const OLD = 4;
const CALLS = 12;

/** A home whose first calls retention has removed: a signed checkpoint stands for them, the rest is chained. */
let made: string;
/** The oldest and the newest call that are left. */
let first: number;
let newest: number;

beforeAll(async () => {
  made = temporaryHome();
  const config = { mcpServers: { one: echoServer() }, log: { days: 30 } };
  const before = await startTestHub({ home: made, config });
  try {
    const ada = await listedClient(before);
    for (let i = 0; i < CALLS; i += 1) await ada.call("one__echo", { text: `call ${i}` });
  } finally {
    await before.stop();
  }
  // The first calls become old, as if never chained.
  const database = new Database(join(made, "gatehouse.db"));
  const id = database.prepare("SELECT id FROM call ORDER BY id LIMIT 1 OFFSET ?").pluck();
  first = Number(id.get(OLD));
  database.prepare("UPDATE call SET started_at = ? WHERE id < ?").run(Date.now() - 40 * DAY_MS, first);
  for (const table of ["chain", "chain_gap", "chain_head", "chain_key"])
    database.prepare(`DELETE FROM ${table}`).run();
  database.pragma("application_id = 0");
  database.close();
  const after = await startTestHub({ home: made, config });
  try {
    await waitFor(async () => (await after.calls("--limit", "1000")).every(({ id: left }) => left >= first), {
      deadlineMs: 90_000,
      what: "the old calls to be removed",
    });
    newest = (await after.calls("--limit", "1"))[0]?.id ?? 0;
    expect(await verified(after)).toMatchObject({ ok: true, findings: [] });
  } finally {
    await after.stop();
  }
  expect(newest - first).toBeGreaterThanOrEqual(CALLS - OLD - 1);
}, PATIENCE * 5);
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** Changes a copy of the home, then runs the command on it: its exit code, what it says, and what it found. */
async function verifyAfter(...statements: string[]) {
  const home = keptHome();
  cpSync(made, home, { recursive: true });
  tamper(home, ...statements);
  const { code, stdout, stderr } = await runCli(["calls", "verify", "--json"], undefined, {
    ...process.env,
    GATEHOUSE_HOME: home,
  });
  return { code, stderr, found: JSON.parse(stdout) as CallsVerified };
}

test("a history that only retention has shortened is whole", async () => {
  const { code, stderr, found } = await verifyAfter();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(found).toMatchObject({ ok: true, pending: 0, findings: [], more: 0, through: newest });
});

test("an alteration is found though the hub was ended as soon as it had answered its first calls", async () => {
  const home = keptHome();
  const hub = await startTestHub({ home, config: { mcpServers: { one: echoServer() } } });
  try {
    const ada = await listedClient(hub);
    for (const text of ["one", "two", "three"]) await ada.call("one__echo", { text });
  } finally {
    await hub.stop();
  }
  tamper(home, "UPDATE payload SET result = CAST('{}' AS BLOB) WHERE call_id = (SELECT max(id) FROM call)");
  const { code, stdout } = await runCli(["calls", "verify", "--json"], undefined, {
    ...process.env,
    GATEHOUSE_HOME: home,
  });
  const found = JSON.parse(stdout) as CallsVerified;
  expect(found).toMatchObject({
    ok: false,
    pending: 0,
    findings: [at("altered", found.through)],
  });
  expect(code).toBe(1);
});

test("a check takes in what was recorded a moment before", async () => {
  const hub = await startTestHub({ home: keptHome(), config: { mcpServers: { one: echoServer() } } });
  try {
    const ada = await listedClient(hub);
    for (let i = 0; i < 5; i += 1) await ada.call("one__echo", { text: `call ${i}` });
    const { stdout } = await hub.cli(["calls", "verify", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, checked: 5, through: 5, pending: 0 });
  } finally {
    await hub.stop();
  }
});

test("newest rows that were removed stay found though a hub has recorded more since", async () => {
  const home = keptHome();
  cpSync(made, home, { recursive: true });
  tamper(
    home,
    `DELETE FROM call WHERE id > ${newest - 2}`,
    `DELETE FROM payload WHERE call_id > ${newest - 2}`,
    `DELETE FROM chain WHERE id > ${newest - 2}`,
    `UPDATE chain_head SET last = ${newest - 2}, hash = (SELECT hash FROM chain WHERE id = ${newest - 2})`,
  );
  const hub = await startTestHub({ home });
  try {
    const bob = await listedClient(hub, "bob");
    for (let i = 0; i < 3; i += 1)
      expect((await bob.call("one__echo", { text: "more" })).error).toBeUndefined();
    const { ok, findings, through } = await verified(hub);
    expect(ok).toBe(false);
    expect(findings).toContainEqual(at("altered_end", through));
  } finally {
    await hub.stop();
  }
});

/** Exchanges what two calls are known by, in a column of a table. */
const exchanged = (table: string, column: string, one: number, other: number): string[] => [
  `UPDATE ${table} SET ${column} = 999999 WHERE ${column} = ${one}`,
  `UPDATE ${table} SET ${column} = ${one} WHERE ${column} = ${other}`,
  `UPDATE ${table} SET ${column} = ${other} WHERE ${column} = 999999`,
];
const at = (kind: string, from: number, to = from) => ({ kind, first: from, last: to });

/** What somebody does to the history, and what is found of it. */
const deeds: readonly (readonly [deed: string, statements: () => string[], findings: () => object[]])[] = [
  [
    "a row that was altered",
    () => [`UPDATE call SET status = 1 WHERE id = ${first + 2}`],
    () => [at("altered", first + 2)],
  ],
  [
    "a time that was altered",
    () => [`UPDATE call SET started_at = started_at + 1 WHERE id = ${first + 3}`],
    () => [at("altered", first + 3)],
  ],
  [
    // Retention may take it before it is looked at.
    "a time that was altered so that the call is old",
    () => [`UPDATE call SET started_at = 1 WHERE id = ${first + 3}`],
    () => [at("altered", first + 3)],
  ],
  [
    "what went on within a call, made up",
    () => [`INSERT INTO call_event VALUES (${first + 2}, '[[1,"server","notification","x",1,null]]', 0)`],
    () => [at("altered", first + 2)],
  ],
  [
    "a row that was slipped in where retention has removed one",
    () => [
      `INSERT INTO call SELECT ${first - 2}, started_at, client_id, client, session, server, tool, method, profile, project, rule,
       status, duration_us, queue_us, consent_us, upstream_us, hub_us, request_bytes, result_bytes, error_bytes
       FROM call WHERE id = ${first}`,
    ],
    () => [at("added", first - 2)],
  ],
  [
    "an answer that was altered",
    () => [`UPDATE payload SET result = CAST('{}' AS BLOB) WHERE call_id = ${first + 2}`],
    () => [at("altered", first + 2)],
  ],
  [
    "payloads that were exchanged",
    () => exchanged("payload", "call_id", first + 1, first + 4),
    () => [at("altered", first + 1), at("altered", first + 4)],
  ],
  [
    "calls that were exchanged",
    () => [
      ...exchanged("call", "id", first + 1, first + 4),
      ...exchanged("payload", "call_id", first + 1, first + 4),
    ],
    () => [at("reordered", first + 1), at("reordered", first + 4)],
  ],
  [
    "a row that was removed",
    () => [`DELETE FROM call WHERE id = ${first + 3}`],
    () => [at("removed", first + 3)],
  ],
  [
    "a row that was removed with its link",
    () => [`DELETE FROM call WHERE id = ${first + 3}`, `DELETE FROM chain WHERE id = ${first + 3}`],
    // Without the link before it, nothing can vouch for the next one.
    () => [at("removed", first + 3), at("altered", first + 4)],
  ],
  [
    "the first row, removed with its link",
    () => [`DELETE FROM call WHERE id = ${first}`, `DELETE FROM chain WHERE id = ${first}`],
    () => [at("removed", first), at("altered", first + 1)],
  ],
  [
    "the newest row, removed with its link",
    () => [`DELETE FROM call WHERE id = ${newest}`, `DELETE FROM chain WHERE id = ${newest}`],
    () => [at("removed", newest)],
  ],
  [
    "the newest row, removed with the end set back to the one before",
    () => [
      `DELETE FROM call WHERE id = ${newest}`,
      `DELETE FROM chain WHERE id = ${newest}`,
      `UPDATE chain_head SET last = ${newest - 1}, hash = (SELECT hash FROM chain WHERE id = ${newest - 1})`,
    ],
    () => [at("altered_end", newest - 1)],
  ],
  [
    "a first row that was removed under a checkpoint stretched over it",
    () => [
      `UPDATE chain_gap SET last = ${first}, after = (SELECT hash FROM chain WHERE id = ${first})`,
      `DELETE FROM call WHERE id = ${first}`,
      `DELETE FROM chain WHERE id = ${first}`,
    ],
    () => [at("removed", 1, first)],
  ],
  [
    "a checkpoint whose hash was altered",
    () => ["UPDATE chain_gap SET after = randomblob(32)"],
    () => [at("removed", 1, first - 1), at("altered", first)],
  ],
  [
    "a checkpoint that was removed",
    () => ["DELETE FROM chain_gap"],
    () => [at("removed", 1, first - 1), at("altered", first)],
  ],
  [
    "all that the chain is kept in, taken away",
    () => ["chain", "chain_gap", "chain_head", "chain_key"].map((table) => `DELETE FROM ${table}`),
    () => [at("added", first, newest)],
  ],
  ["the end of the chain, removed", () => ["DELETE FROM chain_head"], () => [at("removed", first, newest)]],
];

test.each(deeds)("%s is found", async (_, statements, findings) => {
  const { code, stderr, found } = await verifyAfter(...statements());
  expect(found.findings).toEqual(findings());
  expect({ code, ok: found.ok }).toEqual({ code: 1, ok: false });
  expect(stderr).toContain("error: history_not_whole: ");
});
