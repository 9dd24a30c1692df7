import { expect, test } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { launchOf } from "../../../shared/model/launch.ts";
import { dialogPages, dialogRoom } from "./dialog-pages.ts";
import { changeText, questionText } from "./dialog-text.ts";
import { visible, visibleWord } from "./visible.ts";

const config = serverConfigSchema.parse({
  command: "npx",
  args: ["-y", "server-files", "/tmp/my folder ", ""],
  env: { TOKEN: "${secret:token}" },
  cwd: "/tmp",
});

test("a server's dialog shows all that would run, a line for each argument, and no value of its environment", () => {
  const text = changeText({ type: "server.add", name: "files", config }, launchOf(config), [
    "It runs as root.",
  ]);
  expect(text).toEqual({
    message: "Add the server “files”?",
    approve: "Add server",
    checkbox: "Let clients call its tools without asking",
    alarming: true,
    detail: [
      "⚠ It runs as root.",
      "",
      "This program will run on your computer, with your rights:",
      "",
      "npx",
      "    -y",
      "    server-files",
      '    "/tmp/my folder "',
      '    ""',
      "",
      "In the folder: /tmp",
      "Environment: TOKEN",
    ].join("\n"),
  });
});

test("a remote server's dialog shows where calls go and the names of its headers", () => {
  const remote = serverConfigSchema.parse({
    type: "http",
    url: "https://example.com/mcp",
    headers: { "X-Key": "v" },
  });
  const { detail } = changeText({ type: "server.add", name: "r", config: remote }, launchOf(remote), []);
  expect(detail).toBe("Calls and their data will be sent to:\n\nhttps://example.com/mcp\n\nHeaders: X-Key");
});

test("what is invisible, reorders text or breaks lines stands there as its code point", () => {
  expect(visible("a\u202eb\nc\u200bd\u0000\u{e0041}")).toBe("a\\u{202e}b\\u{a}c\\u{200b}d\\u{0}\\u{e0041}");
  expect(visible("naïve 日本 🙂 \u00a0")).toBe("naïve 日本 🙂 \\u{a0}");
  expect(visibleWord("two words")).toBe("two words");
  expect(visibleWord(" lead")).toBe('" lead"');
  expect(visibleWord("x\u202e ")).toBe('"x\\u{202e} "');
});

test("a name cannot add lines to a dialog", () => {
  const { message } = changeText({ type: "server.remove", name: "x”?\n\nAll is fine" }, null, []);
  expect(message).not.toContain("\n");
  expect(questionText("a\nb", null, []).message).toBe("a\\u{a}b");
});

test("what is long is shown on pages that fit the screen, and nothing of it is left out", () => {
  expect([dialogRoom(1_040), dialogRoom(728), dialogRoom(100)]).toEqual([44, 28, 12]);
  expect(dialogPages("a\nb", 12)).toEqual(["a\nb"]);
  const lines = Array.from({ length: 30 }, (_, index) => `argument ${index}`);
  const pages = dialogPages(lines.join("\n"), 12);
  expect([pages?.length, pages?.join("\n")]).toEqual([3, lines.join("\n")]);
  const wide = "漢".repeat(1_000);
  expect(dialogPages(wide, 12)?.length).toBe(3);
  expect(dialogPages(wide, 12)?.join("")).toBe(wide);
  expect(dialogPages("x".repeat(1_000_000), 44)).toBeUndefined();
});

test("settings that loosen consent say so", () => {
  expect(changeText({ type: "settings.set", port: 5000, consentDefault: "allow" }, null, []).detail).toBe(
    "Port: 5000. Every client has to be told the new address.\n" +
      "Calls that no rule matches: they are allowed WITHOUT asking you.",
  );
});

test("a rule's dialog says the rule in words and where it comes, on lines that nobody can add to", () => {
  const rule = { server: "files", decision: "allow" } as const;
  const says = ['Allow everything of the server "files".'];
  expect(changeText({ type: "rule.add", rule, at: 0 }, null, [], says)).toEqual({
    message: "Add this rule?",
    approve: "Add rule",
    alarming: false,
    detail:
      'Allow everything of the server "files".\n\nIt comes at place 1; the first rule that matches decides.',
  });
  const { detail } = changeText({ type: "rule.remove", id: "r-1" }, null, [], ["a\nb\u202e"]);
  expect(detail).toBe("a\\u{a}b\\u{202e}");
});

test("a client's and a profile's dialog say what changes, a line each", () => {
  expect(
    changeText(
      { type: "client.update", name: "cursor", profile: "work" },
      null,
      [],
      ["profile: none (sees everything) → work"],
    ).detail,
  ).toBe("profile: none (sees everything) → work");
  const profile = { servers: ["files"], tools: {}, resources: {}, prompts: {}, readOnly: true };
  expect(
    changeText({ type: "profile.set", name: "work", profile }, null, [], ["Sees only files.", "Read-only."])
      .detail,
  ).toBe("Sees only files.\nRead-only.");
});
