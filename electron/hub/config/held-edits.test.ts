import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Broadcaster } from "../control/broadcaster.ts";
import { type Given, Questions } from "../control/questions.ts";
import { setValue } from "./edit.ts";
import { createHeldEdits } from "./held-edits.ts";
import { needsConfirmation } from "./review.ts";
import { type ConfigStore, openConfig } from "./store.ts";

const safe = '{ "consent": { "default": "deny" } }';
const loose = '{ "consent": { "default": "allow" } }';

let folder = "";
let file = "";
let store: ConfigStore;
let questions: Questions;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-held-"));
  file = join(folder, "gatehouse.json");
  writeFileSync(file, safe);
  questions = new Questions();
  let held: (reasons: readonly string[]) => void = () => {};
  store = openConfig({
    file,
    log: () => {},
    onChange: () => {},
    onProblem: () => {},
    review: needsConfirmation,
    onHeld: (reasons) => held(reasons),
  });
  held = createHeldEdits({
    questions,
    broadcaster: new Broadcaster(),
    confirm: () => store.confirmHeld(),
    reject: () => store.rejectHeld(),
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const asked = async () => {
  await expect.poll(() => questions.size, { timeout: 10_000 }).toBe(1);
  const [question] = questions.list();
  if (question === undefined) throw new Error("no question");
  return question;
};

const given = (answer: Given["answer"]): Given => ({
  id: "",
  answer,
  trust: false,
  caller: { role: "owner", trusted: true, remotePid: null, executable: null },
});

describe("a hand edit that loosens", () => {
  it("is held as a question that says what it does, and is in force only when allowed", async () => {
    writeFileSync(file, loose);
    const question = await asked();
    expect(question).toMatchObject({
      kind: "config",
      change: null,
      warnings: ["consent.default: deny → allow"],
    });
    expect(store.config.consent.default).toBe("deny");
    expect(store.problems[0]?.message).toContain("waits for confirmation");
    questions.take(question.id).settling?.settle(given("approve"));
    expect(store.config.consent.default).toBe("allow");
    expect(store.problems).toEqual([]);
    expect(questions.size).toBe(0);
  });

  it("stays out of force when denied, is not asked about again, and blocks no later undo", async () => {
    writeFileSync(file, loose);
    questions.take((await asked()).id).settling?.settle(given("deny"));
    expect(store.config.consent.default).toBe("deny");
    expect(store.problems[0]?.message).toContain("turned down");
    expect(questions.size).toBe(0);
    writeFileSync(file, `${safe}\n`);
    await expect.poll(() => store.problems.length, { timeout: 10_000 }).toBe(0);
  });

  it("is not smuggled in by an edit through the store", async () => {
    writeFileSync(file, loose);
    await asked();
    await expect(store.edit((text) => setValue(text, ["listen", "port"], 5000))).rejects.toThrow(
      "not in force",
    );
    expect(readFileSync(file, "utf8")).toBe(loose);
    expect(store.config).toMatchObject({ consent: { default: "deny" }, listen: { port: 4780 } });
  });

  it("is withdrawn when the file is changed back", async () => {
    writeFileSync(file, loose);
    await asked();
    writeFileSync(file, safe);
    await expect.poll(() => questions.size, { timeout: 10_000 }).toBe(0);
    expect(store.problems).toEqual([]);
  });
});
