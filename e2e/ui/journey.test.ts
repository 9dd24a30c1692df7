// A person's first minutes with the web UI, headless: sign in by a one-time link, add a server, connect a client,
// watch its call, lose the hub and get it back, and end it.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenPage, openPage, startBrowser } from "../lib/browser.ts";
import { type RunningHub, startHub, temporaryHome } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";

const EVERYTHING = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/package.json")),
  "dist/index.js",
);
/** In the environment of the server, and so of all that it starts. */
const MARK = `ui-journey-${process.pid}-${Date.now()}`;

let browser: Browser;
let hub: RunningHub;
let home = "";
let ui: OpenPage;
let client: McpHttpClient | undefined;

beforeAll(async () => {
  home = temporaryHome();
  hub = await startHub({ home, ui: true });
  browser = await startBrowser();
});
afterAll(async () => {
  client?.close();
  await browser?.close();
  await hub?.stop();
  rmSync(home, { recursive: true, force: true });
});

const succeeded = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await hub.cli(args);
  if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
};

test("on an empty home the one-time link opens the web UI, once, and stays nowhere in the page's address", async () => {
  expect(existsSync(join(home, "gatehouse.json"))).toBe(false);
  const url = (await succeeded("ui")).trim();
  ui = await openPage(browser, url);
  await ui.page.getByRole("heading", { name: "Add your first server" }).waitFor();
  expect(ui.page.url()).not.toContain("code");
  const again = await openPage(browser, url);
  await again.page.getByText("This page is not signed in.").waitFor();
  await again.context.close();
});

test("a pasted server is added only when it is approved outside the page", async () => {
  const { page } = ui;
  await page.getByRole("button", { name: "Add a server" }).click();
  const snippet = {
    mcpServers: { everything: { command: process.execPath, args: [EVERYTHING], env: { JOURNEY: MARK } } },
  };
  await page.getByTestId("paste").fill(JSON.stringify(snippet));
  const proposal = page.getByTestId("proposal");
  await proposal.waitFor();
  expect(await proposal.innerText()).toContain(EVERYTHING);
  expect(await proposal.innerText()).not.toContain(MARK);
  await proposal.getByRole("button", { name: "Add…" }).click();
  const pending = proposal.getByTestId("pending");
  await pending.waitFor();
  const id = await pending.getAttribute("data-question");
  expect(await pending.getByTestId("approve-line").innerText()).toContain(`gatehouse answer ${id} approve`);
  expect((await succeeded("pending")).replaceAll(/\s+/g, " ")).toContain(EVERYTHING);
  expect(existsSync(join(home, "gatehouse.json"))).toBe(false);

  await succeeded("answer", String(id), "approve", "--trust");
  await waitFor(
    async () =>
      (await page
        .getByTestId("server-state")
        .first()
        .getAttribute("data-state")
        .catch(() => "")) === "ready",
    { deadlineMs: 30_000, what: "the server to be ready" },
  );
  expect(
    JSON.parse(readFileSync(join(home, "gatehouse.json"), "utf8").replaceAll(/^\s*\/\/.*$/gm, "")),
  ).toEqual({
    ...snippet,
    rules: [{ server: "everything", decision: "allow" }],
  });
});

test("a client's call appears in Activity with its payload", async () => {
  const { page } = ui;
  const { token } = JSON.parse(await succeeded("client", "add", "journey", "--json"));
  client = new McpHttpClient(hub.url, { token });
  await client.initialize();
  const answer = await client.call("everything__echo", { message: "through the gate" });
  expect(answer.result?.content?.[0]?.text).toContain("through the gate");
  await page.getByRole("link", { name: "Clients" }).click();
  await page.getByTestId("client-row").filter({ hasText: "journey" }).waitFor();
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByTestId("call-row").filter({ hasText: "echo" }).click();
  const detail = page.getByTestId("call-detail");
  await detail.getByText("through the gate").first().waitFor();
  expect(await page.content()).not.toContain(token);
});

test("when the hub is killed the page says so, and both it and the client's session go on with the next one", async () => {
  const { page } = ui;
  const session = client?.sessionId;
  const banner = page.getByTestId("offline-banner");
  const said = banner.waitFor().then(() => banner.innerText());
  await hub.kill("SIGKILL");
  expect(await said).toMatch(/The hub (is not running|cannot be reached)/);
  hub = await startHub({ home, port: hub.port, ui: true });
  const answer = await client?.call("everything__echo", { message: "still here" });
  expect(answer?.result?.content?.[0]?.text).toContain("still here");
  expect(client?.sessionId).toBe(session);
  await banner.waitFor({ state: "detached", timeout: 60_000 });
  await page.getByTestId("call-row").filter({ hasText: "echo" }).nth(1).waitFor();
});

test("nothing went wrong in the page, and nothing is left running when the hub has ended", async () => {
  // A browser logs a refused socket by itself; whatever else is logged is ours.
  expect(ui.errors.filter((text) => !/WebSocket connection to .* failed/.test(text))).toEqual([]);
  await ui.context.close();
  expect((await hub.kill("SIGTERM")).code).toBe(0);
  await waitFor(() => [...processesWith(home), ...processesWith(MARK)].length === 0, {
    deadlineMs: 20_000,
    what: "the hub and the servers to end",
  });
  expect(existsSync(join(home, "run.json"))).toBe(false);
});
