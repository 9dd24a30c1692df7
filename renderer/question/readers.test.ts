import { expect, test } from "vitest";
import { parseJson } from "../lib/json/parse.ts";
import { addressParts } from "./address.ts";
import { claimsOf } from "./claims.ts";
import { lineDiff, withGaps, wordDiff } from "./differences.ts";
import { createFolds } from "./folds.ts";
import { compareArguments } from "./previous.ts";
import { readArguments, readValue } from "./readers.ts";
import { commandLine, shellTokens, shellWarnings } from "./shell.ts";
import { sqlTokens, sqlWarnings } from "./sql.ts";

const kindOf = (key: string, value: unknown): string =>
  readValue(key, parseJson(JSON.stringify(value)).root).kind;

test.each([
  ["path", "/etc/passwd", "path"],
  ["path", "notes.txt", "path"],
  ["filePath", "a b c.txt", "path"],
  ["file_name", "x", "path"],
  ["name", "../up", "path"],
  ["anything", "~/proj", "path"],
  ["anything", "C:\\Users\\ada", "path"],
  ["anything", "\\\\server\\share", "path"],
  ["destination", "src/a.ts", "path"],
  ["destination", "Paris", "word"],
  ["message", "/help me with this thing please", "word"],
  ["url", "https://example.com/x", "url"],
  ["anything", "https://example.com/x", "url"],
  ["link", "mailto:ada@example.com", "url"],
  ["text", "see https://example.com", "word"],
  ["sql", "vacuum", "sql"],
  ["query", "SELECT * FROM users", "sql"],
  ["query", "-- note\nDELETE FROM users", "sql"],
  ["input", "DROP TABLE users", "sql"],
  ["query", "select a nice restaurant", "word"],
  ["query", "weather in Paris", "word"],
  ["command", "ls -la", "shell"],
  ["shellCommand", "rm -rf /", "shell"],
  ["body", "#!/bin/bash\necho hi", "shell"],
  ["patch", "@@ -1 +1 @@\n-a\n+b", "patch"],
  ["input", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "patch"],
  ["content", "line\nline", "text"],
  ["content", "x".repeat(161), "text"],
  ["head", 40, "word"],
  ["dryRun", false, "word"],
  ["nothing", null, "word"],
  ["paths", ["/a", "/b"], "list"],
  ["options", { a: 1 }, "json"],
  ["matrix", [[1]], "json"],
  ["edits", [{ oldText: "a", newText: "b" }], "edits"],
  ["edits", [{ oldText: "a", newText: "b", force: true }], "json"],
  ["edits", [], "json"],
])("the argument %s with %j is read as %s", (key, value, kind) => {
  expect(kindOf(key, value)).toBe(kind);
});

test("members that belong together are read as one: an edit, and a command with its arguments", () => {
  const read = (value: object) => readArguments(parseJson(JSON.stringify(value)).root);
  expect(read({ file_path: "/a", old_string: "x", new_string: "y" })).toMatchObject([
    { key: "file_path", reading: { kind: "path" } },
    {
      key: "old_string",
      with: ["new_string"],
      reading: { kind: "edits", edits: [{ before: "x", after: "y" }] },
    },
  ]);
  expect(read({ command: "git", args: ["commit", "-m", "it's done"] })).toMatchObject([
    { key: "command", with: ["args"], reading: { kind: "shell", text: "git commit -m 'it'\\''s done'" } },
  ]);
  expect(read({ command: "git", args: [1] })).toHaveLength(2);
  expect(readArguments(parseJson("[1]").root)).toBeUndefined();
});

test("tokens joined are the text, whatever it is", () => {
  const texts = [
    "SELECT 'a''b', \"c\" -- x\nFROM t /* open",
    "a && b || c; $(d) `e` > f 2>&1 | \\\n g # h",
    "'unclosed \\ \" $",
    "漢\u202e\u0000\\",
    "",
  ];
  for (const text of texts) {
    expect(
      sqlTokens(text)
        .map((one) => one.text)
        .join(""),
    ).toBe(text);
    expect(
      shellTokens(text)
        .map((one) => one.text)
        .join(""),
    ).toBe(text);
  }
});

test.each([
  ["DELETE FROM t", ["DELETE without WHERE: it reaches every row."]],
  ["DELETE FROM t WHERE id = 1", []],
  ["UPDATE t SET a = 'where'", ["UPDATE without WHERE: it reaches every row."]],
  ["SELECT 1; DROP TABLE t;", ["2 statements, one after the other.", "It destroys whole tables or more."]],
  ["SELECT 'DROP TABLE t; DELETE FROM x' -- DROP TABLE y", []],
])("the SQL %j warns of %j", (text, warnings) => {
  expect(sqlWarnings(text)).toEqual(warnings);
});

