// The consent popup in the real Electron, over the real hub and a real server: what every answer does, end to end.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { temporaryHome } from "../lib/hub.ts";
import { McpHttpClient, type Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { type DesktopApp, launchDesktop } from "./app.ts";
import { type PopupDriver, popupOf, tokenFor } from "./popup-driver.ts";

const FILES = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json")),
  "dist/index.js",
);
const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));

let display: Display;
let app: DesktopApp;
let client: McpHttpClient;
let access: { url: string; token: string };
let popup: PopupDriver;
const home = temporaryHome();
const folder = temporaryHome();
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  const config = {
    listen: { port: await freePort() },
    consent: { default: "ask" },
    mcpServers: { files: { command: process.execPath, args: [FILES, folder] } },
  };
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
  display = await startDisplay();
  app = await launchDesktop({ home, env: display.env });
  await app.page.getByTestId("server-row").first().waitFor();
  access = await tokenFor(app, "agent");
  client = await session();
  await client.toolNames();
});
afterEach(async () => {
  await popup?.gone();
});
afterAll(async () => {
  client?.close();
  await app?.quit();
  await display?.stop();
  for (const made of [home, folder]) rmSync(made, { recursive: true, force: true });
});

async function session(): Promise<McpHttpClient> {
  const opened = new McpHttpClient(access.url, { token: access.token });
  await opened.initialize();
  return opened;
}
const write = (name: string, content = "text", by = client): Promise<Message> =>
  by.call("files__write_file", { path: file(name), content });
const textOf = (answer: Message): string => answer.result?.content?.[0]?.text ?? JSON.stringify(answer);
const rules = (): unknown[] => JSON.parse(readFileSync(join(home, "gatehouse.json"), "utf8")).rules ?? [];

/** Calls, and waits until the popup asks about it. */
async function asking(
  name: string,
  call: Promise<Message> = write(name),
): Promise<{ answer: Promise<Message> }> {
  popup ??= await popupOf(app);
  await popup.asked(name);
  return { answer: call };
}

/** The id of the one open question, as the command line tells it. */
async function openQuestion(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [GATEHOUSE, "pending", "--json"], {
    env: { ...process.env, GATEHOUSE_HOME: home },
  });
  const { pending } = JSON.parse(stdout) as { pending: { id: string }[] };
  expect(pending).toHaveLength(1);
  return pending[0]?.id ?? "";
}

test("a call is asked about in a window of its own, on top, without the focus; allowed once, it is made once", async () => {
  const { answer } = await asking("once.txt");
  expect(existsSync(file("once.txt"))).toBe(false);
  const window = await app.inMain(({ BrowserWindow, screen }) => {
    const found = BrowserWindow.getAllWindows().find((one) =>
      one.webContents.getURL().endsWith("/popup/index.html"),
    );
    const { workArea } = screen.getPrimaryDisplay();
    const bounds = found?.getBounds();
    return {
      top: found?.isAlwaysOnTop(),
      right: bounds !== undefined && workArea.x + workArea.width - bounds.x - bounds.width,
      above: bounds !== undefined && bounds.y - workArea.y,
      within: bounds !== undefined && bounds.height <= workArea.height,
    };
  });
  expect(window).toEqual({ top: true, right: 16, above: 16, within: true });
  expect(await popup.page.getByTestId("title").innerText()).toBe("agent wants to call a tool of files");
  expect(await popup.page.getByTestId("foreign").innerText()).toContain("write_file");
  await popup.shot("popup");
  await popup.press("o");
  expect((await answer).result?.isError).not.toBe(true);
  expect(readFileSync(file("once.txt"), "utf8")).toBe("text");
  await popup.gone();
  const { answer: again } = await asking("again.txt");
  await popup.press("d");
  expect((await again).result?.isError).toBe(true);
});

test("a denied call never reaches the server, and the model reads the person's reason", async () => {
  const { answer } = await asking("denied.txt");
  await popup.press("r");
  await popup.page.getByTestId("reason").fill("use the other folder");
  await popup.click("Deny with this reason");
  expect(textOf(await answer)).toMatch(/The person denied this call .* and says: use the other folder/);
  expect(existsSync(file("denied.txt"))).toBe(false);
});

