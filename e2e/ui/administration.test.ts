// What a person administers in the web UI of a real hub: profiles and clients, rules, grants, and the record of it all.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenPage, openUi, startBrowser } from "../lib/browser.ts";
import { echoServer, type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";

let browser: Browser;
let hub: RunningHub;
let ui: OpenPage;
let page: Page;
let client: McpHttpClient;

const succeeded = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await hub.cli(args);
  if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
};
const config = () => JSON.parse(readFileSync(join(hub.home, "gatehouse.json"), "utf8"));
const go = (fragment: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);

/** Does what asks for a change, and approves it on the command line; gives what the command line was told. */
async function approved(act: () => Promise<unknown>): Promise<string> {
  await act();
  const pending: Locator = page.getByTestId("pending");
  await pending.waitFor();
  const id = String(await pending.getAttribute("data-question"));
  const told = await succeeded("pending");
  await succeeded("answer", id, "approve");
  await pending.waitFor({ state: "detached" });
  return told;
}

beforeAll(async () => {
  hub = await startHub({
    ui: true,
    config: { mcpServers: { echo: echoServer() }, consent: { default: "ask", timeoutSeconds: 30 } },
  });
  const { token } = JSON.parse(await succeeded("client", "add", "editor", "--json"));
  client = new McpHttpClient(hub.url, { token });
  await client.initialize();
  await client.toolNames();
  browser = await startBrowser();
  ui = await openUi(browser, hub);
  page = ui.page;
});
afterAll(async () => {
  client?.close();
  await browser?.close();
  await hub?.stop();
});

test("a profile is made with a preview of what it shows, and given to a client, which then sees only that", async () => {
  await page.getByRole("link", { name: "Clients" }).click();
  await page.getByRole("tab", { name: "Profiles" }).click();
  await page.getByRole("button", { name: "Add a profile" }).click();
  await page.getByLabel("Name").fill("narrow");
  await page.getByRole("combobox", { name: "Limit a server" }).click();
  await page.getByRole("option", { name: "echo" }).click();
  await page
    .getByRole("group", { name: "Tools that are seen" })
    .getByRole("button", { name: "Only" })
    .click();
  await page.getByLabel("Only these tools").fill("echo");
  await page.getByTestId("preview-counts").getByText("1 server, 1 tool,").waitFor();
  expect(await page.getByTestId("preview-tools").innerText()).toContain("echo");
  const told = await approved(() => page.getByRole("button", { name: "Save…" }).click());
  expect(told).toContain('Save the profile narrow: Sees every server. Of "echo": only the tools "echo".');
  expect(config().profiles).toMatchObject({ narrow: { tools: { echo: { allow: ["echo"] } } } });

  await go("#/clients");
  await page.getByTestId("client-row").filter({ hasText: "editor" }).getByRole("link").click();
  await page.getByTestId("session").waitFor();
  await page.getByRole("combobox", { name: "Profile" }).click();
  await page.getByRole("option", { name: "narrow" }).click();
  await page.getByLabel("Team").fill("core");
  const asked = await approved(() => page.getByRole("button", { name: "Save…" }).click());
  expect(asked).toContain("profile: none (sees everything) → narrow, labels: none → team core");
  await page.getByText("It sees 1 server, 1 tool").waitFor();
  expect(await client.toolNames()).toEqual(["echo__echo"]);
});

test("a profile in use cannot be removed, and the page says by whom", async () => {
  await go("#/profiles/narrow");
  await page.getByRole("button", { name: "Remove…" }).click();
  expect(await page.getByTestId("profile-in-use").innerText()).toContain("editor");
});

test("a rule is checked at its members by the hub, said in words, and saved when it is approved", async () => {
  await go("#/rules");
  await page.getByRole("button", { name: "Add a rule" }).first().click();
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  await page.getByLabel("Tool", { exact: true }).fill("echo");
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByLabel("Argument 1").fill("/message");
  await page.getByRole("combobox", { name: "Test 1" }).click();
  await page.getByRole("option", { name: "matches the pattern" }).click();
  await page.getByLabel("Value 1").fill("(?=a)");
  await page.getByTestId("condition").getByRole("alert").waitFor();
  expect(await page.getByRole("button", { name: "Add rule…" }).isDisabled()).toBe(true);
  await page.getByLabel("Value 1").fill("secret.*");
  const words = page.getByTestId("rule-words").getByText('wholly matches the pattern "secret.*"');
  await words.waitFor();
  const told = await approved(() => page.getByRole("button", { name: "Add rule…" }).click());
  expect(told).toContain('Add the rule: Deny the tool "echo" of any server');
  await page.getByTestId("rule-row").getByText("secret.*").waitFor();
  expect(config().rules).toMatchObject([
    { tool: "echo", args: [{ path: "/message", regex: "secret.*" }], decision: "deny" },
  ]);
});

