// `npm start`: the desktop app; where no window can be shown, the hub with its web UI.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./lib/build.mjs";
import { capture, onNode24, projectRoot } from "./lib/node24.mjs";

const say = (text) => process.stderr.write(`${text}\n`);

const gatehouse = join(projectRoot, "dist", "node", "gatehouse.js");

/** The `--home DIR` among the arguments, for the commands that are to reach the same hub. */
function homeOption(args) {
  const at = args.findIndex((arg) => arg === "--home" || arg.startsWith("--home="));
  if (at === -1) return [];
  return args.slice(at, args[at] === "--home" ? at + 2 : at + 1);
}

const howToConnect = (url, command) => `
Connect a client (each gets its own token, shown once):

  ${command} client add claude-code
  claude mcp add --scope user --transport http gatehouse ${url} --header "Authorization: Bearer TOKEN"

Cursor, in ~/.cursor/mcp.json, with the token of \`client add cursor\`:

  { "mcpServers": { "gatehouse": { "url": "${url}", "headers": { "Authorization": "Bearer TOKEN" } } } }

Add a server: ${command} server add --help   (or edit gatehouse.json; it is reloaded live)
Stop with Ctrl-C.
`;

/** Says where the web UI is; its address opens once, so the command for another one is said too. */
async function showUi(home, command) {
  const { output } = await capture(process.execPath, [gatehouse, "ui", ...home]);
  const address = /^http\S+$/m.exec(output)?.[0];
  if (address) say(`\nWeb UI, once and within a minute: ${address}\nAnother address for it: ${command} ui`);
  else say(`\nThe web UI's address: ${command} ui`);
}

/** Tries the desktop; resolves with its exit code, or undefined when no window can be shown here. */
async function desktop(args) {
  if (!existsSync(join(projectRoot, "scripts", "desktop.mjs"))) return undefined;
  if (!existsSync(join(projectRoot, "dist", "desktop", "main.js"))) return undefined;
  const { launchDesktop } = await import("./desktop.mjs");
  return launchDesktop(args);
}

/** Serves without a window until the hub ends; says how to connect once it listens. */
function serve(args) {
  const home = homeOption(args);
  const command = [
    "npm run -s gatehouse --",
    ...home.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)),
  ].join(" ");
  return new Promise((resolve) => {
    const hub = spawn(process.execPath, [gatehouse, "serve", ...args], {
      stdio: ["inherit", "pipe", "inherit"],
    });
    let begun = "";
    hub.stdout.setEncoding("utf8").on("data", (text) => {
      process.stdout.write(text);
      if (begun === undefined) return;
      begun += text;
      const url = /^listening (\S+)$/m.exec(begun)?.[1];
      if (url === undefined) return;
      begun = undefined;
      const shown = args.includes("--no-ui") ? Promise.resolve() : showUi(home, command);
      void shown.then(() => say(howToConnect(url, command)));
    });
    // Ctrl-C reaches the hub by itself (same terminal); its ordered end is waited for.
    process.on("SIGINT", () => {});
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => hub.kill(signal));
    hub.on("error", (error) => {
      say(`error: the hub could not be started: ${error.message}`);
      resolve(1);
    });
    hub.on("close", (code) => resolve(code ?? 1));
  });
}

await onNode24(import.meta.url, async () => {
  const args = process.argv.slice(2);
  if (!(await ensureBuilt())) return 1;
  const headless = args.includes("--headless");
  if (!headless) {
    const code = await desktop(args);
    if (code !== undefined) return code;
    say("No window here: serving without one.");
  }
  return serve(args.filter((arg) => arg !== "--headless"));
});
