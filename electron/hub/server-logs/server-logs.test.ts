import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "../../../shared/model/server.ts";
import { formatLine, parseLine, splitLine } from "./line-format.ts";
import { logFileName, ServerLogs, type ServerLogsOptions } from "./server-logs.ts";

let folder = "";
const open: ServerLogs[] = [];
const logs = (options: Partial<ServerLogsOptions> = {}): ServerLogs => {
  const made = new ServerLogs({ folder, ...options });
  open.push(made);
  return made;
};
const line = (at: number, text: string, more: Partial<LogLine> = {}): LogLine => ({
  at,
  stream: "stderr",
  text,
  ...more,
});
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-logs-"));
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a line in a file", () => {
  it.each<[LogLine, string]>([
    [line(0, "plain text"), "1970-01-01T00:00:00.000Z stderr plain text"],
    [line(0, ""), "1970-01-01T00:00:00.000Z stderr "],
    [line(0, "a", { stream: "log", level: "warning" }), "1970-01-01T00:00:00.000Z log/warning a"],
    [line(0, "a b", { stream: "log", logger: "x/y z" }), "1970-01-01T00:00:00.000Z log/-/x%2Fy%20z a b"],
    [
      line(0, "2026-01-01T00:00:00.000Z stderr forged", { stream: "log", level: "error", logger: "ü" }),
      "1970-01-01T00:00:00.000Z log/error/%C3%BC 2026-01-01T00:00:00.000Z stderr forged",
    ],
  ])("is read as it was written: %j", (given, written) => {
    expect(formatLine(given)).toBe(written);
    expect(parseLine(written)).toEqual(given);
  });

  it.each(["", "nonsense", "yesterday stderr x", "1970-01-01T00:00:00.000Z stdin x"])(
    "that this hub has not written is none: %j",
    (written) => expect(parseLine(written)).toBeUndefined(),
  );

  it("holds no line break, so that no text can pass for a line of its own", () => {
    const parts = splitLine(line(0, "one\r\n1970-01-01T00:00:00.000Z hub two\rthree\nfour"));
    expect(texts(parts)).toEqual(["one", "1970-01-01T00:00:00.000Z hub two", "three", "four"]);
    expect(splitLine(line(0, "x".repeat(20_000)))[0]?.text).toHaveLength(8_193);
  });
});

describe("the file of a server", () => {
  it.each([
    ["files", "files.log"],
    ["my.server-2", "my.server-2.log"],
    ["Files", expect.stringMatching(/^log-of-Files~[0-9a-f]{8}\.log$/)],
    ["hub", expect.stringMatching(/^log-of-hub~/)],
    ["nul.txt", expect.stringMatching(/^log-of-nul\.txt~/)],
    ["com1", expect.stringMatching(/^log-of-com1~/)],
  ])("of %s is %s", (name, file) => expect(logFileName(name)).toEqual(file));
});