test("the tester says what would happen and why, and the call itself then has the same end", async () => {
  await page.getByRole("tab", { name: "Tester" }).click();
  await page.getByLabel("Tool", { exact: true }).fill("echo");
  await page.getByLabel("Arguments").fill('{"message":"secret plan"}');
  const verdict = page.getByTestId("verdict");
  await page.locator('[data-testid=verdict][data-decision="deny"]').waitFor();
  expect(await page.getByTestId("steps").locator('[data-matched="true"]').innerText()).toContain("secret.*");
  await page.getByLabel("Arguments").fill('{"message":"hello"}');
  await page.locator('[data-testid=verdict][data-decision="ask"]').waitFor();
  expect(await verdict.innerText()).toContain("You are asked.");
  const answer = await client.call("echo__echo", { message: "secret plan" });
  expect(answer.result?.isError).toBe(true);
});

test("a rule is moved by the keyboard and removed, and the removal taken back", async () => {
  await page.getByRole("tab", { name: "Rules", exact: false }).click();
  await approved(async () => {
    await page.getByRole("button", { name: "Presets" }).click();
    await page.getByRole("menuitem", { name: "Trust echo" }).click();
  });
  const rows = page.getByTestId("rule-row");
  await rows.nth(1).waitFor();
  await rows.nth(1).getByRole("group").press("Alt+ArrowUp");
  await page.getByTestId("move-bar").waitFor();
  await approved(() => rows.nth(0).getByRole("group").press("Enter"));
  await page.getByTestId("move-bar").waitFor({ state: "detached" });
  await expect
    .poll(() => config().rules.map(({ decision }: { decision: string }) => decision))
    .toEqual(["allow", "deny"]);
  await approved(() => rows.nth(0).getByRole("group").press("Delete"));
  await expect.poll(() => config().rules.length).toBe(1);
  await approved(() => page.getByRole("button", { name: "Undo…" }).click());
  await expect
    .poll(() => config().rules.map(({ decision }: { decision: string }) => decision))
    .toEqual(["allow", "deny"]);
});

test("history tells how often rules would have asked, and which calls they would decide otherwise", async () => {
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByRole("combobox", { name: "Rules to try" }).click();
  await page.getByRole("option", { name: "Ask for everything" }).click();
  await page.getByRole("button", { name: "Try them" }).click();
  await page.getByTestId("changed-call").first().waitFor();
  expect(await page.getByTestId("replay-words").innerText()).toBe(
    "They would have asked once among 1 call. 1 call would be decided otherwise than now.",
  );
});

test("a grant stands in its list, and once it is taken back the next call is asked for again", async () => {
  await approved(async () => {
    await page.getByRole("tab", { name: "Rules", exact: false }).click();
    await page.getByTestId("rule-row").nth(0).getByRole("group").press("Delete");
  });
  const call = client.call("echo__echo", { message: "hello" });
  const question = page.getByTestId("question");
  await question.waitFor();
  const { pending } = JSON.parse(await succeeded("pending", "--json"));
  await succeeded("answer", pending[0].id, "allow-session");
  expect((await call).result?.isError ?? false).toBe(false);
  await page.getByRole("tab", { name: "Grants" }).click();
  await page.getByTestId("grant-row").getByRole("button", { name: "Take back" }).click();
  await page.getByText("Nothing is granted for a while").waitFor();
  const again = client.call("echo__echo", { message: "hello" });
  await question.waitFor();
  const asked = JSON.parse(await succeeded("pending", "--json"));
  await succeeded("answer", asked.pending[0].id, "deny");
  expect((await again).result?.isError).toBe(true);
});

test("all of it is in the audit log, by whom and from where, and new acts appear by themselves", async () => {
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByTestId("audit-row").first().waitFor();
  await succeeded("client", "add", "newcomer");
  const added = page.getByTestId("audit-row").filter({ hasText: "newcomer" });
  await added.waitFor();
  await added.click();
  const detail = page.getByTestId("audit-detail");
  await detail.waitFor();
  expect(await detail.innerText()).toContain("Command line");
  expect(await detail.innerText()).toMatch(/pid \d+/);
  await page.getByLabel("Search acts").fill("profile.set");
  await expect.poll(() => page.getByTestId("audit-row").count()).toBe(1);
  expect(await page.getByTestId("audit-row").innerText()).toContain("narrow");
});

test("a client is renamed and revoked from its page, and its sessions end", async () => {
  await go("#/clients/editor");
  await page.getByRole("button", { name: "Rename…" }).click();
  await page.getByLabel("New name").fill("old-editor");
  await approved(() => page.getByRole("dialog").getByRole("button", { name: "Rename…" }).click());
  await page.getByRole("heading", { name: "old-editor" }).waitFor();
  await approved(() => page.getByRole("button", { name: "Revoke…" }).click());
  await page.getByTestId("client-row").filter({ hasText: "Revoked" }).waitFor();
  expect((await client.notify("notifications/roots/list_changed")).status).toBe(401);
  expect(ui.errors).toEqual([]);
});
