// Servers whose every text is hostile, through a real hub, on every screen, light and dark: inert, bounded, legible.
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FLOODS, HOSTILE_TEXTS, TRICKS } from "../fixtures/hostile/texts.ts";
import { type OpenPage, openUi, startBrowser } from "../lib/browser.ts";
import { type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { violations } from "./axe.ts";
import { notInert } from "./inert.ts";

const HOSTILE_SERVER = fileURLToPath(new URL("../fixtures/hostile-server.ts", import.meta.url));
const { GATEHOUSE_SHOTS } = process.env;
/** Without NUL, which no argument can hold, and short enough for the operating system. */
const ARGUMENTS = Object.values(TRICKS).map((text) => text.slice(0, 4_000));

let browser: Browser;
let hub: RunningHub;
let ui: OpenPage;
let client: McpHttpClient;
let remote: Server;

beforeAll(async () => {
  remote = createServer((_request, response) => {
    response.writeHead(500, { "content-type": "text/html" }).end(HOSTILE_TEXTS.join("\n"));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => remote.once("listening", resolve));
  const { port } = remote.address() as AddressInfo;
  const program = `process.stderr.write(${JSON.stringify(`${TRICKS.script}${TRICKS.bidi}${TRICKS.ansi}`)}); process.exit(1)`;
  hub = await startHub({
    ui: true,
    config: {
      consent: { default: "allow" },
      mcpServers: {
        hostile: {
          command: process.execPath,
          args: [HOSTILE_SERVER, ...ARGUMENTS],
          env: { [`A${TRICKS.bidi}`]: "x", [`B${TRICKS.script?.replaceAll("=", "")}`]: "y" },
        },
        dying: { command: process.execPath, args: ["-e", program], start: "eager" },
        missing: { command: `/nowhere/${TRICKS.script}${TRICKS.bidi}`, start: "eager" },
        remote: {
          type: "http",
          url: `http://127.0.0.1:${port}/%3Cscript%3E?${"x".repeat(5_000)}`,
          start: "eager",
        },
      },
    },
  });
  const { token } = JSON.parse(
    (await hub.cli(["client", "add", "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd", "--json"]))
      .stdout,
  );
  client = new McpHttpClient(hub.url, { token });
  await client.initialize();
  const names = await waitFor(
    async () => {
      const found = (await client.toolNames()).filter((name) => name.startsWith("hostile__"));
      return found.length === HOSTILE_TEXTS.length && found;
    },
    { deadlineMs: 30_000, what: "the hostile tools" },
  );
  for (const name of names) await client.call(name, { [TRICKS.html ?? ""]: HOSTILE_TEXTS.join("\n") });
  await client.call(String(TRICKS.script), {}).catch(() => {});
  browser = await startBrowser();
  ui = await openUi(browser, hub);
  await ui.page.emulateMedia({ reducedMotion: "reduce" });
  await ui.page.getByTestId("server-row").first().waitFor();
});
afterAll(async () => {
  client?.close();
  await browser?.close();
  await hub?.stop();
  await new Promise((resolve) => remote?.close(resolve));
});

/** Looks at the page as it stands; by axe too, and in dark, where `thorough`: texts and sizes are the same in both. */
async function look(name: string, thorough = false): Promise<void> {
  const { page } = ui;
  for (const colorScheme of thorough ? (["light", "dark"] as const) : (["light"] as const)) {
    await page.emulateMedia({ colorScheme });
    expect([name, colorScheme, await notInert(page)]).toEqual([name, colorScheme, []]);
    if (thorough) {
      const found = await violations(page, { colours: colorScheme === "dark" });
      expect([name, colorScheme, found]).toEqual([name, colorScheme, []]);
    }
    if (GATEHOUSE_SHOTS !== undefined && thorough) {
      mkdirSync(GATEHOUSE_SHOTS, { recursive: true });
      await page.screenshot({
        path: join(GATEHOUSE_SHOTS, `${name}-${colorScheme}.png`),
        animations: "disabled",
      });
    }
  }
}

const go = (fragment: string): Promise<void> =>
  ui.page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);

test("the list of servers, with errors that servers wrote", async () => {
  const { page } = ui;
  await page.getByTestId("server-row").filter({ hasText: "Failed" }).first().waitFor();
  await look("servers", true);
});

test.each(["dying", "missing", "remote"])("the page of a server that fails: %s", async (name) => {
  await go(`#/servers/${name}`);
  await ui.page.getByRole("tab", { name: "Log" }).waitFor();
  await look(`server-${name}`, true);
  await ui.page.getByRole("tab", { name: "Log" }).click();
  await look(`server-${name}-log`);
});

test("every tool of a server", async () => {
  const { page } = ui;
  await go("#/servers/hostile");
  const list = page.getByTestId("tools");
  await list.waitFor();
  await look("tools", true);
  await list.focus();
  for (let index = 1; index < HOSTILE_TEXTS.length; index += 1) {
    await page.keyboard.press("ArrowDown");
    await look(`tool-${index}`, index % 6 === 0);
  }
  await page.getByRole("button", { name: "Show more" }).first().click();
  await look("tool-more");
  await page.getByRole("button", { name: "more problems" }).click();
  await look("problems", true);
});

test("a server's log and what it runs", async () => {
  const { page } = ui;
  await page.getByRole("tab", { name: "Log" }).click();
  await page.getByTestId("server-log").waitFor();
  await look("log", true);
  await page.getByTestId("server-log").evaluate("(element) => element.scrollTo(0, 0)");
  await look("log-top");
  await page.getByRole("tab", { name: "Launch" }).click();
  await page.getByRole("heading", { name: "Runs exactly this" }).waitFor();
  await look("launch", true);
});

test("every call: its result, its error, its request and its details", { timeout: 300_000 }, async () => {
  const { page } = ui;
  await go("#/activity");
  await page
    .getByTestId("call-row")
    .nth(HOSTILE_TEXTS.length - 1)
    .waitFor();
  await look("activity", true);
  for (let index = 0; index < HOSTILE_TEXTS.length; index += 1) {
    await page.getByTestId("call-row").nth(index).click();
    const detail = page.getByTestId("call-detail");
    await detail.getByRole("tab").first().waitFor();
    const thorough = index % 6 === 0;
    await look(`call-${index}`, thorough);
    const json = detail.getByRole("radio", { name: "JSON" });
    if (await json.isVisible()) {
      await json.click();
      await look(`call-${index}-json`);
    }
    await detail.getByRole("tab", { name: "Request" }).click();
    await look(`call-${index}-request`);
    await detail.getByRole("tab", { name: "Timing" }).click();
    await look(`call-${index}-details`);
    await detail.getByRole("tab", { name: "Messages" }).click();
    await detail.getByTestId("wire").waitFor();
    await look(`call-${index}-messages`);
  }
  await page.keyboard.press("Escape");
});

test("runs, a run, two calls side by side, and tools in the playground", { timeout: 120_000 }, async () => {
  const { page } = ui;
  await go("#/runs");
  await page.getByTestId("run-row").first().waitFor();
  await look("runs", true);
  await page.getByTestId("run-row").first().click();
  await page.getByTestId("steps").waitFor();
  await look("run", true);
  await go("#/compare/1/2");
  await page.getByTestId("call-diff").waitFor();
  await look("compare", true);
  await page.getByRole("button", { name: "Arguments" }).click();
  await look("compare-arguments");
  for (let index = 0; index < HOSTILE_TEXTS.length; index += 5) {
    await go("#/servers/hostile");
    const list = page.getByTestId("tools");
    await list.waitFor();
    await list.focus();
    for (let step = 0; step < index; step += 1) await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "Try" }).click();
    await page.getByRole("button", { name: "Call", exact: true }).waitFor();
    await look(`playground-${index}`, index === 0);
  }
});

