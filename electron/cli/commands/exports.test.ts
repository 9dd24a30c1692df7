import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();
const { run } = cli;

describe("calls export", () => {
  /** Gives five calls a piece, as many pieces as it is asked for. */
  const endless: Answers = (_method, params) => {
    const { before = 1_000, limit = Number.POSITIVE_INFINITY } = params as {
      before?: number;
      limit?: number;
    };
    const calls = Math.min(5, limit);
    const text = Array.from({ length: calls }, (_, index) => `{"id":${before - 1 - index}}\n`).join("");
    const next = before - calls;
    return { text, calls, next: limit <= 5 || next <= 900 ? null : next };
  };

  it("gives all that the filter finds, however few `calls` shows", async () => {
    const { code, printed, failed } = await run(["calls", "--server", "files", "export"], endless);
    expect(code).toBe(0);
    expect(printed.trimEnd().split("\n")).toHaveLength(100);
    expect(failed).toBe("100 calls exported\n");
    expect(cli.hub?.calls[0]?.params).toEqual({ filter: { server: "files" }, format: "jsonl" });
  });

  it("keeps a limit that is asked for, before or after the word", async () => {
    const before = await run(["calls", "--limit", "12", "export"], endless);
    expect(before.printed.trimEnd().split("\n")).toHaveLength(12);
    expect((await run(["calls", "export", "--limit", "3"])).printed.trimEnd().split("\n")).toHaveLength(3);
  });

  it("waits for a slow reader, and ends when the reader has gone", async () => {
    let pieces = 0;
    const printed = async (): Promise<boolean> => {
      pieces += 1;
      return pieces < 3;
    };
    expect((await run(["calls", "export"], endless, { printed })).code).toBe(0);
    expect(cli.hub?.calls).toHaveLength(3);
  });
});

describe("calls import", () => {
  /** Takes every line but those that say "bad". */
  const takes: Answers = (_method, params) => {
    const lines = (params as { text: string }).text.split("\n");
    const problems = lines.flatMap((line, index) =>
      line.includes("bad") ? [{ line: index + 1, message: "it is bad" }] : [],
    );
    return { imported: lines.filter((line) => line !== "").length - problems.length, problems };
  };
  const sent = (): string[] =>
    (cli.hub?.calls ?? []).flatMap(({ params }) => (params as { text: string }).text.split("\n"));

  it("sends a long file in pieces of whole lines, and tells of a line by its number in the file", async () => {
    // Longer than what is read and sent at once, with characters that only some take for a line's end.
    const lines = Array.from(
      { length: 60 },
      (_, index) => `{"n":${index},"t":"${"漢\u2028".repeat(20_000)}"}`,
    );
    lines[50] = "bad";
    const file = join(cli.place.home, "calls.jsonl");
    writeFileSync(file, `${lines.join("\n")}\n`);
    const { code, printed, failed } = await run(["calls", "import", file], takes);
    expect(code).toBe(0);
    expect(printed).toBe("59 calls imported, 1 lines left out\n");
    expect(failed).toBe("line 51: it is bad\n");
    expect(cli.hub?.calls.length).toBeGreaterThan(1);
    expect(sent().filter((line) => line !== "")).toEqual(lines);
  });

  it("sends an export from its end on: it begins with the newest call, the history with the oldest", async () => {
    const line = (second: number): string =>
      `{"startedAt":"2030-01-01T00:00:${second}.000Z","t":"${"x".repeat(900_000)}"}`;
    const file = join(cli.place.home, "calls.jsonl");
    writeFileSync(file, [50, 40, 30, 20].map(line).join("\n"));
    expect((await run(["calls", "import", file], takes)).code).toBe(0);
    expect(sent()).toEqual([30, 20, 50, 40].map(line));
    writeFileSync(file, [20, 30, 40, 50].map(line).join("\n"));
    expect((await run(["calls", "import", file], takes)).code).toBe(0);
    expect(sent().slice(4)).toEqual([20, 30, 40, 50].map(line));
  });

  it("reads stdin, whose pieces may end within a character", async () => {
    const bytes = Buffer.from('{"t":"漢"}\n{"t":"字"}');
    const input = async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte);
    };
    expect((await run(["calls", "import", "-"], takes, { input })).code).toBe(0);
    expect(sent()).toEqual(['{"t":"漢"}', '{"t":"字"}']);
  });

  it("says what cannot be read, and when nothing was taken", async () => {
    const missing = await run(["calls", "import", join(cli.place.home, "none.jsonl")], takes);
    expect(missing.code).toBe(1);
    expect(missing.failed).toContain("error: not_found:");
    const file = join(cli.place.home, "bad.jsonl");
    writeFileSync(file, "bad\n");
    const { code, failed } = await run(["calls", "import", file]);
    expect(code).toBe(1);
    expect(failed).toContain("line 1: it is bad");
    expect(failed).toContain("error: bad_request:");
  });
});
