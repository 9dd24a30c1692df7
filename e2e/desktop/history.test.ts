// What happened, in the real Electron over a real hub and real servers: filter, open, run again, compare, export, mock,
// brush a chart. Each of the four screens is looked at by axe, light and dark.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallSummary } from "../../shared/model/call.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { temporaryHome } from "../lib/hub.ts";
import { McpHttpClient, type Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { violations } from "../ui/axe.ts";
import { type DesktopApp, launchDesktop } from "./app.ts";
import { popupOf, tokenFor } from "./popup-driver.ts";

const FILES = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json")),
  "dist/index.js",
);
const ECHO = fileURLToPath(new URL("../fixtures/echo-server.ts", import.meta.url));
const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
const MINUTE = 60_000;
const { GATEHOUSE_SHOTS } = process.env;

let display: Display;
let app: DesktopApp;
let client: McpHttpClient;
const home = temporaryHome();
const folder = temporaryHome();
const notes = join(folder, "notes.txt");
/** The export of the test before, as JSON lines. */
let exported: string[] = [];

beforeAll(async () => {
  writeFileSync(notes, "The harbour opens at six.\n");
  const config = {
    listen: { port: await freePort() },
    consent: { default: "ask" },
    rules: [{ id: "agent", client: "agent", decision: "allow" }],
    mcpServers: {
      files: { command: process.execPath, args: [FILES, folder] },
      echo: { command: process.execPath, args: [ECHO] },
    },
  };
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
  display = await startDisplay();
  app = await launchDesktop({ home, env: display.env });
  await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
  await app.page.getByTestId("server-row").nth(1).waitFor();
  await saveWithoutAsking();
  const access = await tokenFor(app, "agent");
  client = new McpHttpClient(access.url, { token: access.token });
  await client.initialize();
  const tools = ["files__write_file", "echo__sleep"];
  await waitFor(
    async () => {
      const listed = await client.toolNames();
      return tools.every((name) => listed.includes(name));
    },
    { deadlineMs: 30_000, what: "both servers' tools" },
  );
});
afterAll(async () => {
  client?.close();
  await app?.quit();
  await display?.stop();
  for (const made of [home, folder]) rmSync(made, { recursive: true, force: true });
});

/** Answers the system's dialog for saving as a person does who takes the proposed name, in `folder`. */
async function saveWithoutAsking(): Promise<void> {
  await app.inMain(({ BrowserWindow }, into) => {
    const saved: string[] = [];
    Object.assign(globalThis, { savedFiles: saved });
    BrowserWindow.getAllWindows()[0]?.webContents.session.on("will-download", (_event, item) => {
      item.setSavePath(`${into}/${item.getFilename()}`);
      item.once("done", (_done, state) => saved.push(`${state} ${item.getSavePath()}`));
    });
  }, folder);
}

/** What is saved by an act of the person: the file's path, once it is whole. */
async function savedBy(act: () => Promise<void>): Promise<string> {
  const saved = (): Promise<string[]> =>
    app.inMain(() => (globalThis as unknown as { savedFiles: string[] }).savedFiles);
  const before = (await saved()).length;
  await act();
  const one = await waitFor(async () => (await saved())[before], {
    deadlineMs: 20_000,
    what: "the file to be saved",
  });
  expect(one).toMatch(/^completed /);
  return one.replace("completed ", "");
}

