import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { secretsIn } from "../lib/find-secret.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
const LEAKY = fileURLToPath(new URL("../fixtures/leaky-server.ts", import.meta.url));
const PASSPHRASE = "correct horse battery staple";

const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
/** Where this kernel would write a dump: a plain name is a file in the process's folder. */
const writesFiles = /^[^|/]+$/.test(read("/proc/sys/kernel/core_pattern"));

test.runIf(process.platform === "linux")(
  "a hub that dies with secrets in its memory leaves none in a core dump, nor do its children",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-core-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const value = `sk-${randomBytes(12).toString("hex")}`;
    const home = join(folder, "home");
    const passphraseFile = join(folder, "passphrase");
    writeFileSync(passphraseFile, PASSPHRASE, { mode: 0o600 });
    const env = { ...process.env, GATEHOUSE_HOME: home, GATEHOUSE_PASSPHRASE_FILE: passphraseFile };
    const command = async (args: string[], input: string): Promise<number> => {
      const child = spawn(process.execPath, [GATEHOUSE, ...args], {
        env,
        stdio: ["pipe", "ignore", "inherit"],
      });
      child.stdin.end(input);
      const [code] = (await once(child, "exit")) as [number];
      return code;
    };
    const config = {
      secrets: { store: "file" },
      mcpServers: {
        leaky: {
          command: process.execPath,
          args: [LEAKY],
          env: { TOKEN: "${secret:token}" },
          cwd: folder,
          start: "eager",
        },
      },
    };
    expect(await command(["secret", "list"], "")).toBe(0);
    writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
    expect(await command(["secret", "set", "token"], value)).toBe(0);

    const script = 'ulimit -c unlimited 2>/dev/null; cd "$0" && exec "$@"';
    const hub = spawn(
      "sh",
      ["-c", script, folder, process.execPath, GATEHOUSE, "serve", "--port", "0", "--no-ui"],
      {
        env,
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    onTestFinished(() => void hub.kill("SIGKILL"));
    const exited = once(hub, "exit");
    for await (const line of createInterface({ input: hub.stdout })) if (line.startsWith("listening ")) break;
    // That it has the secret in its memory is certain once its server has started with it.
    expect(await command(["server", "restart", "leaky"], "")).toBe(0);
    const log = join(home, "logs", "leaky.log");
    await expect.poll(() => leakyPids(folder).length, { timeout: 30_000 }).toBeGreaterThan(0);
    const pids = [hub.pid ?? 0, ...leakyPids(folder)];
    expect(pids.map((pid) => read(`/proc/${pid}/coredump_filter`))).toEqual(pids.map(() => "00000000"));

    hub.kill("SIGABRT");
    const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe("SIGABRT");
    const dumps = readdirSync(folder).filter((name) => name.startsWith("core"));
    if (writesFiles && canDump()) expect(dumps.length).toBeGreaterThan(0);
    for (const name of dumps)
      expect(secretsIn(name, readFileSync(join(folder, name)), [value, PASSPHRASE])).toEqual([]);
    expect(secretsIn("log", read(log), [value])).toEqual([]);
  },
);

/** The servers that were started in the folder. */
function leakyPids(folder: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes("leaky-server") && isIn(folder, pid))
    .map(Number);
}

const isIn = (folder: string, pid: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return false;
  }
};

/** Whether a process may have dumps at all here. */
const canDump = (): boolean => /^Max core file size\s+\S+\s+unlimited/m.test(read("/proc/self/limits"));
