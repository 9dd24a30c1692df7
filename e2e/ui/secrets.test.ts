// Secrets in the web UI of a real hub, on a machine without a keychain: a file is chosen for them, its passphrase, a
// secret, and a pasted snippet's token, none of which the page, the files or the records keep.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUi, startBrowser } from "../lib/browser.ts";
import { secretsIn, secretsInFolder } from "../lib/find-secret.ts";
import { type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";

const LEAKY = fileURLToPath(new URL("../fixtures/leaky-server.ts", import.meta.url));
/** Nothing of a desktop session: no bus, and so no Secret Service. */
const NOWHERE = { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "/nowhere", DISPLAY: "" };
const PASSPHRASE = "correct horse battery staple";
const VALUE = `a value ${randomBytes(9).toString("hex")}`;
const TOKEN = `ghp_${randomBytes(18).toString("hex")}`;
const ALL = [PASSPHRASE, VALUE, TOKEN];
/** Everything that the hub has shown to whoever decides. */
let told = "";

let browser: Browser;
let hub: RunningHub;
let page: Page;
let client: McpHttpClient | undefined;

const succeeded = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await hub.cli(args);
  if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
};
const config = () => JSON.parse(readFileSync(join(hub.home, "gatehouse.json"), "utf8"));
const row = (name: string) => page.locator(`[data-testid="secret-row"][data-secret="${name}"]`);
const storeIs = (state: string): Promise<void> =>
  page.locator(`[data-testid="secret-store"][data-state="${state}"]`).waitFor({ timeout: 30_000 });

/** Does what asks for a change, and approves it on the command line. */
async function approved(act: () => Promise<unknown>): Promise<void> {
  await act();
  const pending = page.getByTestId("pending").first();
  await pending.waitFor();
  const id = String(await pending.getAttribute("data-question"));
  told += await succeeded("pending", "--json");
  await succeeded("answer", id, "approve");
  await page.locator(`[data-question="${id}"]`).first().waitFor({ state: "detached" });
}