async function gatehouse(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [GATEHOUSE, ...args], {
    env: { ...process.env, GATEHOUSE_HOME: home },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Resolves in the page when it is shown in a theme, drawn, and nothing moves any more. */
const settled = (theme: "light" | "dark"): string => `new Promise((resolve) => {
  const scheme = matchMedia("(prefers-color-scheme: ${theme})");
  if (scheme.matches) resolve();
  else scheme.addEventListener("change", () => resolve(), { once: true });
})
  .then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  .then(() => Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => {}))))
  .then(() => {})`;

/** Looks at the screen in both themes: no serious violation, and a picture where GATEHOUSE_SHOTS names a folder. */
async function looksRight(name: string): Promise<void> {
  const found: Record<string, string[]> = {};
  // Away from what explains itself when it is pointed at.
  await app.page.mouse.move(640, 2);
  for (const theme of ["light", "dark"] as const) {
    await app.inMain(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, theme);
    await app.page.evaluate(settled(theme));
    if (GATEHOUSE_SHOTS !== undefined) {
      mkdirSync(GATEHOUSE_SHOTS, { recursive: true });
      await app.page.screenshot({ path: join(GATEHOUSE_SHOTS, `${name}-${theme}.png`) });
    }
    found[theme] = await violations(app.page);
  }
  expect(found).toEqual({ light: [], dark: [] });
}

const rows = (): Locator => app.page.getByTestId("call-row");
const go = (screen: string): Promise<void> =>
  app.page.getByRole("link", { name: screen, exact: true }).click();
const textOf = (answer: Message): string => answer.result?.content?.[0]?.text ?? JSON.stringify(answer);
const read = (server = "files"): Promise<Message> =>
  client.call(`${server}__read_text_file`, { path: notes });

/** Types a filter, and waits until the list holds so many calls. */
async function filter(text: string, calls: number): Promise<void> {
  const field = app.page.getByRole("combobox", { name: "Filter calls" });
  await field.fill(text);
  await field.press("Enter");
  await listed(calls);
}
const listed = (calls: number): Promise<void> =>
  app.page
    .getByTestId("list-foot")
    .getByText(`${calls} ${calls === 1 ? "call" : "calls"}`, { exact: true })
    .waitFor();
const shownIds = (): Promise<number[]> =>
  rows().evaluateAll((all) => all.map((row) => Number(row.getAttribute("data-call-id"))));

test("Activity is filtered by tokens and by text", async () => {
  await client.call("echo__echo", { text: "hello" });
  await client.call("echo__fail", { text: "no such berth" });
  await client.call("echo__sleep", { ms: 300 });
  await client.call("files__write_file", { path: join(folder, "log.txt"), content: "first line" });
  for (let times = 0; times < 3; times += 1) expect(textOf(await read())).toContain("six");

  await go("Activity");
  await filter("client:agent server:files", 4);
  await filter("server:echo dur:>250ms", 1);
  expect(await rows().innerText()).toContain("sleep");
  await filter("status:tool_error", 1);
  expect(await rows().innerText()).toContain("fail");
  await filter('-tool:write_* "harbour opens"', 3);
  expect((await rows().allInnerTexts()).every((row) => row.includes("read_text_file"))).toBe(true);
  await filter("", 7);
  await looksRight("activity");
});

test("the filter's calls are exported to a file that the person has chosen", async () => {
  await filter("tool:read_*", 3);
  const file = await savedBy(async () => {
    await app.page.getByRole("button", { name: "Export" }).click();
    await app.page.getByRole("menuitem", { name: /^JSONL/ }).click();
  });
  exported = readFileSync(file, "utf8").trim().split("\n");
  const calls = exported.map((line) => JSON.parse(line));
  expect(calls.map(({ id }) => id)).toEqual(await shownIds());
  for (const call of calls)
    expect(call).toMatchObject({
      client: "agent",
      tool: "read_text_file",
      request: { arguments: { path: notes } },
      result: { content: [{ type: "text", text: "The harbour opens at six.\n" }] },
    });
});

test("a call that only reads is run again without a question, and the two results are compared", async () => {
  const { page } = app;
  writeFileSync(notes, "The harbour opens at seven.\n");
  await rows().first().click();
  const detail = page.getByTestId("call-detail");
  await detail.getByText("The harbour opens at six.").first().waitFor();
  await detail.getByRole("button", { name: "Run again" }).click();
  await page.getByText(/^With the arguments of call #\d+$/).waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  const diff = page.getByTestId("call-diff");
  await diff.getByText(/seven/).first().waitFor();
  expect(await diff.innerText()).toMatch(/Recorded, #\d+\s+Now, #\d+/);
  expect(await diff.innerText()).toMatch(/six[\s\S]*seven/);
  await looksRight("run-again");
  // No window has asked anything.
  expect(app.electron.windows()).toHaveLength(1);
});

test("a call that writes is run again only when the person says so, and its waterfall shows that wait", async () => {
  const { page } = app;
  await go("Activity");
  await filter("tool:write_file", 1);
  await rows().first().click();
  await page.getByTestId("call-detail").getByRole("button", { name: "Run again" }).click();
  await page.getByText(/^With the arguments of call #\d+$/).waitFor();
  rmSync(join(folder, "log.txt"));
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByTestId("under-way").waitFor();
  const popup = await popupOf(app);
  await popup.asked("log.txt");
  expect(() => readFileSync(join(folder, "log.txt"))).toThrow();
  await popup.press("o");
  await page.getByTestId("call-diff").getByText("No difference").waitFor();
  expect(readFileSync(join(folder, "log.txt"), "utf8")).toBe("first line");
  await popup.gone();

  await go("Activity");
  await filter("tool:write_file client:you", 1);
  const again = await shownIds();
  await filter("", 9);
  await page.locator(`#call-${again[0]}`).click();
  await page.getByRole("tab", { name: "Timing" }).click();
  const waterfall = page.getByTestId("waterfall");
  await waterfall.waitFor();
  expect(await waterfall.locator("[data-stage=consent] [data-bar]").count()).toBe(1);
  expect(await waterfall.locator("[data-stage=upstream] [data-bar]").count()).toBe(1);
  await looksRight("call");
  await page.getByRole("button", { name: "Close", exact: true }).click();
});

test("a recorded call is saved as a fixture, and a mock made of it answers as the server did then", async () => {
  const { page } = app;
  await filter("tool:read_* client:agent", 3);
  await rows().first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Choose, or choose no more" }).click();
  await page.getByText("1 call chosen").waitFor();
  const fixture = await savedBy(() => page.getByRole("button", { name: "Save as fixture" }).click());
  await page.getByRole("dialog").getByText("gatehouse mock gatehouse-fixture-").waitFor();
  await page.getByRole("button", { name: "Done" }).click();

  await go("Servers");
  await page.getByRole("button", { name: "Add a server" }).click();
  const snippet = { recorded: { command: process.execPath, args: [GATEHOUSE, "mock", fixture] } };
  await page.getByTestId("paste").fill(JSON.stringify({ mcpServers: snippet }));
  await app.answerDialogs(1);
  await page.getByTestId("proposal").getByRole("button", { name: "Add…" }).click();
  const state = page.getByTestId("server-state").first();
  await waitFor(async () => (await state.getAttribute("data-state").catch(() => "")) === "ready", {
    deadlineMs: 20_000,
    what: "the mock to be ready",
  });
  expect(textOf(await read())).toBe("The harbour opens at seven.\n");
  expect(textOf(await read("recorded"))).toBe("The harbour opens at six.\n");
});

test("a run tells what the agent did, with which files", async () => {
  const { page } = app;
  await go("Activity");
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await page.getByTestId("run-row").filter({ hasText: "agent" }).first().click();
  const run = page.getByTestId("run-page");
  await run.waitFor();
  const steps = await run.getByTestId("steps").innerText();
  for (const tool of ["sleep", "fail", "write_file", "read_text_file"]) expect(steps).toContain(tool);
  expect(await run.innerText()).toContain("notes.txt");
  await looksRight("run");
});

test("a brush over a chart leads to exactly the calls of its span", async () => {
  const { page } = app;
  const [template = ""] = exported;
  const now = Date.now();
  const before = JSON.parse(template) as Record<string, unknown>;
  const older = Array.from({ length: 120 }, (_, index) => {
    const startedAt = new Date(now - 55 * MINUTE + index * 25_000).toISOString();
    const durationUs = 900 + ((index * 7919) % 40) ** 2 * 60;
    return JSON.stringify({
      ...before,
      startedAt,
      durationUs,
      status: index % 17 === 0 ? "tool_error" : "ok",
    });
  });
  const file = join(folder, "older.jsonl");
  writeFileSync(file, `${older.join("\n")}\n`);
  expect(await gatehouse("calls", "import", file)).toContain("120 calls imported");
  const all = (JSON.parse(await gatehouse("calls", "--json", "--limit", "1000")) as { calls: CallSummary[] })
    .calls;

  await go("Latency");
  const chart = page.getByRole("img", { name: `Calls: ${all.length}, of which` });
  await chart.waitFor();
  await looksRight("latency");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.locator(".u-over").boundingBox();
  if (box === null) throw new Error("the chart is not in view");
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page
    .getByTestId("brushed")
    .getByRole("button", { name: /^See \d+ calls$/ })
    .click();

  const words = await page.getByRole("combobox", { name: "Filter calls" }).inputValue();
  const [, since = "", until = ""] = /^since:(\S+) until:(\S+)$/.exec(words) ?? [];
  const [from, to] = [Date.parse(since), Date.parse(until)];
  expect([from % MINUTE, to % MINUTE]).toEqual([0, 0]);
  const within = all.filter(({ startedAt }) => Date.parse(startedAt) >= from && Date.parse(startedAt) < to);
  expect(within.length).toBeGreaterThan(10);
  expect(within.length).toBeLessThan(all.length / 2);
  await listed(within.length);
  const ids = new Set<number>();
  await page.getByTestId("calls").focus();
  await page.keyboard.press("Home");
  for (const id of await shownIds()) ids.add(id);
  await page.keyboard.press("End");
  await page.locator(`#call-${Math.min(...within.map(({ id }) => id))}`).waitFor();
  for (const id of await shownIds()) ids.add(id);
  const expected = new Set(within.map(({ id }) => id));
  expect([...ids].filter((id) => !expected.has(id))).toEqual([]);
  expect(ids.size).toBeGreaterThan(10);
});
