import { expect, it } from "vitest";
import type { LogLine } from "../../../shared/model/server.ts";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();
const run = (args: readonly string[], answers: Answers) => cli.run(["server", "logs", ...args], answers);

const line = (second: number, text: string, more: Partial<LogLine> = {}): LogLine => ({
  at: Date.UTC(2026, 10, 22, 12, 0, second),
  stream: "stderr",
  text,
  ...more,
});

it("server logs prints the last lines, what is hostile in them made visible", async () => {
  const warning = line(2, "slow\u001b[2J", { stream: "log", level: "warning", logger: "db\u202e" });
  const { code, printed } = await run(["files"], () => ({ lines: [line(1, "one"), warning], before: null }));
  expect([code, printed]).toEqual([
    0,
    "2026-11-22T12:00:01.000Z stderr one\n2026-11-22T12:00:02.000Z warning db\\u{202e} slow\\u{1b}[2J\n",
  ]);
});

it("server logs --json gathers what fits from as many answers as it takes", async () => {
  const pages = [
    { lines: [line(5, "e")], before: "5.1" },
    { lines: [], before: "3.1" },
    { lines: [line(1, "a")], before: null },
  ];
  const { printed } = await run(
    ["files", "--json", "--lines", "3", "--search", "x", "--level", "error"],
    () => pages.shift(),
  );
  expect(JSON.parse(printed)).toEqual({ lines: [line(1, "a"), line(5, "e")] });
  const filter = { name: "files", search: "x", level: "error" };
  expect(cli.hub?.calls.map(({ params }) => params)).toEqual([
    { ...filter, limit: 3 },
    { ...filter, limit: 2, before: "5.1" },
    { ...filter, limit: 2, before: "3.1" },
  ]);
});

it("server logs says so when nothing fits", async () => {
  const { printed } = await run(["files", "--search", "x"], () => ({ lines: [], before: null }));
  expect(printed).toBe("Nothing in the log of files fits.\n");
});

it("server logs --follow goes on with what fits, each line once, until the hub ends", async () => {
  const came = [line(1, "read already"), line(2, "while it was read"), line(2, "of no interest")];
  const ended = run(["files", "--follow", "--json", "--search", "read"], () => {
    cli.hub?.tell("serverLogged", { name: "files", lines: came });
    cli.hub?.tell("serverLogged", { name: "other", lines: [line(2, "read elsewhere")] });
    return { lines: [line(1, "read already")], before: null };
  });
  await expect.poll(() => cli.place.texts.printed).toContain("while it was read");
  cli.hub?.tell("serverLogged", { name: "files", lines: [line(3, "no"), line(3, "read later")] });
  await expect.poll(() => cli.place.texts.printed).toContain("later");
  await cli.endHub();
  const { code, printed, failed } = await ended;
  expect(
    printed
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text).text),
  ).toEqual(["read already", "while it was read", "read later"]);
  expect([code, failed]).toEqual([1, expect.stringContaining("hub_not_running: the hub has ended")]);
});
