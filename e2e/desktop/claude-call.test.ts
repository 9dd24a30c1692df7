// The real Claude Code, its model stubbed, calls a tool of a real server: the person answers in the popup, and the
// model reads what came of it.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cachedClients } from "../clients/cache.ts";
import { runClient } from "../clients/run-client.ts";
import { realServers } from "../hub/real-servers.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { temporaryHome } from "../lib/hub.ts";
import { type StubModel, startStubModel } from "../lib/stub-model.ts";
import { type DesktopApp, launchDesktop } from "./app.ts";
import { type PopupDriver, popupOf, tokenFor } from "./popup-driver.ts";

/** The tool as Claude Code names it to its model. */
const TOOL = "mcp__gatehouse__files__write_file";
/** Longest run of one test, in milliseconds: Claude Code and Electron start in it. */
const LIMIT = 150_000;

const clients = cachedClients();

// Where `npm run clients` has fetched it.
describe.skipIf(clients === undefined)("Claude Code, whose model wants to write a file", () => {
  const [home, folder, person] = [temporaryHome(), temporaryHome(), temporaryHome()];
  const mcpConfig = join(person, "mcp.json");
  const file = (name: string): string => join(folder, name);
  let display: Display;
  let app: DesktopApp;
  let popup: PopupDriver | undefined;

  beforeAll(async () => {
    const { files } = realServers(folder);
    const config = {
      listen: { port: await freePort() },
      consent: { default: "ask" },
      mcpServers: { files },
    };
    writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
    display = await startDisplay();
    app = await launchDesktop({ home, env: display.env });
    await app.page.getByTestId("server-row").first().waitFor();
    const { url, token } = await tokenFor(app, "claude-code");
    const gatehouse = { type: "http", url, headers: { Authorization: `Bearer ${token}` } };
    writeFileSync(mcpConfig, JSON.stringify({ mcpServers: { gatehouse } }), { mode: 0o600 });
  });
  afterEach(async () => {
    await popup?.gone();
  });
  afterAll(async () => {
    await app?.quit();
    await display?.stop();
    for (const made of [home, folder, person])
      rmSync(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  /** Runs `claude -p` to its end. Its own prompt about the tool is answered beforehand: only the hub asks. */
  const claude = (model: StubModel): Promise<{ code: number | null; stdout: string; text: string }> =>
    runClient(
      {
        bin: clients?.bin ?? "",
        home: person,
        url: "",
        token: "",
        env: {
          ANTHROPIC_BASE_URL: model.url,
          ANTHROPIC_API_KEY: "no-key",
          DISABLE_TELEMETRY: "1",
          DISABLE_ERROR_REPORTING: "1",
          DISABLE_AUTOUPDATER: "1",
          // Every tool is named to the model at once, instead of by a search that the stub would have to make.
          ENABLE_TOOL_SEARCH: "false",
          MCP_TIMEOUT: "60000",
        },
      },
      "claude",
      ["-p", "Write.", "--mcp-config", mcpConfig, "--strict-mcp-config", "--allowedTools", TOOL],
    );
  const writing = (name: string) => ({ name: TOOL, input: { path: file(name), content: "by Claude Code" } });

  /** Waits until the popup asks about this file; Claude Code's end before that is the failure, in its own words. */
  async function asked(name: string, run: ReturnType<typeof claude>, model: StubModel): Promise<PopupDriver> {
    const early = run.then(({ text }) => {
      throw new Error(`Claude Code ended unasked: ${text}\n${model.requests.join("\n")}`);
    });
    early.catch(() => {});
    const shown = (async () => {
      popup ??= await popupOf(app);
      await popup.asked(name);
      return popup;
    })();
    return Promise.race([shown, early]);
  }

  test(
    "is asked about by its name; allowed once, the file is written and the model reads the server's answer",
    async () => {
      await using model = await startStubModel(writing("once.txt"));
      const run = claude(model);
      const { page, press, shot } = await asked("once.txt", run, model);
      expect(await page.getByTestId("title").innerText()).toBe("claude-code wants to call a tool of files");
      expect(await page.getByTestId("foreign").innerText()).toContain("write_file");
      await shot("claude-code");
      expect([existsSync(file("once.txt")), model.results]).toEqual([false, []]);
      await press("o");
      const { code, stdout, text } = await run;
      expect([code, text]).toEqual([0, text]);
      const said = `Successfully wrote to ${file("once.txt")}`;
      expect(model.results).toEqual([{ text: expect.stringContaining(said), isError: false }]);
      expect(stdout).toContain(`The tool said: ${model.results[0]?.text}`);
      expect(readFileSync(file("once.txt"), "utf8")).toBe("by Claude Code");
    },
    LIMIT,
  );

  test(
    "is denied with a reason, which the model reads as the tool's error; the server is never reached",
    async () => {
      await using model = await startStubModel(writing("denied.txt"));
      const run = claude(model);
      const { page, press, click } = await asked("denied.txt", run, model);
      await press("r");
      await page.getByTestId("reason").fill("use the other folder");
      await click("Deny with this reason");
      const { code, stdout, text } = await run;
      expect([code, text]).toEqual([0, text]);
      const reason = /The person denied this call .* and says: use the other folder/;
      expect(model.results).toEqual([{ text: expect.stringMatching(reason), isError: true }]);
      expect(stdout).toMatch(reason);
      expect(existsSync(file("denied.txt"))).toBe(false);
    },
    LIMIT,
  );

  test(
    "has its arguments edited by the person: the edited ones reach the server, and its answer the model",
    async () => {
      await using model = await startStubModel(writing("before.txt"));
      const run = claude(model);
      const { page, press } = await asked("before.txt", run, model);
      await press("e");
      const editor = page.getByTestId("editor");
      await editor.fill((await editor.inputValue()).replace("before.txt", "after.txt"));
      await press("Control+Enter");
      const { code, text } = await run;
      expect([code, text]).toEqual([0, text]);
      const said = `Successfully wrote to ${file("after.txt")}`;
      expect(model.results).toEqual([{ text: expect.stringContaining(said), isError: false }]);
      expect([existsSync(file("before.txt")), existsSync(file("after.txt"))]).toEqual([false, true]);
    },
    LIMIT,
  );

  test(
    "is allowed always for the folder; a later run of it is not asked again",
    async () => {
      await using model = await startStubModel(writing("always-1.txt"), writing("always-2.txt"));
      const run = claude(model);
      const { read, press } = await asked("always-1.txt", run, model);
      await read();
      await press("ArrowDown");
      await press("a");
      const first = await run;
      expect([first.code, first.text]).toEqual([0, first.text]);
      await using later = await startStubModel(writing("always-3.txt"));
      const second = await claude(later);
      expect([second.code, second.text]).toEqual([0, second.text]);
      expect([...model.results, ...later.results].map(({ isError }) => isError)).toEqual([
        false,
        false,
        false,
      ]);
      for (const number of [1, 2, 3]) expect(existsSync(file(`always-${number}.txt`))).toBe(true);
    },
    LIMIT,
  );
});
