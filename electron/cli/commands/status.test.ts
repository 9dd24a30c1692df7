import { describe, expect, it } from "vitest";
import { SAVED_HOW } from "../../../shared/model/health.ts";
import { commandLine } from "../testing/command-line.ts";
import { status, statusAnswers } from "../testing/samples.ts";

const { run } = commandLine();

describe("status", () => {
  it("prints one JSON document with --json", async () => {
    const { printed } = await run(["status", "--json"], statusAnswers());
    expect(JSON.parse(printed)).toEqual({ ...status, configError: null });
    expect(printed).not.toContain("\u202e");
  });

  it("prints aligned tables for a person, hostile text made visible", async () => {
    expect((await run(["status"], statusAnswers())).printed).toBe(
      `Gatehouse 1  http://127.0.0.1:1/mcp  pid 7  up 1 h

SERVER  STATE  VIA    TOOLS  CPU  MEMORY      UP  RESTARTS  TODAY  LABELS      LAST ERROR
files   ready  stdio      3  2 %   64 MB  30 min         0      2  prod, core  bad \\u{1b}[31m\\u{202e}
warning: files: too much\\u{1b}[31m

Sharing saves 4 processes and 96 MB now.
${SAVED_HOW}

CLIENT  PROFILE  LABELS  SESSIONS  LAST SEEN  ADDED
me      -        -              0  never      1 h ago

2 waiting for an answer: gatehouse pending
`,
    );
  });

  it("says what is wrong with gatehouse.json", async () => {
    const problem = "line 3, column 5, listen.prot: unknown key";
    const { printed } = await run(["status"], statusAnswers(problem));
    expect(printed).toContain(`gatehouse.json cannot be used; the last good one keeps running\n${problem}\n`);
  });
});

it("ui prints the address that opens the web UI", async () => {
  expect((await run(["ui"], () => ({ url: "http://127.0.0.1:1/ui/#code=x" }))).printed).toBe(
    "http://127.0.0.1:1/ui/#code=x\n",
  );
});