test("closing the window is a deny", async () => {
  const { answer } = await asking("closed.txt");
  await app.inMain(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()
      .find((one) => one.webContents.getURL().endsWith("/popup/index.html"))
      ?.close();
  });
  expect(textOf(await answer)).toContain("The person denied this call");
});

test("identical calls at once are one question, whose answer is for all of them", async () => {
  const calls = [write("same.txt"), write("same.txt")];
  await asking("2 identical calls wait", Promise.resolve({}));
  await popup.press("o");
  for (const answer of await Promise.all(calls)) expect(answer.result?.isError).not.toBe(true);
});

test("arguments are edited, checked against the tool's schema, and sent as they then are", async () => {
  const { answer } = await asking("before.txt");
  await popup.press("e");
  const editor = popup.page.getByTestId("editor");
  const text = await editor.inputValue();
  await editor.fill(text.replace('"text"', "5"));
  await popup.click("Allow once, as edited");
  expect(await popup.page.getByTestId("refused").innerText()).toContain("content");
  await editor.fill(text.replace("before.txt", "after.txt"));
  await popup.press("Control+Enter");
  expect((await answer).result?.isError).not.toBe(true);
  expect([existsSync(file("before.txt")), existsSync(file("after.txt"))]).toEqual([false, true]);
});

test("a grant for the session covers what its words say, and ends with the session", async () => {
  const { answer } = await asking("session-1.txt");
  await popup.read();
  // From the narrowest, for these very arguments, to the folder.
  await popup.press("ArrowDown");
  expect(await popup.page.getByTestId("rule-words").innerText()).toContain(folder);
  await popup.press("s");
  await answer;
  await popup.gone();
  expect((await write("session-2.txt")).result?.isError).not.toBe(true);
  const other = await session();
  const { answer: asked } = await asking("session-3.txt", write("session-3.txt", "text", other));
  await popup.press("d");
  expect((await asked).result?.isError).toBe(true);
  await other.endSession();
  other.close();
  await client.endSession();
  client.close();
  client = await session();
  const { answer: anew } = await asking("session-4.txt");
  await popup.press("d");
  await anew;
});

test("a lasting grant waits until everything folded was opened and read to its end; once does not", async () => {
  const long = Array.from({ length: 400 }, (_, line) => `line ${line}`).join("\n");
  const { answer } = await asking("long.txt", write("long.txt", long));
  const always = popup.button("Allow always");
  expect(await always.getAttribute("aria-disabled")).toBe("true");
  await popup.press("a");
  await popup.press("x");
  expect(await always.getAttribute("aria-disabled")).toBe("true");
  await popup.press("a");
  await popup.press("End");
  await popup.page.locator('button[aria-label="Allow always"]:not([aria-disabled])').waitFor();
  expect(rules()).toEqual([]);
  await popup.press("o");
  expect((await answer).result?.isError).not.toBe(true);
});

test("a grant for an hour covers other sessions too, and no other tool", async () => {
  const { answer } = await asking("hour-1.txt");
  await popup.read();
  await popup.press("ArrowDown");
  await popup.click("Allow for an hour");
  await answer;
  await popup.gone();
  const other = await session();
  expect((await write("hour-2.txt", "text", other)).result?.isError).not.toBe(true);
  other.close();
  const { answer: listing } = await asking(
    "list_directory",
    client.call("files__list_directory", { path: folder }),
  );
  await popup.press("d");
  expect((await listing).result?.isError).toBe(true);
});

test("always saves the rule that was shown, narrowed as it was chosen", async () => {
  const read = (name: string) => client.call("files__read_text_file", { path: file(name) });
  const { answer } = await asking("read_text_file", read("once.txt"));
  await popup.read();
  const first = await popup.page.getByTestId("rule-words").innerText();
  await popup.press("ArrowDown");
  const words = await popup.page.getByTestId("rule-words").innerText();
  expect(words).not.toBe(first);
  await popup.press("ArrowUp");
  expect(await popup.page.getByTestId("rule-words").innerText()).toBe(first);
  await popup.press("ArrowDown");
  await popup.press("a");
  expect(textOf(await answer)).toContain("text");
  await waitFor(() => rules().length === 1, { deadlineMs: 10_000, what: "the rule to be saved" });
  expect(rules()[0]).toMatchObject({ server: "files", tool: "read_text_file", decision: "allow" });
  await popup.gone();
  expect(textOf(await read("after.txt"))).toContain("text");
});

