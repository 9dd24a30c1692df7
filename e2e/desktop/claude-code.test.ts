// Claude Code, the real one, is connected by the bare URL: its own login, a real browser, and the popup.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedClients } from "../clients/cache.ts";
import { runClient } from "../clients/run-client.ts";
import { startBrowser } from "../lib/browser.ts";
import { startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { launchDesktop } from "./app.ts";
import { popupOf } from "./popup-driver.ts";

const clients = cachedClients();

// Where `npm run clients` has fetched it. Its login wants a terminal, which only Linux gives by a command.
test.skipIf(clients === undefined || process.platform !== "linux")(
  "Claude Code needs authentication, logs in by its browser, and is connected once the person has approved it",
  async () => {
    if (clients === undefined) return;
    const [home, person, port] = [temporaryHome(), temporaryHome(), await freePort()];
    const config = {
      listen: { port },
      mcpServers: { echo: echoServer() },
    };
    writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
    // What opens its browser: a command that only writes the address down, for the test's own browser.
    const tools = join(person, "tools");
    mkdirSync(tools);
    const opened = join(person, "opened");
    const opener = join(tools, "open-browser");
    writeFileSync(
      opener,
      `#!/bin/sh\nprintf %s "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`,
    );
    chmodSync(opener, 0o755);
    const setting = {
      bin: clients.bin,
      home: person,
      url: `http://127.0.0.1:${port}/mcp`,
      token: "",
      env: { BROWSER: opener },
    };
    const display = await startDisplay();
    const app = await launchDesktop({ home, env: display.env });
    const browser = await startBrowser();
    try {
      await app.page.getByTestId("server-row").first().waitFor();
      await runClient(setting, "claude", [
        "mcp",
        "add",
        "--scope",
        "user",
        "--transport",
        "http",
        "gatehouse",
        setting.url,
      ]);
      const before = await runClient(setting, "claude", ["mcp", "list"]);
      expect(before.text).toMatch(/gatehouse: .*needs authentication/i);
      const login = runClient({ ...setting, terminal: true }, "claude", ["mcp", "login", "gatehouse"]);
      const url = await Promise.race([
        waitFor(() => existsSync(opened) && readFileSync(opened, "utf8"), {
          deadlineMs: 60_000,
          what: "Claude Code to open its browser",
        }),
        login.then(({ text }) => Promise.reject(new Error(text))),
      ]);
      const page = await browser.newPage();
      await page.goto(url);
      const popup = await popupOf(app);
      await popup.asked("to connect?");
      const said = await popup.page.getByTestId("foreign").innerText();
      // Its metadata document says its name; where that cannot be reached, only its address is known.
      expect(said).toMatch(/“(Claude Code[^”]*|claude\.ai)”/);
      await popup.press("c");
      const { text, code } = await login;
      expect([code, text]).toEqual([0, text]);
      expect((await runClient(setting, "claude", ["mcp", "list"])).text).toMatch(/gatehouse: .*Connected/);
    } finally {
      await browser.close();
      await app.quit();
      await display.stop();
      for (const folder of [home, person])
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  },
);
