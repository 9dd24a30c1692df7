import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";

const cli = commandLine();
const { run } = cli;

describe("questions", () => {
  const question = {
    id: "q1",
    kind: "server",
    client: null,
    server: "files",
    tool: null,
    arguments: { a: "\u202e" },
    askedAt: "2026-11-22T11:59:00.000Z",
    deadline: null,
    title: "Add the server \u001b[8mfiles",
    change: null,
    launch: {
      transport: "stdio",
      command: "sh",
      args: ["-c", "a b"],
      cwd: "/w",
      url: null,
      envNames: ["TOKEN"],
      headerNames: [],
    },
    warnings: ["sh -c: runs a shell script"],
    call: null,
    pairing: null,
    held: null,
  };
  const pairing = {
    process: { pid: 42, name: "claude", executable: "/usr/bin/claude", user: "ann" },
    processFrom: "registration",
    claimedName: "Claude\u202e Code",
    clientUrl: "https://claude.example/client.json",
    redirectUri: "http://127.0.0.1:9/cb",
    redirectHost: "127.0.0.1:9",
    suggestedName: "claude-code",
    choices: [
      { profile: null, seen: { servers: ["files", "mail"], tools: 9, resources: 2, prompts: 0 } },
      { profile: "work", seen: { servers: ["files"], tools: 3, resources: 0, prompts: 0 } },
    ],
  };
  const pair = { ...question, id: "q2", kind: "pair", server: null, arguments: null, launch: null, pairing };

  it("of clients that connect tell first what the system says", async () => {
    const shown = { ...pair, title: "Allow “Claude” to connect?", warnings: [] };
    expect((await run(["pending"], () => ({ pending: [shown] }))).printed).toBe(`q2  pair  asked 1 min ago
  Allow “Claude” to connect?
  program: /usr/bin/claude (process 42, user ann)
  calls itself: "Claude\\u{202e} Code"
  described by: https://claude.example/client.json
  returns to: http://127.0.0.1:9/cb
  name it gets: claude-code (another: --name NAME)
  with --no-profile it sees: 2 servers, 9 tools, 2 resources, 0 prompts
  with --profile work it sees: 1 servers, 3 tools, 0 resources, 0 prompts
`);
  });

  it("of clients that connect are approved with a profile and a name, or with none", async () => {
    const answered: unknown[] = [];
    const hub = (method: string, params: unknown) => {
      answered.push({ method, params });
      return { ok: true };
    };
    await run(["answer", "q2", "approve", "--profile", "work", "--name", "mine"], hub);
    await run(["answer", "q2", "approve", "--no-profile"], hub);
    await run(["answer", "q2", "approve"], hub);
    expect(answered).toMatchObject([
      { params: { id: "q2", answer: "approve", profile: "work", name: "mine" } },
      { params: { id: "q2", answer: "approve", profile: null } },
      { params: { id: "q2", answer: "approve" } },
    ]);
    expect((answered[2] as { params: object }).params).not.toHaveProperty("profile");
  });

  const held = [
    {
      id: "pin-1",
      server: "files",
      kind: "tool",
      name: "read",
      change: "changed",
      before: "one\ntwo",
      after: "one\ntwo\u200b 2\n- three",
      flags: ["It hides \u200b."],
      since: "2026-11-22T11:58:00.000Z",
    },
  ];

  it("are shown whole", async () => {
    expect(
      (await run(["pending"], () => ({ pending: [question] }))).printed,
    ).toBe(`q1  server  asked 1 min ago
  Add the server \\u{1b}[8mfiles
  server files
  {
    "a": "\\u{202e}"
  }
  would run: sh -c "a b"
  in: /w
  with: TOKEN
  beware: sh -c: runs a shell script
`);
    expect(JSON.parse((await run(["pending", "--json"])).printed)).toEqual({
      pending: [{ ...question, call: null, pairing: null, held: null }],
    });
  });

  it("about what a server has changed show the change, every foreign line behind a mark of ours", async () => {
    const asked = { ...question, kind: "tool", arguments: null, launch: null, warnings: [], held };
    expect((await run(["pending"], () => ({ pending: [asked] }))).printed).toBe(`q1  tool  asked 1 min ago
  Add the server \\u{1b}[8mfiles
  server files
  changed tool read  pin-1, 2 min ago
    beware: It hides \\u{200b}.
      one
    - two
    + two\\u{200b} 2
    + - three
`);
  });

  it("are answered", async () => {
    const { printed } = await run(["answer", "q1", "deny", "--reason", "no"], () => ({ ok: true }));
    expect(printed).toBe("Answered q1: deny.\n");
    expect(cli.hub?.calls).toEqual([
      { method: "questions.answer", params: { id: "q1", answer: "deny", reason: "no" } },
    ]);
    await run(["answer", "q2", "approve", "--trust"], () => ({ ok: true }));
    expect(cli.hub?.calls[1]?.params).toEqual({ id: "q2", answer: "approve", trust: true });
  });
});