test("after three like approvals the narrowest rule for them is offered, and taken by one key", async () => {
  const info = (name: string) => client.call("files__get_file_info", { path: file(name) });
  const before = rules().length;
  for (const name of ["once.txt", "same.txt", "after.txt"]) {
    const { answer } = await asking(name, info(name));
    expect(await popup.page.getByTestId("offer").count()).toBe(0);
    await popup.press("o");
    await answer;
    await popup.gone();
  }
  const { answer } = await asking("hour-1.txt", info("hour-1.txt"));
  await popup.shot("offer");
  await popup.page.getByTestId("offer").waitFor();
  expect(await popup.page.getByTestId("offer-words").innerText()).toContain("get_file_info");
  await popup.read();
  await popup.press("u");
  expect((await answer).result?.isError).not.toBe(true);
  await waitFor(() => rules().length === before + 1, { deadlineMs: 10_000, what: "the rule to be saved" });
  await popup.gone();
  expect((await info("hour-2.txt")).result?.isError).not.toBe(true);
});

test("nobody but the popup's own page can answer, and nobody at all while the screen is locked", async () => {
  const list = client.call("files__list_directory", { path: folder });
  await asking("list_directory", list);
  const question = await openQuestion();
  const answers = await app.inMain(async ({ BrowserWindow }, id) => {
    const said: unknown[] = [];
    for (const url of [
      "data:text/html,<p>stranger",
      "gatehouse://app/popup/index.html",
      "gatehouse://app/",
    ]) {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: false, nodeIntegration: true, contextIsolation: false },
      });
      await stranger.loadURL(url);
      // Whatever version is shown, one of these is it.
      said.push(
        await stranger.webContents.executeJavaScript(`Promise.all(Array.from({ length: 200 }, (_, version) =>
          require("electron").ipcRenderer.invoke("gatehouse:popupCall", {
            type: "choose", question: ${JSON.stringify(id)}, version, choice: { answer: "allow-once" },
          }))).then((all) => [...new Set(all.map((one) => JSON.stringify(one)))])`),
      );
      stranger.destroy();
    }
    return said;
  }, question);
  const refusal = [JSON.stringify({ ok: false, message: "this page may not answer questions" })];
  expect(answers).toEqual([refusal, refusal, refusal]);
  expect(await openQuestion()).toBe(question);
  // The window of the app has no way to it at all.
  expect(await app.page.evaluate("typeof window.gatehousePopup")).toBe("undefined");

  const lock = (event: string): Promise<boolean> =>
    app.inMain(({ powerMonitor }, name) => powerMonitor.emit(name), event);
  await lock("lock-screen");
  expect(await popup.visible()).toBe(false);
  await popup.press("o");
  await lock("unlock-screen");
  expect(await popup.visible()).toBe(true);
  await popup.asked("list_directory");
  await popup.press("d");
  expect(textOf(await list)).toContain("The person denied this call");
});

test("a click where a button appears under the pointer does not count until the pointer has left it", async () => {
  // Two questions that look alike, so that the same button comes to stand in the same place.
  const calls = ["one", "two"].map((name) => {
    mkdirSync(file(name));
    return client.call("files__list_directory", { path: file(name) });
  });
  await asking("1 of 2", Promise.resolve({}));
  // The pointer rests where the next question's buttons come to be.
  await popup.click("Allow once");
  await Promise.race(calls);
  await popup.page
    .locator("main:not(:has-text('1 of 2')) [data-answers]:not([aria-disabled])")
    .first()
    .waitFor();
  const rests = popup.page.locator("[data-held]");
  const box = await rests.boundingBox();
  await popup.page.mouse.down();
  await popup.page.mouse.up();
  expect([box !== null, await popup.visible()]).toEqual([true, true]);
  await popup.page.mouse.move(2, 2);
  await rests.waitFor({ state: "detached" });
  await popup.press("d");
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => answer.result?.isError === true)).toHaveLength(1);
});
