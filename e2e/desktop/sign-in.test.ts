// Signing in from the window of the real Electron app: a real issuer's pages in a real browser, the tokens in a real
// keyring, and what the person sees when the sign-in is over.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { secretsIn, secretsInFolder } from "../lib/find-secret.ts";
import { freePort } from "../lib/free-port.ts";
import { temporaryHome } from "../lib/hub.ts";
import { type Keyring, startKeyring } from "../lib/keyring.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { startIssuer, type TestIssuer } from "../oauth/provider.ts";
import { type ProtectedServer, startProtectedServer } from "../oauth/server.ts";
import { type DesktopApp, launchDesktop } from "./app.ts";

/** For what waits for processes and browsers on a busy machine, in milliseconds. */
const PATIENCE = 30_000;

/** A secret that is typed into the window. */
const TYPED = "a value typed into the window, 4711";

interface Noted {
  readonly opened: string[];
  readonly notified: string[];
}

let display: Display;
let keyring: Keyring;
let browser: Browser;
let issuer: TestIssuer;
let server: ProtectedServer;
let app: DesktopApp;
let client: McpHttpClient | undefined;
const home = temporaryHome();

/** What the app has asked the system for: addresses for the browser, and notifications. */
const noted = (): Promise<Noted> => app.inMain(() => (globalThis as unknown as { noted: Noted }).noted);

const openedAfter = (count: number): Promise<string> =>
  waitFor(async () => (await noted()).opened[count], {
    deadlineMs: PATIENCE,
    what: "the browser to be opened",
  });

