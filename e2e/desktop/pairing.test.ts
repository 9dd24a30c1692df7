// A client is connected by the bare URL, in the real Electron: the SDK's own OAuth clients, a real browser for the
// login, and the popup, where the person decides.

import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../lib/browser.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import { type Registration, sdkLogin } from "../pairing/sdk-oauth.ts";
import { type DesktopApp, launchDesktop } from "./app.ts";
import { type PopupDriver, popupOf } from "./popup-driver.ts";

const { GATEHOUSE_SHOTS } = process.env;
const home = temporaryHome();
let display: Display;
let app: DesktopApp;
let browser: Browser;
let callback: Server;
let popup: PopupDriver;
let port = 0;

beforeAll(async () => {
  port = await freePort();
  const config = {
    listen: { port },
    mcpServers: { echo: echoServer(), other: echoServer() },
    profiles: { one: { servers: ["echo"] } },
  };
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
  callback = createServer((_request, response) => response.end("back at the client")).listen(0, "127.0.0.1");
  await once(callback, "listening");
  display = await startDisplay();
  [app, browser] = await Promise.all([launchDesktop({ home, env: display.env }), startBrowser()]);
  await app.page.getByTestId("server-row").first().waitFor();
});
afterEach(async () => {
  await popup?.gone();
});
afterAll(async () => {
  await browser?.close();
  await app?.quit();
  callback?.close();
  await display?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A login as far as the popup: what the client registers, the browser's waiting page, and the open question. */
async function begin(line: 1 | 2, host: string) {
  const redirect = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
  const registration: Registration = {
    client_name: `SDK ${line} at ${host}`,
    redirect_uris: [redirect],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  const login = sdkLogin(line, `http://${host}:${port}/mcp`, registration, redirect);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(String(await login.begin()));
  popup = await popupOf(app);
  await popup.asked("to connect?");
  return {
    login,
    waiting: page,
    /** The address that the browser came back to, once it has. */
    back: async () => {
      await page.waitForURL((url) => url.pathname === "/callback");
      const url = new URL(page.url());
      await context.close();
      return url;
    },
  };
}

test.each([
  [1, "127.0.0.1"],
  [2, "127.0.0.1"],
  [1, "localhost"],
  [2, "localhost"],
] as const)(
  "the SDK's client %i.x pairs by the bare URL at %s, with a profile and a name chosen in the popup",
  async (line, host) => {
    const { login, back } = await begin(line, host);
    const name = `sdk-${line}-${host}`;
    const said = await popup.page.getByTestId("foreign").innerText();
    // First what the operating system says, then what the client says of itself.
    expect(said.indexOf(process.execPath)).toBeGreaterThan(-1);
    expect(said.indexOf(process.execPath)).toBeLessThan(said.indexOf(`“SDK ${line} at ${host}”`));
    expect(said).toContain(String(process.pid));
    expect(said).toContain(`127.0.0.1:${(callback.address() as AddressInfo).port}`);
    if (GATEHOUSE_SHOTS !== undefined) {
      mkdirSync(GATEHOUSE_SHOTS, { recursive: true });
      await popup.page.screenshot({ path: join(GATEHOUSE_SHOTS, "pairing.png") });
    }
    await popup.page.getByRole("radio", { name: /Profile one/ }).check();
    await popup.page.getByLabel("You call it").fill(name);
    await popup.click("Connect");
    const tools = await login.finish(await back());
    expect(tools.length).toBeGreaterThan(0);
    expect(tools.filter((name) => !name.startsWith("echo__"))).toEqual([]);
    await app.page.getByRole("link", { name: "Clients" }).click();
    await app.page.getByTestId("client-row").filter({ hasText: name }).waitFor();
  },
);

test("a denied client comes back without a token", async () => {
  const { login, back } = await begin(2, "127.0.0.1");
  await popup.press("d");
  expect((await back()).searchParams.get("error")).toBe("access_denied");
  expect(login.stored.tokens).toBeUndefined();
});
