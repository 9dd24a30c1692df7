import { expect, test } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import { type DiagnosisCheck, inOrder, tally } from "../../../shared/model/diagnosis.ts";
import { NO_REDACTION } from "../../core/redact/redaction.ts";
import { homeFiles } from "../home/paths.ts";
import { type Check, fail, ok, warn } from "./check.ts";
import { diagnoseWithoutHub } from "./diagnosis.ts";
import { reportText } from "./report.ts";
import { runChecks } from "./run-checks.ts";
import { stripper } from "./strip.ts";
import { fakeMachine } from "./testing/fake-machine.ts";

const check = (id: string, run: Check["run"]): Check => ({ id, group: "hub", title: id, run });
const run = async (checks: Check[], width = 2) => {
  const told: string[] = [];
  let time = 0;
  const results = await runChecks(checks, {
    width,
    monotonic: () => (time += 5),
    strip: (text) => text.toUpperCase(),
    done: ({ id }) => told.push(id),
  });
  return { results, told };
};

test("every check is told as it is done, stripped and timed; one that throws has failed alone", async () => {
  const { results, told } = await run(
    [
      check("good", () => ok("fine")),
      check("known", () => {
        throw new GatehouseError("storage_unusable", "no disk", "Make room.");
      }),
      check("unknown", () => Promise.reject(new Error("what"))),
    ],
    1,
  );
  expect(told).toEqual(["good", "known", "unknown"]);
  expect(
    results.map(({ id, status, code, sentence, advice }) => [id, status, code, sentence, advice]),
  ).toEqual([
    ["good", "ok", null, "FINE", null],
    ["known", "fail", "storage_unusable", "NO DISK", "MAKE ROOM."],
    ["unknown", "fail", "check_failed", "THIS COULD NOT BE LOOKED AT: WHAT", "THE REST OF THE REPORT HOLDS."],
  ]);
  expect(results.map(({ durationMs }) => durationMs)).toEqual([5, 5, 5]);
});

test("so many checks as allowed run at a time, and a slow one does not hold up the others", async () => {
  let release: () => void = () => {};
  const slow = check("slow", () => new Promise((resolve) => (release = () => resolve(ok("at last")))));
  const last = check("b", () => {
    setImmediate(release);
    return ok("b");
  });
  const { told } = await run([slow, check("a", () => ok("a")), last]);
  expect(told).toEqual(["a", "b", "slow"]);
});

test("secrets are taken out of every text, and the home folder is ~", () => {
  const strip = stripper("/home/ada", { ...NO_REDACTION, text: (text) => text.replaceAll("s3cr3t", "…") });
  expect(strip("a s3cr3t in /home/ada/x\n  and more")).toBe("a … in ~/x; and more");
  expect(strip("proxy http://ada:pw@proxy:3128/ said")).toBe("proxy http://…@proxy:3128/ said");
  expect(strip("GITHUB_TOKEN=ghp_123 and authorization: Bearer abc")).toBe(
    "GITHUB_TOKEN=… and authorization: …",
  );
  expect(stripper("/", NO_REDACTION)("/usr/bin")).toBe("/usr/bin");
});

const result = (status: DiagnosisCheck["status"], id: string, group: DiagnosisCheck["group"] = "hub") => ({
  id,
  group,
  title: id,
  status,
  code: status === "ok" ? null : "exited",
  sentence: `${id} is\u202e ${status}`,
  advice: status === "fail" ? "Mend it." : null,
  durationMs: 3,
});

test("what failed comes first, then what is doubtful, by group", () => {
  const checks = [
    result("ok", "a"),
    result("warn", "b", "clients"),
    result("warn", "c"),
    result("fail", "d", "clients"),
  ];
  expect(inOrder(checks).map(({ id }) => id)).toEqual(["d", "c", "b", "a"]);
  expect(tally(checks)).toBe("1 failed, 2 to look at, 1 well");
});

test("the report is plain text, with nothing hidden in it", () => {
  const head = { version: "1.2.3", node: "24.1.0", system: "linux x64 6", at: "2026-11-22T12:00:00.000Z" };
  expect(reportText(head, [result("ok", "a"), result("fail", "b")])).toBe(
    [
      "Gatehouse 1.2.3, Node 24.1.0, linux x64 6, 2026-11-22T12:00:00.000Z",
      "1 failed, 1 well",
      "",
      "FAIL  b [exited]: b is\\u{202e} fail (3 ms)",
      "      Mend it.",
      "ok    a: a is\\u{202e} ok (3 ms)",
      "",
    ].join("\n"),
  );
});

test("where no hub can be started, why is the first finding, and the machine is looked over all the same", async () => {
  const why = new GatehouseError("storage_newer", "the database is newer", "Update.");
  const found = await diagnoseWithoutHub(fakeMachine(), homeFiles("/home/ada/g", "linux"), why);
  expect(found.checks[0]).toMatchObject({
    id: "hub",
    status: "fail",
    code: "storage_newer",
    advice: "Update.",
  });
  expect(found.checks.map(({ id }) => id)).toEqual(expect.arrayContaining(["node", "npx", "path", "disk"]));
  expect(found.report).toContain("FAIL  Hub [storage_newer]: the database is newer");
});

test("a warning has what to do as well", () => {
  expect([warn("exited", "a", "b"), fail("exited", "a", "b")].map(({ advice }) => advice)).toEqual([
    "b",
    "b",
  ]);
});