test("clients, profiles, rules tried on the past, the audit log, settings, and the palette", async () => {
  const { page } = ui;
  await go("#/clients");
  await page.getByTestId("client-row").first().waitFor();
  await look("clients", true);
  await page.getByTestId("client-row").getByRole("link").first().click();
  await page.getByTestId("client-page").waitFor();
  await page.getByTestId("last-call").first().waitFor();
  await look("client");
  await go("#/profiles/+new");
  await page.getByTestId("preview-counts").waitFor();
  await look("profile");
  await go("#/rules/history");
  await page.getByRole("button", { name: "Try them" }).click();
  await page.getByTestId("replay").waitFor();
  await look("history");
  await go("#/audit");
  await page.getByTestId("audit-row").first().click();
  await look("audit");
  await go("#/settings");
  await page.getByRole("heading", { name: "Versions" }).waitFor();
  await look("settings", true);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Jump to a screen").fill("hostile");
  await look("palette", true);
  await page.keyboard.press("Escape");
  await page.getByPlaceholder("Jump to a screen").waitFor({ state: "detached" });
});

test("a pasted snippet, what it would run, and the question that waits for approval", async () => {
  const { page } = ui;
  await go("#/servers");
  const snippet = (args: string[]) => ({
    mcpServers: { pasted: { command: TRICKS.script, args, env: { [`X${TRICKS.bidi}`]: "1" } } },
  });
  await page.getByRole("button", { name: "Add a server" }).click();
  await page.getByTestId("paste").fill(JSON.stringify(snippet([...ARGUMENTS, "A".repeat(60_000)])));
  const proposal = page.getByTestId("proposal");
  await proposal.waitFor();
  await look("paste", true);
  await page.getByTestId("paste").fill(String(FLOODS.megabyte).slice(0, 900_000));
  await look("paste-flood");
  await page.getByTestId("paste").fill(`{"mcpServers": ${TRICKS.script} ${TRICKS.bidi}`);
  await page.getByText("Nothing to add in this text").waitFor();
  await look("paste-unreadable");
  await page.getByTestId("paste").fill(JSON.stringify(snippet(ARGUMENTS)));
  await proposal.getByRole("button", { name: "Add…" }).click();
  await proposal.getByTestId("pending").waitFor();
  await look("pending", true);
  await page.keyboard.press("Escape");
  await page.getByTestId("pending").waitFor();
  await look("pending-panel", true);
});

test("nothing was even tried: the page's policy has blocked nothing, and no exception was thrown", () => {
  expect(ui.errors).toEqual([]);
});
