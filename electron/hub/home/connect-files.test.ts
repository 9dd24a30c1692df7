import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shimText, writeConnectShim } from "./connect-shim.ts";
import { connectTokenFile, readConnectToken, writeConnectToken } from "./connect-token.ts";

const posixOnly = it.skipIf(process.platform === "win32");
let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gatehouse it's-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("the token of a connect client", () => {
  it("is found under any spelling of the name that counts as the same, and by no other client", () => {
    writeConnectToken(home, "Claude-Desktop", "gth_x");
    expect(readConnectToken(home, "claude-desktop")).toBe("gth_x");
    expect(readConnectToken(home, "claude")).toBeUndefined();
    writeConnectToken(home, "claude-desktop", "gth_y");
    expect(readConnectToken(home, "Claude-Desktop")).toBe("gth_y");
  });

  posixOnly("is for this user alone", () => {
    writeConnectToken(home, "desk", "gth_x");
    expect(statSync(connectTokenFile(home, "desk")).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "connect")).mode & 0o777).toBe(0o700);
  });

  it("has a file name that every system takes", () => {
    expect(connectTokenFile("C:\\g", "CON", "win32")).toBe("C:\\g\\connect\\client-con.token");
    expect(connectTokenFile("/g", "a b@größe", "linux")).toMatch(
      /^\/g\/connect\/client-_[0-9a-f]{32}\.token$/,
    );
  });

  it("is none when the file holds anything else", () => {
    writeConnectToken(home, "desk", "two words");
    expect(readConnectToken(home, "desk")).toBeUndefined();
  });
});

describe("the command for stdio clients", () => {
  posixOnly("runs this version on this home, whatever the paths hold, and hands arguments on", () => {
    const script = join(home, "print $x `y`.mjs");
    writeFileSync(script, "console.log(JSON.stringify(process.argv.slice(2)))");
    writeConnectShim(home, [process.execPath, script], process.platform);
    const shim = join(home, "bin", "gatehouse-connect");
    expect(JSON.parse(execFileSync(shim, ["--client", "a b"], { encoding: "utf8" }))).toEqual([
      "connect",
      "--home",
      home,
      "--client",
      "a b",
    ]);
  });

  posixOnly("is written anew only when it is not what it should be", () => {
    const shim = join(home, "bin", "gatehouse-connect");
    writeConnectShim(home, ["/node", "/one.js"], process.platform);
    const { ino } = statSync(shim);
    chmodSync(shim, 0o644);
    writeConnectShim(home, ["/node", "/one.js"], process.platform);
    expect({ ino: statSync(shim).ino, mode: statSync(shim).mode & 0o777 }).toEqual({ ino, mode: 0o700 });
    writeConnectShim(home, ["/node", "/two.js"], process.platform);
    expect(readFileSync(shim, "utf8")).toContain("'/two.js'");
  });

  it("is a script of cmd on Windows", () => {
    expect(shimText("C:\\Users\\ada\\100%", ["C:\\n\\node.exe", "C:\\g.js"], "win32")).toBe(
      '@"C:\\n\\node.exe" "C:\\g.js" "connect" "--home" "C:\\Users\\ada\\100%%" %*\r\n',
    );
    expect(shimText("C:\\größe", ["C:\\g.exe"], "win32")).toBe(
      '@chcp 65001 >nul\r\n@"C:\\g.exe" "connect" "--home" "C:\\größe" %*\r\n',
    );
  });
});
