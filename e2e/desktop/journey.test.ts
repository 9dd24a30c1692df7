// A person's first minutes with the app, in the real Electron: add a server, connect a client, watch its call,
// lose the hub and get it back, and quit.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runFileSchema } from "../../shared/contract.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { temporaryHome } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { type DesktopApp, launchDesktop, quietHome } from "./app.ts";

const EVERYTHING = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/package.json")),
  "dist/index.js",
);
/** In the environment of the server, and so of all that it starts. */
const MARK = `journey-${process.pid}-${Date.now()}`;
const { GATEHOUSE_SHOTS } = process.env;

let display: Display;
let app: DesktopApp | undefined;
let home = "";
let client: McpHttpClient | undefined;

beforeAll(async () => {
  display = await startDisplay();
  home = quietHome(temporaryHome(), await freePort());
  app = await launchDesktop({ home, env: display.env });
});
afterAll(async () => {
  client?.close();
  await app?.quit();
  await display?.stop();
  rmSync(home, { recursive: true, force: true });
});

const desktop = (): DesktopApp => {
  if (app === undefined) throw new Error("the app is not running");
  return app;
};

/** Keeps a picture of the window where GATEHOUSE_SHOTS names a folder. */
async function shot(name: string): Promise<void> {
  if (GATEHOUSE_SHOTS === undefined) return;
  mkdirSync(GATEHOUSE_SHOTS, { recursive: true });
  await desktop().page.screenshot({ path: join(GATEHOUSE_SHOTS, `${name}.png`) });
}

test("a server is added by pasting its snippet, after a native dialog that shows all that will run", async () => {
  const { page } = desktop();
  await page.getByRole("button", { name: "Add a server" }).click();
  const snippet = {
    mcpServers: { everything: { command: process.execPath, args: [EVERYTHING], env: { JOURNEY: MARK } } },
  };
  await page.getByTestId("paste").fill(JSON.stringify(snippet));
  const proposal = page.getByTestId("proposal");
  await proposal.waitFor();
  expect(await proposal.innerText()).toContain(EVERYTHING);
  expect(await proposal.innerText()).not.toContain(MARK);
  await shot("add-server");

  await desktop().answerDialogs(0);
  await proposal.getByRole("button", { name: "Add…" }).click();
  await waitFor(async () => (await desktop().dialogs()).length === 1, {
    deadlineMs: 20_000,
    what: "the dialog",
  });
  expect(
    existsSync(join(home, "gatehouse.json")) && readFileSync(join(home, "gatehouse.json"), "utf8"),
  ).not.toContain("everything");

  await desktop().answerDialogs(1);
  await proposal.getByRole("button", { name: "Add…" }).click();
  await waitFor(async () => (await desktop().dialogs()).length === 1, {
    deadlineMs: 20_000,
    what: "the dialog",
  });
  const [dialog] = await desktop().dialogs();
  expect(dialog).toEqual({
    message: "Add the server “everything”?",
    detail: [
      "This program will run on your computer, with your rights:",
      "",
      process.execPath,
      `    ${EVERYTHING}`,
      "",
      "In the folder: (none declared)",
      "Environment: JOURNEY",
    ].join("\n"),
    buttons: ["Cancel", "Add server"],
    defaultId: 0,
    checkboxLabel: "Let clients call its tools without asking",
  });
  const state = page.getByTestId("server-state").first();
  await waitFor(async () => (await state.getAttribute("data-state").catch(() => "")) === "ready", {
    deadlineMs: 30_000,
    what: "the server to be ready",
  });
  await shot("server");
});

test("a client's set-up is copied, with a token that the page never sees", async () => {
  const { page, inMain } = desktop();
  await page.getByRole("link", { name: "Clients" }).click();
  await page.getByRole("tab", { name: "Cursor" }).click();
  await desktop().answerDialogs(1);
  await page.getByRole("button", { name: "Create token and copy" }).click();
  const text = await waitFor(
    async () => {
      const copied = await inMain(({ clipboard }) => clipboard.readText());
      return copied.includes("mcpServers") && copied;
    },
    { deadlineMs: 20_000, what: "the set-up on the clipboard" },
  );
  const { url, headers } = JSON.parse(text).mcpServers.gatehouse;
  const token = headers.Authorization.replace("Bearer ", "");
  await page.getByTestId("client-row").first().waitFor();
  expect(await page.content()).not.toContain(token);
  await shot("clients");
  client = new McpHttpClient(url, { token });
  await client.initialize();
  expect(await client.toolNames()).toContain("everything__echo");
});

test("letting calls through without a rule is a change that the person approves in a dialog", async () => {
  const { page } = desktop();
  await page.getByRole("link", { name: "Settings" }).click();
  await desktop().answerDialogs(1);
  const choice = page.getByRole("combobox", { name: "When no rule fits a call" });
  await choice.click();
  await page.getByRole("option", { name: "Allow it" }).click();
  await waitFor(async () => (await choice.innerText()).includes("Allow it"), {
    deadlineMs: 20_000,
    what: "the setting to be changed",
  });
  expect((await desktop().dialogs())[0]?.detail).toBe(
    "Calls that no rule matches: they are allowed WITHOUT asking you.",
  );
  await shot("settings");
});

test("a client's call appears in Activity with its payload", async () => {
  const { page } = desktop();
  const answer = await client?.call("everything__echo", { message: "through the gate" });
  expect(answer?.result?.content?.[0]?.text).toContain("through the gate");
  await page.getByRole("link", { name: "Activity" }).click();
  const row = page.getByTestId("call-row").filter({ hasText: "echo" });
  await row.click();
  const detail = page.getByTestId("call-detail");
  await detail.getByText("through the gate").first().waitFor();
  await shot("activity");
});

test("when the hub is killed the window says so and recovers, and the client's next call works", async () => {
  const { page } = desktop();
  const { pid } = runFileSchema.parse(JSON.parse(readFileSync(join(home, "run.json"), "utf8")));
  const banner = page.getByTestId("offline-banner");
  const said = banner.waitFor().then(() => banner.innerText());
  process.kill(pid, "SIGKILL");
  expect(await said).toMatch(/The hub (has stopped|is not running)/);
  await banner.waitFor({ state: "detached" });
  const answer = await client?.call("everything__echo", { message: "still here" });
  expect(answer?.result?.content?.[0]?.text).toContain("still here");
  await page.getByTestId("call-row").filter({ hasText: "echo" }).nth(1).waitFor();
  await shot("recovered");
});

test("after quitting, nothing is left running", async () => {
  await app?.quit();
  app = undefined;
  await waitFor(() => [...processesWith(home), ...processesWith(MARK)].length === 0, {
    deadlineMs: 20_000,
    what: "the hub and the servers to end",
  });
  expect(existsSync(join(home, "run.json"))).toBe(false);
});
