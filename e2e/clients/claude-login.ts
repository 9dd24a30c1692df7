import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { RunningHub } from "../lib/hub.ts";
import { LoginBrowser } from "../lib/login-browser.ts";
import { environment, type Proof, proofOf, runClient, type Setting } from "./run-client.ts";

/** Longest wait for each step, in milliseconds. */
const LIMIT = 45_000;

/**
 * Claude Code's own OAuth login at the bare URL: `claude mcp login`, which wants a terminal (util-linux' `script` gives
 * one), its browser played here, the person on the command line. Skipped where there is no `script`.
 */
export async function claudeLogin(setting: Setting, hub: RunningHub): Promise<Proof[]> {
  if (process.platform !== "linux") return [];
  await runClient(setting, "claude", [
    ...["mcp", "add", "--scope", "user", "--transport", "http", "paired", setting.url],
  ]);
  const before = await runClient(setting, "claude", ["mcp", "list"]);
  const wants = proofOf("claude mcp list wants a login", before.text, /^paired: .*Needs authentication/);
  const child = spawn("script", ["-qec", `${join(setting.bin, "claude")} mcp login paired`, "/dev/null"], {
    cwd: setting.home,
    // No browser is opened: the address is printed as well.
    env: { ...environment(setting.home), TERM: "xterm", BROWSER: "true" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), 2 * LIMIT);
  try {
    const url = await printedUrl(child, setting.url);
    const browser = new LoginBrowser();
    const page = await browser.open(url);
    const { pending } = JSON.parse((await hub.cli(["pending", "--json"])).stdout) as {
      pending: { id: string; title: string }[];
    };
    const [question] = pending;
    const answered = await hub.cli(["answer", question?.id ?? "", "approve", "--name", "claude-paired"]);
    const back = await browser.wait(page);
    await (await fetch(back)).text();
    await once(child, "close");
    const after = await runClient(setting, "claude", ["mcp", "list"]);
    return [
      wants,
      proofOf(
        "gatehouse asks about Claude Code",
        question?.title ?? answered.stderr,
        /^Allow “.+” to connect\?$/,
      ),
      proofOf("claude mcp list says connected after the login", after.text, /^paired: .*[✓✔] Connected/),
    ];
  } finally {
    clearTimeout(limit);
    if (child.exitCode === null) child.kill("SIGKILL");
  }
}

/** The address of the hub's login that the command prints, among the terminal's control sequences. */
function printedUrl(child: ChildProcess, url: string): Promise<string> {
  const { origin } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const look = (chunk: string): void => {
      text += chunk;
      const at = text.indexOf(`${origin}/oauth/authorize?`);
      const found = at < 0 ? undefined : /^[!-~]+(?=[^!-~])/.exec(text.slice(at))?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.setEncoding("utf8").on("data", look);
    child.stderr?.setEncoding("utf8").on("data", look);
    child.on("error", reject);
    child.on("close", () => reject(new Error(`claude mcp login printed no address:\n${text}`)));
  });
}
