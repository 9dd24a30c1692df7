import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();
const { run } = cli;

describe("audit", () => {
  const entry = (id: number) => ({
    id,
    at: "2026-11-22T11:59:00.000Z",
    role: "operator",
    pid: 7,
    executable: "/bin/node",
    act: "client.add",
    detail: "me\u202e",
  });

  it("is shown newest first, page by page up to the limit", async () => {
    const answers: Answers = (_method, params) => {
      const { limit, before = 2_000 } = params as { limit: number; before?: number };
      return { entries: Array.from({ length: limit }, (_, index) => entry(before - 1 - index)), more: true };
    };
    const { printed } = await run(["audit", "--json", "--limit", "600", "--search", "x"], answers);
    expect(JSON.parse(printed).entries.map(({ id }: { id: number }) => id)).toEqual(
      Array.from({ length: 600 }, (_, index) => 1_999 - index),
    );
    expect(cli.hub?.calls.map(({ params }) => params)).toEqual([
      { limit: 500, search: "x" },
      { limit: 100, search: "x", before: 1_500 },
    ]);
  });

  it("is a table for a person", async () => {
    const { printed } = await run(["audit"], () => ({ entries: [entry(1)], more: false }));
    expect(printed).toBe(`ID  WHEN       BY        FROM             ACT         WHAT
 1  1 min ago  operator  /bin/node pid 7  client.add  me\\u{202e}
`);
    expect((await run(["audit", "--search", "y"])).code).toBe(0);
  });
});
