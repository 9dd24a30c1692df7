import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();
const { run } = cli;

describe("rules", () => {
  const view = {
    id: "r-1",
    index: 0,
    rule: { server: "files", decision: "allow" },
    words: "Allow everything on files.",
    uses: 3,
    lastUsedAt: "2026-11-22T11:59:00.000Z",
  };

  it("are listed in words, with their uses and what holds without one", async () => {
    const answers: Answers = () => ({
      rules: [view],
      fallback: "ask",
      builtIn: ["Never its own home."],
      presets: [],
    });
    expect((await run(["rule", "list"], answers)).printed).toBe(
      "always  Never its own home.\n1. Allow everything on files.\n   r-1, used 3 times, last 1 min ago\nelse    ask\n",
    );
  });

  it("are added and removed; what is none is refused before any hub is asked", async () => {
    const answers: Answers = (method) => (method === "rules.add" ? view : { ok: true });
    await run(["rule", "add", '{"server":"files","decision":"allow"}', "--at", "1"], answers);
    await run(["rule", "remove", "r-1"], answers);
    expect(cli.hub?.calls).toEqual([
      { method: "rules.add", params: { rule: { server: "files", decision: "allow" }, at: 0 } },
      { method: "rules.remove", params: { id: "r-1" } },
    ]);
    expect((await run(["rule", "add", "{"], answers)).failed).toContain(
      "error: bad_usage: the rule is no JSON",
    );
    expect((await run(["rule", "add", '{"decision":"maybe"}'], answers)).failed).toContain("decision");
    expect(cli.hub?.calls).toHaveLength(2);
  });
});
