import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { CallDetail } from "../../../shared/model/call.ts";
import { callJson } from "../../hub/export/call-json.ts";
import { csvHead, csvLine } from "../../hub/export/csv.ts";
import { harEntry, harHead, harTail } from "../../hub/export/har.ts";
import { importedRow } from "../../hub/export/import.ts";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const whole = (text: string) => ({ text, bytes: text.length, truncated: false });
/** A call whose every text is awkward for one form or another. */
const exportedCall = (id: number): CallDetail => ({
  ...{ id, startedAt: `2030-01-01T00:00:0${id}.000Z`, client: '=a "b", c', session: "s\n1", server: "files" },
  ...{
    tool: "'=x",
    method: "tools/call",
    status: "tool_error",
    durationUs: 12_345,
    profile: null,
    project: null,
  },
  ...{
    times: { queue: 1, consent: 333, upstream: 12_000, hub: 11 },
    requestBytes: 2,
    resultBytes: 2,
    rule: "-r",
  },
  request: whole('{"name":"x","arguments":{"n":12345678901234567890,"t":"a\\n\\"数,"}}'),
  result: id === 2 ? null : whole('{"content":[]}'),
  error: id === 2 ? { text: '{"cut', bytes: 99, truncated: true } : null,
});

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
    const imported = lines.filter((line) => line !== "").length - problems.length;
    return { imported, known: 0, problems };
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

  it("sends what comes on stdin from its end on too, and leaves no file behind", async () => {
    const line = (second: number): string =>
      `{"startedAt":"2030-01-01T00:00:${second}.000Z","t":"${"x".repeat(900_000)}"}`;
    const input = async function* () {
      for (const second of [50, 40, 30, 20]) yield Buffer.from(`${line(second)}\n`);
    };
    // Other tests' files are none of this one's.
    const temporary = mkdtempSync(join(cli.place.home, "temporary-"));
    for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await run(["calls", "import", "-"], takes, { input })).code).toBe(0);
    expect(sent()).toEqual([30, 20, 50, 40].map(line));
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each(["har", "csv"] as const)("takes a %s back, in the order of the history", async (format) => {
    const calls = [3, 2, 1].map((id) => exportedCall(id));
    const given = calls.map((call, index) =>
      format === "csv" ? csvLine(call) : `${index === 0 ? "" : ","}\n${harEntry(call)}`,
    );
    const text = `${format === "csv" ? csvHead : harHead("1")}${given.join("")}${format === "csv" ? "" : harTail}`;
    const file = join(cli.place.home, `calls.${format}`);
    for (const laidOut of format === "csv"
      ? [text, text.replaceAll("\r\n", "\n")]
      : [text, JSON.stringify(JSON.parse(text), null, 2), `\ufeff${JSON.stringify(JSON.parse(text))}`]) {
      writeFileSync(file, laidOut);
      const before = sent().length;
      expect((await run(["calls", "import", file], takes)).code, laidOut).toBe(0);
      expect(
        sent()
          .slice(before)
          .filter((line) => line !== "")
          .map((line) => importedRow(line)),
      ).toEqual(calls.map((call) => importedRow(callJson(call))));
    }
  });

  it("says of a HAR of another program, and of a damaged one, what is wrong with it", async () => {
    const file = join(cli.place.home, "other.har");
    writeFileSync(file, '{"log":{"version":"1.2","entries":[{"startedDateTime":"2030-01-01T00:00:00Z"}]}}');
    const other = await run(["calls", "import", file], takes);
    expect(other.code).toBe(1);
    expect(other.failed).toContain("call 1: it is no call of a Gatehouse export");
    writeFileSync(file, '{"log":{"version":"1.2","entries":[{"startedDateTime":');
    expect((await run(["calls", "import", file], takes)).failed).toContain(
      "error: bad_request: this HAR cannot be read",
    );
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