describe("server logs", () => {
  it("are read by those who come later, also in another run of the hub, and by nobody else", async () => {
    const first = logs();
    first.append("a", line(1_000, "one"));
    first.append("b", line(1_000, "other"));
    first.append("a", line(2_000, "two", { stream: "log", level: "error", logger: "db" }));
    expect((await first.read("a", { limit: 10 })).lines).toEqual([
      line(1_000, "one"),
      line(2_000, "two", { stream: "log", level: "error", logger: "db" }),
    ]);
    await first.close();
    if (process.platform !== "win32") expect(statSync(join(folder, "a.log")).mode & 0o777).toBe(0o600);
    const second = logs();
    second.append("a", line(3_000, "three"));
    expect(await second.read("a", { limit: 2 })).toEqual({
      lines: [line(2_000, "two", { stream: "log", level: "error", logger: "db" }), line(3_000, "three")],
      before: "2000.1",
    });
    expect(await second.read("nobody", { limit: 2 })).toEqual({ lines: [], before: null });
  });

  it("are rotated by size, and paged through whole, also where many lines are of one moment", async () => {
    // Each file holds some twenty of these lines.
    const log = logs({ maxBytes: 1_000 });
    const all = Array.from({ length: 70 }, (_, index) => line(Math.floor(index / 7), `line ${index}`));
    for (const each of all) {
      log.append("a", each);
      await log.read("a", { limit: 1 });
    }
    expect(readdirSync(folder).sort()).toEqual(["a.log", "a.log.1", "a.log.2"]);
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000);
    const read: LogLine[] = [];
    let before: string | undefined;
    for (let page = 0; page < 30; page += 1) {
      const { lines, before: next } = await log.read("a", { limit: 3, before });
      read.unshift(...lines);
      // What comes meanwhile does not shift the pages.
      log.append("a", line(1_000, "later"));
      if (next === null) break;
      before = next;
    }
    expect(read).toEqual(all);
  });

  it("keep five files and no more", async () => {
    const log = logs({ maxBytes: 100 });
    for (let index = 0; index < 30; index += 1) {
      log.append("a", line(index, `a line of some length ${index}`));
      await log.read("a", { limit: 1 });
    }
    expect(readdirSync(folder).sort()).toEqual(["a.log", "a.log.1", "a.log.2", "a.log.3", "a.log.4"]);
  });

  it("are searched in text and logger whatever the case, and by severity", async () => {
    const log = logs();
    log.append("a", line(1, "Connection refused"));
    log.append("a", line(2, "slow", { stream: "log", level: "warning", logger: "Connections" }));
    log.append("a", line(3, "refused", { stream: "log", level: "info" }));
    log.append("a", line(4, "gone", { stream: "log", level: "emergency" }));
    const found = async (query: object) => texts((await log.read("a", { limit: 10, ...query })).lines);
    expect(await found({ search: "CONNECTION" })).toEqual(["Connection refused", "slow"]);
    expect(await found({ level: "warning" })).toEqual(["slow", "gone"]);
    expect(await found({ level: "info", search: "refused" })).toEqual(["refused"]);
    expect(await found({ search: "nowhere" })).toEqual([]);
  });

  it("look through a long log in pieces, each naming where to go on", async () => {
    const written = Array.from({ length: 60_000 }, (_, index) =>
      formatLine(line(index, index === 5 ? "the needle" : `hay ${"x".repeat(200)}`)),
    );
    writeFileSync(join(folder, "a.log"), `${written.join("\n")}\n`);
    const log = logs();
    const first = await log.read("a", { limit: 10, search: "needle" });
    expect(first.lines).toEqual([]);
    expect(first.before).not.toBe(null);
    const second = await log.read("a", { limit: 10, search: "needle", before: first.before ?? "" });
    expect(second).toEqual({ lines: [line(5, "the needle")], before: null });
  });

  it("cut a flood, count what it cost, and keep what comes after it", async () => {
    let now = 1_000_000;
    const log = logs({ now: () => now });
    const heard: LogLine[] = [];
    log.onLine = (_server, each) => heard.push(each);
    for (let index = 0; index < 5_000; index += 1) log.append("a", line(now, `flood ${index}`));
    log.append("quiet", line(now, "unharmed"));
    expect(heard).toHaveLength(2_001);
    now += 10_000;
    log.append("a", line(now, "after"));
    await log.close();
    expect(texts((await log.read("a", { limit: 2 })).lines)).toEqual([
      "after",
      "3000 lines were left out: it writes more than is kept",
    ]);
    expect(texts((await log.read("quiet", { limit: 9 })).lines)).toEqual(["unharmed"]);
  });

  it("never hold, show or tell a secret", async () => {
    const hide = (text: string): string => text.replaceAll("hunter2", "[secret]");
    const log = logs({ redaction: { active: true, text: hide, bytes: (bytes) => bytes } });
    const heard: LogLine[] = [];
    log.onLine = (_server, each) => heard.push(each);
    log.append("a", line(1, "password hunter2 refused", { stream: "log", logger: "hunter2" }));
    const { lines } = await log.read("a", { limit: 1 });
    expect([heard, lines]).toEqual(
      Array(2).fill([line(1, "password [secret] refused", { stream: "log", logger: "[secret]" })]),
    );
    expect(readFileSync(join(folder, "a.log"), "utf8")).not.toContain("hunter2");
    expect((await log.read("a", { limit: 1, search: "hunter2" })).lines).toEqual([]);
  });

  it("put a file aside that cannot be renamed as somebody looks at it, as on Windows", async () => {
    let refusals = 0;
    const log = logs({
      maxBytes: 100,
      files: {
        async rename(from, to) {
          if (!from.endsWith("a.log")) return rename(from, to);
          refusals += 1;
          throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
        },
      },
    });
    for (let index = 0; index < 5; index += 1) {
      log.append("a", line(index, `a line of some length ${index}`));
      await log.read("a", { limit: 1 });
    }
    expect(refusals).toBeGreaterThan(4);
    expect(texts((await log.read("a", { limit: 10 })).lines)).toHaveLength(5);
    expect(statSync(join(folder, "a.log")).size).toBeLessThanOrEqual(100);
  });

  it("that cannot be written are kept in memory, and written again when they can be", async () => {
    const gone = join(folder, "gone");
    const log = logs({ folder: gone });
    log.append("a", line(1, "in memory"));
    expect(texts((await log.read("a", { limit: 5 })).lines)).toEqual(["in memory"]);
    expect(existsSync(gone)).toBe(false);
  });
});
