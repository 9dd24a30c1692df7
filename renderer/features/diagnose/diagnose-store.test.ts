import { expect, test } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import type { DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createDiagnoseStore } from "./diagnose-store.ts";

const check = (id: string, status: DiagnosisCheck["status"]): DiagnosisCheck => ({
  id,
  group: "hub",
  title: id,
  status,
  code: null,
  sentence: "",
  advice: null,
  durationMs: 1,
});

function stage(server: string | null = null) {
  const answers: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  const connection = createFakeConnection({
    "hub.diagnose": () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  });
  let runs = 0;
  const diagnose = createDiagnoseStore(connection, server, () => `run-${++runs}`);
  const ids = () => diagnose.store.getState().checks.map(({ id }) => id);
  return { answers, connection, diagnose, ids, state: () => diagnose.store.getState() };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("checks show as they are done, what failed first, and the whole replaces them", async () => {
  const { answers, connection, diagnose, ids, state } = stage();
  diagnose.run();
  connection.broadcast("diagnosisProgressed", { run: "run-1", check: check("a", "ok"), total: 3 });
  connection.broadcast("diagnosisProgressed", { run: "run-1", check: check("b", "fail"), total: 3 });
  expect([ids(), state().total, state().phase]).toEqual([["b", "a"], 3, "running"]);
  answers[0]?.resolve({ checks: [check("a", "ok"), check("c", "warn"), check("b", "fail")], report: "text" });
  await settled();
  expect([ids(), state().phase, state().report]).toEqual([["b", "c", "a"], "done", "text"]);
});

test("what another page's diagnosis finds is not shown", () => {
  const { connection, diagnose, ids } = stage();
  diagnose.run();
  connection.broadcast("diagnosisProgressed", { run: "theirs", check: check("a", "ok"), total: 1 });
  expect(ids()).toEqual([]);
});

test("a new run forgets the one before, whose answer comes too late", async () => {
  const { answers, diagnose, ids, state } = stage("files");
  diagnose.run();
  diagnose.run();
  answers[0]?.resolve({ checks: [check("old", "ok")], report: "old" });
  await settled();
  expect([ids(), state().phase]).toEqual([[], "running"]);
});

test("one server is asked for by its name", () => {
  const { connection, diagnose } = stage("files");
  diagnose.run();
  expect(connection.calls).toEqual([{ method: "hub.diagnose", params: { run: "run-1", server: "files" } }]);
});

test("a diagnosis that cannot be made says why, and nothing comes after it is disposed of", async () => {
  const { answers, diagnose, connection, ids, state } = stage();
  diagnose.run();
  answers[0]?.reject(new GatehouseError("unsupported", "no doctor", "Update."));
  await settled();
  expect(state()).toMatchObject({ phase: "failed", failure: { message: "no doctor", advice: "Update." } });
  diagnose.run();
  diagnose.dispose();
  connection.broadcast("diagnosisProgressed", { run: "run-2", check: check("a", "ok"), total: 1 });
  expect(ids()).toEqual([]);
});