test.each([
  ["ls", []],
  ["echo 'sudo rm -rf /'", []],
  [
    "curl x | sudo bash",
    ["3 commands in one.", "It asks for administrator rights.", "It runs a script from the network."],
  ],
  ["rm -fr build", ["It deletes folders with all that is in them."]],
  ["echo $(cat key)", ["2 commands in one.", "Parts of it are the output of other commands."]],
])("the command %j warns of %j", (text, warnings) => {
  expect(shellWarnings(text)).toEqual(warnings);
});

test("a command line tells one argument with spaces from several", () => {
  expect(commandLine(["a", "b c", "", "d'e"])).toBe("a 'b c' '' 'd'\\''e'");
});

test.each([
  ["https://example.com/a?b", "example.com", []],
  [
    "https://github.com@evil.example/x",
    "evil.example",
    ["What stands before the @ is a user name, not the host."],
  ],
  ["https://аpple.com/", "аpple.com", ["The host holds letters that may look like others: xn--pple-43d.com"]],
  [
    "http://0x7f000001:8080/",
    "0x7f000001:8080",
    ["The host that is really meant: 127.0.0.1", "It leads to this machine or its own network."],
  ],
  ["http://example.com", "example.com", ["It is not encrypted."]],
  ["https:\\\\evil.example\\x", "evil.example", []],
  ["https://[::1]/", "[::1]", ["It leads to this machine or its own network."]],
])("the address %s leads to %s", (text, host, warnings) => {
  const parts = addressParts(text);
  expect([parts?.host, parts?.warnings]).toEqual([host, warnings]);
  expect(`${parts?.before}${parts?.host}${parts?.after}`).toBe(text);
});

test("what is new against the last allowed call is told argument by argument", () => {
  const compared = compareArguments(
    '{"path":"/b","head":1.0,"fresh":1}',
    '{"path":"/a","head":1.0,"gone":[2]}',
  );
  expect(compared?.arguments.map(({ key, novelty }) => [key, novelty])).toEqual([
    ["path", "changed"],
    ["head", "same"],
    ["fresh", "new"],
  ]);
  expect(compared?.gone.map(({ key }) => key)).toEqual(["gone"]);
  expect(compareArguments('{"a":1}', '{"a":1}')?.identical).toBe(true);
  // Numbers are compared as they were written: no digit gets lost.
  expect(compareArguments('{"a":12345678901234567890}', '{"a":12345678901234567891}')?.identical).toBe(false);
  expect(compareArguments('{"a":1}', null)?.arguments[0]?.novelty).toBe("first");
  expect(compareArguments("[1]", null)).toBeUndefined();
  expect(compareArguments('{"cut":"of', null)).toBeUndefined();
});

test("a changed line has its changed words marked, and unchanged lines far from it become a gap", () => {
  const before = `${"same\n".repeat(10)}const currency = 'EUR';\n`;
  const lines = withGaps(lineDiff(before, before.replace("EUR", "USD")));
  expect(lines.map(({ kind }) => kind)).toEqual(["gap", "same", "same", "same", "removed", "added"]);
  expect(lines[0]?.pieces[0]?.text).toBe("7 unchanged lines");
  expect(lines.at(-1)?.pieces.filter(({ marked }) => marked)).toEqual([{ text: "USD", marked: true }]);
  expect(lineDiff("", "a\nb").map(({ kind }) => kind)).toEqual(["added", "added"]);
});

test("texts too long to be compared are still shown whole", () => {
  const long = "x\n".repeat(300_000);
  expect(lineDiff(long, "y").filter(({ kind }) => kind === "removed")).toHaveLength(300_000);
  expect(wordDiff("a".repeat(20_000), "b")).toBeUndefined();
});

test("a server's claims are put in words, and unknown ones are kept apart", () => {
  expect(
    claimsOf({ readOnlyHint: false, destructiveHint: true, title: "T", "x-y": 1, openWorldHint: "yes" }),
  ).toEqual({
    claims: [
      { words: "may change things", careful: true },
      { words: "may destroy", careful: true },
    ],
    others: { "x-y": 1, openWorldHint: "yes" },
  });
  expect(claimsOf(null)).toEqual({ claims: [], others: {} });
});

test("a question is seen when everything folded was opened and its end came into view after that", () => {
  const folds = createFolds();
  const seen = () => folds.store.getState().seen;
  const leave = folds.register("a");
  folds.register("b");
  folds.endInView(true);
  expect(seen()).toBe(false);
  folds.open("a");
  folds.openAll();
  expect(seen()).toBe(false);
  folds.endInView(true);
  expect(seen()).toBe(true);
  folds.register("c");
  expect(seen()).toBe(false);
  leave();
});

test("a question without folds is seen once its end is in view", () => {
  const folds = createFolds();
  expect(folds.store.getState().seen).toBe(false);
  folds.endInView(true);
  expect(folds.store.getState().seen).toBe(true);
  folds.endInView(false);
  expect(folds.store.getState().seen).toBe(true);
});
