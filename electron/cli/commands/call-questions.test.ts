import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";

const cli = commandLine();
const { run } = cli;

describe("calls that wait", () => {
  const question = {
    id: "q1",
    kind: "call",
    client: "claude",
    server: "files",
    tool: "write",
    arguments: { path: "/a", n: 1 },
    askedAt: "2026-11-22T11:59:50.000Z",
    deadline: "2026-11-22T12:00:40.000Z",
    title: "claude wants to call write on files",
    change: null,
    launch: null,
    warnings: [],
    call: {
      method: "tools/call",
      project: null,
      session: "s-1",
      title: null,
      description: "Writes\u001b[8m a file",
      annotations: null,
      argumentsText: '{"path":"/a\\u202e","n":12345678901234567890}',
      argumentsBytes: 44,
      hash: "0".repeat(64),
      why: 'no rule matches, and consent.default is "ask"',
      previousText: null,
      waiting: 2,
      narrowings: [
        { key: "folder", label: "only under /a", words: "Allow write under /a", rule: { decision: "allow" } },
      ],
      offer: null,
      editable: true,
    },
  };

  it("are shown with their exact arguments, why, how long, and what can be granted", async () => {
    expect((await run(["pending"], () => ({ pending: [question] }))).printed).toBe(`q1  call  asked 10 s ago
  claude wants to call write on files
  client claude
  server files
  tool write
  {"path":"/a\\u202e","n":12345678901234567890}
  why: no rule matches, and consent.default is "ask"
  2 identical calls wait, 40 s left
  --narrow folder: Allow write under /a
`);
  });

  it("are allowed for longer, narrowed, or with other arguments", async () => {
    await run(["answer", "q1", "allow-session", "--narrow", "folder"], () => ({ ok: true }));
    await run(["answer", "q1", "allow-once", "--arguments", '{"path":"/b"}'], () => ({ ok: true }));
    expect(cli.hub?.calls.map(({ params }) => params)).toEqual([
      { id: "q1", answer: "allow-session", narrowing: "folder" },
      { id: "q1", answer: "allow-once", arguments: '{"path":"/b"}' },
    ]);
  });
});
