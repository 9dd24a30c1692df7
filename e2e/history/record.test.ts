import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { callUnderWay, hubForTest, PATIENCE, succeeded } from "../hub/kit.ts";
import { echoServer, runCli, temporaryHome } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { openClient2 } from "../lossless/sdk-clients.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));

test(
  "recorded calls are served again by `gatehouse mock`, to clients of both eras and behind another hub",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    const tools = await ada.request("tools/list");
    const said = await ada.call("one__echo", { text: "数 — 12345678901234567890" });
    const failed = await ada.call("one__fail", { text: "third" });
    const ids = (await hub.calls())
      .filter(({ method }) => method === "tools/call")
      .map(({ id }) => String(id));
    const recording = join(hub.home, "recording.json");
    writeFileSync(recording, await hub.command("calls", "record", ...ids));

    for (const mode of ["legacy", "auto"] as const) {
      const place = { command: process.execPath, args: [GATEHOUSE, "mock", recording] };
      const { client, callTool } = await openClient2(place, mode);
      expect((await client.listTools()).tools).toHaveLength(tools.result.tools.length);
      const again = await callTool({ name: "echo", arguments: { text: "数 — 12345678901234567890" } });
      expect(again.content).toEqual(said.result.content);
      await client.close();
    }

    const other = await hubForTest({
      config: { mcpServers: { one: { command: process.execPath, args: [GATEHOUSE, "mock", recording] } } },
    });
    const bob = await other.connect(await other.addClient("bob"));
    expect((await bob.request("tools/list")).result.tools).toEqual(tools.result.tools);
    expect((await bob.call("one__echo", { text: "数 — 12345678901234567890" })).result).toEqual(said.result);
    expect((await bob.call("one__fail", { text: "third" })).result).toEqual(failed.result);
    expect((await bob.call("one__echo", { text: "never said" })).result).toMatchObject({ isError: true });
  },
  PATIENCE * 2,
);

test(
  "calls leave as JSONL, CSV and HAR by the filter, and come back into another home",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    for (const text of ["a", "b", "=c"]) await ada.call("one__echo", { text });
    await ada.call("one__fail", { text: "d" });
    const lines = await hub.command("calls", "export", "--tool", "echo");
    expect(lines.trimEnd().split("\n")).toHaveLength(3);
    const har = JSON.parse(await hub.command("calls", "export", "--format", "har", "--tool", "fail"));
    expect(har.log.entries).toHaveLength(1);
    expect(har.log.entries[0].response.content.text).toContain('"isError":true');
    expect(
      (await hub.command("calls", "--tool", "echo", "export", "--format", "csv")).split("\r\n"),
    ).toHaveLength(5);

    const home = temporaryHome();
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const cli = async (args: string[], input?: string) =>
      succeeded(args, await runCli(["--home", home, ...args], input, process.env));
    expect(
      JSON.parse(await cli(["calls", "import", "-", "--json"], `${lines}\n{"broken":true}\n`)),
    ).toMatchObject({
      imported: 3,
      problems: [{ line: 5 }],
    });
    const back = (await cli(["calls", "export"]))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const sent = lines
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(back.map(({ request, result }) => ({ request, result }))).toEqual(
      sent.map(({ request, result }) => ({ request, result })),
    );
    expect(back[0].session).toMatch(/^imported\//);

    // Each form of the same calls brings nothing that is not there yet.
    for (const format of ["jsonl", "har", "csv"]) {
      const file = join(hub.home, `calls.${format}`);
      writeFileSync(file, await hub.command("calls", "export", "--format", format));
      expect(await cli(["calls", "import", file])).toBe(
        format === "jsonl"
          ? "1 calls imported, 3 were there already, 0 lines left out\n"
          : "0 calls imported, 4 were there already, 0 calls left out\n",
      );
      const own = JSON.parse(await hub.command("calls", "import", file, "--json"));
      expect(own).toEqual({ imported: 0, known: 4, problems: [] });
    }
  },
  PATIENCE * 2,
);

test(
  "calls come back in the order that the history had, with what went on within them, in each form",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    for (const bytes of [10, 600_000, 20, 400_000, 30]) await ada.call("one__big", { bytes });
    // The first to begin is the last to end, and so the newest.
    const { answer } = await callUnderWay(ada, "one__", { steps: 2, delayMs: 100 });
    await ada.call("one__echo", { text: "meanwhile" });
    await answer;
    interface Line {
      readonly request: unknown;
      readonly resultBytes: number;
      readonly events?: unknown;
    }
    const told = (text: string): string[] =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Line)
        .map(({ request, resultBytes, events }) => JSON.stringify([request, resultBytes, events]));
    const calls = told(await hub.command("calls", "export"));
    expect(calls[0]).toContain("one__progress");
    expect(calls[0]).toContain("notifications/progress");
    /** What a new home has once it took an export. */
    const back = async (text: string): Promise<string[]> => {
      const home = temporaryHome();
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      const run = async (args: string[], input?: string) =>
        succeeded(args, await runCli(["--home", home, "calls", ...args], input, process.env));
      await run(["import", "-"], text);
      return told(await run(["export"]));
    };
    for (const format of ["jsonl", "har", "csv"])
      expect(await back(await hub.command("calls", "export", "--format", format)), format).toEqual(calls);
  },
  PATIENCE * 4,
);

test(
  "a recorded call is made again as the person, who is asked although the default allows",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    await ada.call("one__echo", { text: "again" });
    const [first] = await hub.calls("--tool", "echo");
    const replayed = hub.cli(["calls", "replay", String(first?.id), "--json"]);
    const pending = async () => JSON.parse(await hub.command("pending", "--json")).pending;
    await waitFor(async () => (await pending()).length === 1, { deadlineMs: PATIENCE, what: "the question" });
    const [question] = await pending();
    expect(question).toMatchObject({ client: "you", tool: "echo", arguments: { text: "again" } });
    await hub.command("answer", question.id, "allow-once");
    const { status, answer, id } = JSON.parse(succeeded(["calls", "replay"], await replayed));
    expect(status).toBe("ok");
    expect(answer.result).toEqual(first?.result);
    expect((await hub.calls("--client", "you")).map((call) => call.id)).toEqual([id]);
  },
  PATIENCE * 2,
);
