import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askShell, candidateShells, runLoginShell } from "./login-shell.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gatehouse-shell-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(home, name), text);
const env = () => ({ HOME: home, PATH: "/usr/bin:/bin" });
const ask = (shell: string) =>
  askShell(shell, env(), (file, script) => runLoginShell(file, script, { env: env() }));

// Real shells and their real profiles. What is not installed is not tried.
describe.skipIf(process.platform === "win32")("a real login shell", () => {
  const nvm = 'export NVM_DIR="$HOME/.nvm"\nexport PATH="$HOME/.nvm/bin:$PATH"\n';

  it.each([
    ["bash, in .bash_profile", "/bin/bash", ".bash_profile"],
    ["bash, in .profile", "/bin/bash", ".profile"],
    ["bash, in .bashrc, which no profile reads", "/bin/bash", ".bashrc"],
    ["zsh, in .zshrc", "/bin/zsh", ".zshrc"],
    ["zsh, in .zprofile", "/bin/zsh", ".zprofile"],
    ["sh, in .profile", "/bin/sh", ".profile"],
  ])("tells the PATH that is set for %s", async (_name, shell, file) => {
    if (!existsSync(shell)) return;
    write(file, nvm);
    expect(await ask(shell)).toMatchObject({
      PATH: expect.stringContaining(`${home}/.nvm/bin:`),
      NVM_DIR: `${home}/.nvm`,
    });
  });

  it("reads .bashrc besides a profile of its own that leaves it out, and once when that reads it", async () => {
    write(".bash_profile", "export PATH=$PATH:/from/profile\n");
    write(".bashrc", "export PATH=$PATH:/from/rc\n");
    expect((await ask("/bin/bash"))?.PATH).toMatch(/:\/from\/profile:\/from\/rc$/);
    write(".bash_profile", ". ~/.bashrc\n");
    expect((await ask("/bin/bash"))?.PATH?.match(/from\/rc/g)).toHaveLength(1);
  });

  it("is understood through all the noise that a profile makes", async () => {
    write(
      ".bashrc",
      `echo PATH=/noise; echo "fortune"; alias env='echo no'; printenv() { echo no; }; env() { echo no; }; head -c 3000000 /dev/zero | tr '\\0' x\n${nvm}multi() { echo "\nPATH=/inside"; }; export -f multi\n`,
    );
    expect((await ask("/bin/bash"))?.PATH).toContain(`${home}/.nvm/bin:`);
  });

  it("says nothing when its profile ends it, or when it is no shell", async () => {
    write(".profile", "exec true\n");
    write(".bashrc", "# bashrc");
    expect(await ask("/bin/bash")).toBeUndefined();
    expect(await ask("/bin/false")).toBeUndefined();
    await expect(ask(join(home, "none"))).rejects.toThrow("ENOENT");
  });

  it("does not keep the answer waiting for what its profile leaves in the background", async () => {
    write(".profile", "sleep 30 & echo $! > ~/background\n");
    write(".bashrc", "# .profile has no bashrc, so this one is asked as well\n");
    expect((await ask("/bin/bash"))?.PATH).toContain("/usr/bin");
    process.kill(Number(readFileSync(join(home, "background"), "utf8")));
  });

  it("gets nothing that is meant for the hub or for Electron alone", async () => {
    const given = {
      ...env(),
      GATEHOUSE_HOME: "/g",
      ELECTRON_X: "1",
      NODE_OPTIONS: "--x",
      MCP_HUB_MARK: "m",
      KEPT: "yes",
    };
    const said = await askShell("/bin/bash", given, (file, script) =>
      runLoginShell(file, script, { env: given }),
    );
    expect(Object.keys(said ?? {})).toEqual(expect.arrayContaining(["KEPT"]));
    expect(
      Object.keys(said ?? {}).filter((name) => /GATEHOUSE|ELECTRON|NODE_OPTIONS|MCP_HUB/.test(name)),
    ).toEqual([]);
  });

  it("is not waited for longer than the limit: it is killed with all that it has started", async () => {
    let expire: () => void = () => undefined;
    const clock = {
      now: () => 0,
      after: (_ms: number, action: () => void) => {
        expire = action;
        return () => undefined;
      },
    };
    const ready = join(home, "ready");
    const pidFile = join(home, "pid");
    write(".profile", `echo $$ > "${pidFile}"; touch "${ready}"; sleep 60\n`);
    const answer = runLoginShell("/bin/bash", "true", { env: env(), clock });
    while (!existsSync(ready)) await new Promise((resolve) => setTimeout(resolve, 10));
    expire();
    await expect(answer).rejects.toThrow("did not answer within 5 s");
  });
});

describe("the shells to ask", () => {
  it("are the person's own and then the usual ones, each once", () => {
    const shells = candidateShells({ SHELL: "/bin/fish" });
    expect(shells.slice(-2)).toEqual(expect.arrayContaining(["/bin/zsh"]));
    expect(new Set(shells).size).toBe(shells.length);
  });
});

// A stand-in for fish, of which only this matters: how the script's words come to it.
describe.skipIf(process.platform === "win32")("a shell of another kind", () => {
  it("gets an interactive login's flags and the script as one argument", async () => {
    const shell = join(home, "fish");
    writeFileSync(shell, '#!/bin/sh\n[ "$1" = "-ilc" ] && eval "$2"\n');
    chmodSync(shell, 0o755);
    expect((await ask(shell))?.PATH).toContain("/usr/bin");
  });
});
