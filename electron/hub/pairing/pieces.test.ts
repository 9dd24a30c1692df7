import { expect, test } from "vitest";
import { admits } from "./audience.ts";
import { suggestName } from "./suggest-name.ts";

test.each([
  ["Claude Code (gatehouse)", [], "claude-code"],
  ["Claude Code", ["claude-code"], "claude-code-2"],
  ["Claude Code", ["claude-code", "claude-code-2"], "claude-code-3"],
  ["<b>Cursor</b> \u202e", [], "b-cursor-b"],
  ["", [], "client"],
  ["🦄", ["client"], "client-2"],
  ["x".repeat(100), [], "x".repeat(50)],
])("%j beside %j is suggested as %j", (claimed, taken, suggested) =>
  expect(suggestName(claimed, (name) => taken.includes(name))).toBe(suggested),
);

test("a token is good under the name it was issued for, and where its scope reaches", () => {
  const all = { host: "127.0.0.1:4780", scope: { kind: "all" } } as const;
  const files = { host: "127.0.0.1:4780", scope: { kind: "server", name: "files" } } as const;
  const table = [
    admits(all, "127.0.0.1:4780", { kind: "all" }),
    admits(all, "127.0.0.1:4780", { kind: "server", name: "files" }),
    admits(files, "127.0.0.1:4780", { kind: "server", name: "files" }),
    admits({ ...all, host: "devbox:4780" }, "DevBox:4780", { kind: "all" }),
    admits(all, "localhost:4780", { kind: "all" }),
    admits(all, "127.0.0.1:4781", { kind: "all" }),
    admits(all, undefined, { kind: "all" }),
    admits(files, "127.0.0.1:4780", { kind: "all" }),
    admits(files, "127.0.0.1:4780", { kind: "server", name: "mail" }),
    admits(files, "127.0.0.1:4780", { kind: "profile", name: "files" }),
  ];
  expect(table).toEqual([true, true, true, true, false, false, false, false, false, false]);
});