/** What a person does at the issuer; resolves with the text of the browser's last page. */
async function consent(url: string, isKnown: boolean): Promise<string> {
  const { context, page } = await openPage(browser, url);
  if (!isKnown) await page.getByRole("button", { name: "Continue as ada@example.com" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByRole("heading", { name: "You are signed in" }).waitFor({ timeout: PATIENCE });
  const text = await page.locator("body").innerText();
  await context.close();
  return text;
}

const isReady = (): Promise<unknown> =>
  app.page.locator('[data-testid="server-state"][data-state="ready"]').waitFor({ timeout: PATIENCE });

async function add(a: number, b: number): Promise<string> {
  if (client === undefined) {
    const { url } = JSON.parse(readFileSync(join(home, "run.json"), "utf8")) as { url: string };
    client = new McpHttpClient(new URL("/mcp", url).href);
    await client.initialize();
  }
  const { result, error } = await client.call("web__add", { a, b });
  return error?.message ?? result.content[0].text;
}

describe.runIf(process.platform === "linux")("signing in from the window", () => {
  beforeAll(async () => {
    [display, keyring, browser, issuer] = await Promise.all([
      startDisplay(),
      startKeyring(),
      startBrowser(),
      startIssuer({ asks: true }),
    ]);
    server = await startProtectedServer(issuer);
    const config = {
      listen: { port: await freePort() },
      access: { anonymous: "allow" },
      consent: { default: "allow", newTools: "allow" },
      mcpServers: { web: { type: "http", url: server.url } },
    };
    writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
    app = await launchDesktop({ home, env: { ...keyring.env, ...display.env } });
    await app.inMain(({ shell, Notification }) => {
      const seen: Noted = { opened: [], notified: [] };
      Object.assign(globalThis, { noted: seen });
      shell.openExternal = (url) => Promise.resolve(void seen.opened.push(url));
      Notification.isSupported = () => true;
      Notification.prototype.show = function show(this: Electron.Notification) {
        seen.notified.push(`${this.title}: ${this.body}`);
      };
    });
  });
  afterAll(async () => {
    client?.close();
    await app?.quit();
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
    await keyring?.stop();
    await display?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test("the list says that the server needs it, and one click opens the browser, not a shell or a window", async () => {
    const { page, electron } = app;
    await page
      .getByTestId("sign-in-list")
      .getByText("web needs you to sign in")
      .waitFor({ timeout: PATIENCE });
    await page.getByRole("button", { name: "Authenticate web" }).click();
    await page.getByTestId("sign-in-waiting").waitFor({ timeout: PATIENCE });
    const url = new URL(await openedAfter(0));
    expect(url.origin).toBe(issuer.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      resource: server.url,
    });
    // The page is not told the address; the person may have it on the clipboard.
    expect(await page.content()).not.toContain(url.searchParams.get("state"));
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("The link is on the clipboard.").waitFor();
    expect(await app.inMain(({ clipboard }) => clipboard.readText())).toBe(url.href);
    expect(electron.windows()).toHaveLength(1);
  });

  test("a sign-in that is given up leaves the server as it was", async () => {
    const { page } = app;
    await page.getByTestId("sign-in-waiting").getByRole("button", { name: "Cancel" }).click();
    await page.getByTestId("sign-in-needed").waitFor();
    const [url = ""] = (await noted()).opened;
    const redirect = new URL(new URL(url).searchParams.get("redirect_uri") ?? "");
    redirect.searchParams.set("state", new URL(url).searchParams.get("state") ?? "");
    redirect.searchParams.set("code", "stolen");
    await expect(fetch(redirect)).rejects.toThrow();
    expect(issuer.tokenRequests).toEqual([]);
  });

  test("after the consent in the browser the account stands in the window, and a call works", async () => {
    const { page } = app;
    await page.getByRole("button", { name: "Authenticate" }).click();
    expect(await consent(await openedAfter(1), false)).toContain("You can close this page");
    await isReady();
    expect(await page.getByTestId("sign-in-waiting").count()).toBe(0);
    await page.getByRole("tab", { name: /Accounts/ }).click();
    const account = page.getByTestId("account");
    await account.getByText("Signed in", { exact: true }).waitFor({ timeout: PATIENCE });
    const text = await account.innerText();
    for (const shown of ["default", "ada@example.com", issuer.issuer, "mcp:read", "renewed before"])
      expect(text).toContain(shown);
    expect(await add(1, 2)).toBe("3");
  });

  test("a second account of one's own name is added beside it", async () => {
    const { page } = app;
    await page.getByRole("button", { name: "Add an account…" }).click();
    await page.getByLabel("Name").fill("work");
    await page.getByRole("dialog").getByRole("button", { name: "Authenticate" }).click();
    await consent(await openedAfter(2), false);
    await page.locator('[data-testid="account"][data-account="work"]').waitFor({ timeout: PATIENCE });
    await page.getByRole("link", { name: "Clients" }).click();
    await page.getByRole("tab", { name: "Profiles" }).click();
    await page.getByRole("button", { name: "Add a profile" }).first().click();
    await page.getByLabel("Name").fill("office");
    await page.getByLabel("Account of web").click();
    await page.getByRole("option", { name: "work" }).click();
    await app.answerDialogs(1);
    await page.getByRole("button", { name: "Save…" }).click();
    const saved = await waitFor(
      () => {
        const { profiles } = JSON.parse(readFileSync(join(home, "gatehouse.json"), "utf8"));
        return profiles?.office;
      },
      { deadlineMs: PATIENCE, what: "the profile to be saved" },
    );
    expect(saved).toEqual({ accounts: { web: "work" } });
    expect((await app.dialogs())[0]?.detail).toContain('Uses the account "work" of "web".');
  });

  test("a grant that the issuer takes back brings the banner, one notification, and no browser", async () => {
    const { page } = app;
    await page.getByRole("link", { name: "Servers" }).first().click();
    await page.getByTestId("server-row").click();
    const requests = (): number => issuer.tokenRequests.length;
    const before = requests();
    await issuer.revokeAll();
    for (let call = 0; call < 5; call += 1)
      expect(await add(call, 1)).toMatch(/sign in|needs-auth|has failed/i);
    const banner = page.getByTestId("sign-in-needed").first();
    await banner.getByText("This server needs you to sign in again").waitFor({ timeout: PATIENCE });
    const after = requests();
    expect(after).toBe(before + 1);
    for (let call = 0; call < 5; call += 1) await add(call, 1);
    expect(requests()).toBe(after);
    const { opened, notified } = await noted();
    expect(opened).toHaveLength(3);
    expect(notified).toEqual([
      "Sign in again: web no longer takes your sign-in. Open Gatehouse to sign in again.",
    ]);
  });

  test("signing in again mends it; signing out says what it does, revokes and deletes", async () => {
    const { page } = app;
    await page.getByTestId("sign-in-needed").first().getByRole("button", { name: "Authenticate" }).click();
    await consent(await openedAfter(3), false);
    await isReady();
    expect(await add(20, 22)).toBe("42");
    const newest = issuer.issued.at(-1) ?? "";
    await page.getByRole("tab", { name: /Accounts/ }).click();
    await page.getByRole("button", { name: "Sign out default" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.innerText()).toContain("revoked at the issuer and deleted here");
    await dialog.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("The issuer has revoked the tokens.").waitFor({ timeout: PATIENCE });
    await page.getByTestId("sign-in-needed").first().waitFor({ timeout: PATIENCE });
    expect(await issuer.provider.AccessToken.find(newest)).toBeUndefined();
    expect(await add(1, 1)).not.toBe("2");
  });

  test("a secret is set from the window after a native dialog that does not show it", async () => {
    const { page } = app;
    await page.getByRole("link", { name: "Secrets" }).click();
    await page.locator('[data-testid="secret-store"][data-state="ready"]').waitFor({ timeout: PATIENCE });
    await page.getByRole("button", { name: "Add a secret" }).click();
    const form = page.getByTestId("set-secret");
    await form.getByLabel("Name").fill("from-the-window");
    await form.getByLabel("Value").fill(TYPED);
    await app.answerDialogs(1);
    await page.getByRole("button", { name: "Set…" }).click();
    await page.locator('[data-testid="secret-row"][data-secret="from-the-window"]').waitFor();
    const dialogs = await app.dialogs();
    expect(dialogs).toMatchObject([
      { message: "Set the secret “from-the-window”?", detail: "No server refers to it yet." },
    ]);
    expect(secretsIn("dialogs", JSON.stringify(dialogs), [TYPED])).toEqual([]);
  });

  test("no token and no value was ever kept in the window, the home folder or the app's log", async () => {
    const values = [...issuer.issued, TYPED];
    expect(issuer.issued.length).toBeGreaterThan(2);
    const shown = secretsIn("window and log", `${await app.page.content()}${app.log()}`, values);
    const { found, searched } = secretsInFolder(home, values);
    expect([shown, found]).toEqual([[], []]);
    expect(searched.length).toBeGreaterThan(3);
  });
});