describe.runIf(process.platform === "linux")("the Secrets screen", () => {
  beforeAll(async () => {
    hub = await startHub({
      ui: true,
      env: NOWHERE,
      config: {
        consent: { default: "allow", newTools: "allow" },
        mcpServers: {
          leaky: { command: process.execPath, args: [LEAKY], env: { TOKEN: "${secret:token}" } },
        },
      },
    });
    const { token } = JSON.parse(await succeeded("client", "add", "one", "--json"));
    client = new McpHttpClient(hub.url, { token });
    await client.initialize();
    browser = await startBrowser();
    ({ page } = await openUi(browser, hub));
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    client?.close();
    await browser?.close();
    await hub?.stop();
  });

  test("says by keyboard alone what cannot be used and why, and a file is chosen instead", async () => {
    await page.getByTestId("server-row").waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("k");
    await storeIs("unavailable");
    expect(await page.getByTestId("secret-store").innerText()).toContain(
      "There is no keychain in this session",
    );
    await row("token").getByText("Not set").waitFor();
    await approved(() => page.getByRole("button", { name: "Use a file instead…" }).click());
    await storeIs("new");
    expect(config().secrets).toEqual({ store: "file" });
  });

  test("its passphrase is typed twice, chosen once, and kept nowhere", async () => {
    await page.getByRole("button", { name: "Choose a passphrase…" }).click();
    const passphrase = page.getByTestId("passphrase");
    await passphrase.getByLabel("Passphrase").fill(PASSPHRASE);
    await passphrase.getByLabel("Once more").fill("another");
    await page.getByRole("button", { name: "Choose…" }).click();
    await page.getByText("The two were not the same.").waitFor();
    expect([
      await passphrase.getByLabel("Passphrase").inputValue(),
      await passphrase.getByLabel("Once more").inputValue(),
    ]).toEqual(["", ""]);
    await passphrase.getByLabel("Passphrase").fill(PASSPHRASE);
    await passphrase.getByLabel("Once more").fill(PASSPHRASE);
    await approved(() => page.getByRole("button", { name: "Choose…" }).click());
    await storeIs("ready");
  });

  test("a secret that a server waits for is set, and the server starts with it", async () => {
    await row("token").getByRole("button", { name: "Set token" }).click();
    await page.getByTestId("set-secret").getByLabel("Value").fill(VALUE);
    await approved(() => page.getByRole("button", { name: "Set…" }).click());
    await row("token").getByText("just now").or(row("token").getByText("now")).first().waitFor();
    expect(await client?.call("leaky__check", { value: VALUE })).toMatchObject({
      result: { content: [{ text: "true" }] },
    });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await row("token").getByRole("button", { name: "Copy the reference to token" }).click();
    await row("token").getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("${secret:token}");
    await row("token").getByRole("link", { name: "leaky" }).click();
    await page.getByRole("heading", { name: /leaky/ }).waitFor();
  });

  test("the token in a pasted snippet is marked, and goes to the secrets before anything is written", async () => {
    const snippet = {
      mcpServers: {
        pasted: {
          command: process.execPath,
          args: [LEAKY],
          env: { TOKEN, MODEL: "claude-3-5-sonnet-20241022", HOME_PAGE: "https://example.com/a/b" },
        },
      },
    };
    await page.getByRole("link", { name: "Servers", exact: true }).first().click();
    await page.getByRole("button", { name: "Add a server" }).click();
    await page.getByTestId("paste").fill(JSON.stringify(snippet));
    const credentials = page.getByTestId("credentials");
    await credentials.waitFor();
    expect((await credentials.innerText()).split("\n").slice(-2)).toEqual([
      "env TOKEN",
      "${secret:pasted-token}",
    ]);
    expect(await credentials.getByRole("switch").getAttribute("aria-checked")).toBe("true");
    await approved(() => page.getByRole("button", { name: "Add…" }).click());
    await page.getByRole("heading", { name: /pasted/ }).waitFor();
    expect(config().mcpServers.pasted.env).toMatchObject({ TOKEN: "${secret:pasted-token}" });
    expect(await client?.call("pasted__check", { value: TOKEN })).toMatchObject({
      result: { content: [{ text: "true" }] },
    });
  });

  test("one that was left in the file is told on its server's page, and moved from there", async () => {
    await succeeded(
      "server",
      "add",
      "plain",
      "--plain",
      "--env",
      `TOKEN=${TOKEN}`,
      "--",
      process.execPath,
      LEAKY,
    );
    expect(config().mcpServers.plain.env).toEqual({ TOKEN });
    await page.evaluate('location.hash = "#/servers/plain"');
    expect(await page.getByTestId("plain-secrets").innerText()).toContain("env TOKEN");
    await approved(() => page.getByRole("button", { name: "Move to the file of secrets…" }).click());
    await page.getByTestId("plain-secrets").waitFor({ state: "detached" });
    expect(config().mcpServers.plain.env).toEqual({ TOKEN: "${secret:plain-token}" });
  });

  test("removing one names the servers that will not start without it", async () => {
    await page.evaluate('location.hash = "#/secrets"');
    await row("pasted-token").getByRole("button", { name: "More of pasted-token" }).click();
    await page.getByRole("menuitem", { name: "Remove…" }).click();
    expect(await page.getByTestId("remove-warning").innerText()).toContain("pasted");
    await approved(() => page.getByRole("dialog").getByRole("button", { name: "Remove…" }).click());
    await row("pasted-token").getByText("Not set").waitFor();
  });

  test("no value is in the page, its storage, the questions, the record, the output or the home folder", async () => {
    const kept = await page.evaluate(
      "JSON.stringify([document.documentElement.outerHTML, {...localStorage}, {...sessionStorage}, history.state, [...document.querySelectorAll('input,textarea')].map((field) => field.value)])",
    );
    const record = await succeeded("audit", "--json");
    expect(record).toContain("secret.set");
    expect([
      secretsIn("page", String(kept), ALL),
      secretsIn("questions", told, ALL),
      secretsIn("record", record, ALL),
      secretsIn("output", hub.stdout() + hub.stderr(), ALL),
      secretsInFolder(hub.home, ALL).found,
    ]).toEqual([[], [], [], [], []]);
  });
});
