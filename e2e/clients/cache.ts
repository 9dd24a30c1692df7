import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The real clients, pinned: what they send changes from release to release. */
export const CLIENTS: Readonly<Record<string, string>> = {
  "@anthropic-ai/claude-code": "2.1.330",
  "@modelcontextprotocol/inspector": "2.12.0",
  "opencode-ai": "1.18.33",
};

/** Where they are kept, outside any checkout. */
function clientsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gatehouse", "clients");
}

/** The folder with the clients' commands, or why they cannot be had. */
export type Fetched = { readonly bin: string } | { readonly problem: string; readonly offline: boolean };

/** The folder with the clients' commands, if `npm run clients` has fetched them already. */
export function cachedClients(): { readonly bin: string } | undefined {
  const folder = clientsFolder();
  const all = Object.entries(CLIENTS).every(([name, version]) => installedVersion(folder, name) === version);
  return all ? { bin: join(folder, "node_modules", ".bin") } : undefined;
}

/** Installs the clients from npm unless they are there. `progress` gets what a person should see meanwhile. */
export async function fetchClients(progress: (line: string) => void): Promise<Fetched> {
  const cached = cachedClients();
  if (cached !== undefined) return cached;
  const folder = clientsFolder();
  const bin = join(folder, "node_modules", ".bin");
  progress(`Fetching ${Object.keys(CLIENTS).join(", ")} from npm into ${folder} (about 830 MB, once)…`);
  mkdirSync(folder, { recursive: true });
  const allowScripts = Object.fromEntries(Object.keys(CLIENTS).map((name) => [name, true]));
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ private: true, dependencies: CLIENTS, allowScripts }, null, 2)}\n`,
  );
  const { code, output } = await npmInstall(folder);
  if (code === 0) return { bin };
  const offline = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/.test(output);
  const last = output.trim().split("\n").slice(-3).join("\n");
  return { problem: offline ? "npm's registry cannot be reached" : `npm install failed:\n${last}`, offline };
}

function installedVersion(folder: string, name: string): string | undefined {
  try {
    const text = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** npm's own progress goes to the terminal; what it says is kept for the error. */
function npmInstall(folder: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      "npm",
      ["install", "--no-audit", "--no-fund", "--fetch-retries", "1", "--loglevel", "http"],
      {
        cwd: folder,
        shell: process.platform === "win32",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-20_000);
      process.stderr.write(chunk);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
