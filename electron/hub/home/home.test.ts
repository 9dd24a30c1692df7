import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "./atomic.ts";
import { ensureHomeKey, isHubProof, proveHub, readHomeKey } from "./key.ts";
import { chooseHome, homeFiles, prepareHome } from "./paths.ts";
import { readRunFile, removeRunFile, writeRunFile } from "./run-file.ts";

const posixOnly = it.skipIf(process.platform === "win32");
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-home-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the home folder", () => {
  const linux = { platform: "linux" as const, homedir: "/home/ada", cwd: "/here" };
  const mac = { platform: "darwin" as const, homedir: "/Users/ada", cwd: "/here" };
  const windows = { platform: "win32" as const, homedir: "C:\\Users\\ada", cwd: "D:\\work" };
  it.each([
    ["/home/ada/.config/gatehouse", undefined, linux, {}],
    ["/xdg/gatehouse", undefined, linux, { XDG_CONFIG_HOME: "/xdg" }],
    ["/home/ada/.config/gatehouse", undefined, linux, { XDG_CONFIG_HOME: "relative" }],
    ["/home/ada/.config/gatehouse", undefined, linux, { XDG_CONFIG_HOME: "", GATEHOUSE_HOME: "" }],
    ["/env/home", undefined, linux, { GATEHOUSE_HOME: "/env/home", XDG_CONFIG_HOME: "/xdg" }],
    ["/here/mine", "mine", linux, { GATEHOUSE_HOME: "/env/home" }],
    ["/mine", "/mine/", linux, {}],
    ["/Users/ada/Library/Application Support/Gatehouse", undefined, mac, { XDG_CONFIG_HOME: "/xdg" }],
    ["/env/home", undefined, mac, { GATEHOUSE_HOME: "/env/home" }],
    ["C:\\Roaming\\Gatehouse", undefined, windows, { APPDATA: "C:\\Roaming" }],
    ["C:\\Users\\ada\\AppData\\Roaming\\Gatehouse", undefined, windows, {}],
    ["D:\\work\\mine", "mine", windows, { APPDATA: "C:\\Roaming" }],
    ["E:\\home", undefined, windows, { GATEHOUSE_HOME: "E:\\home" }],
  ])("is %s for the option %s", (expected, option, around, env) => {
    expect(chooseHome(option, { ...around, env })).toBe(expected);
  });

  it("refuses an empty option", () => {
    expect(() => chooseHome("", { ...linux, env: {} })).toThrow("--home is empty");
  });

  it("has its files inside", () => {
    expect(homeFiles("C:\\g", "win32").config).toBe("C:\\g\\gatehouse.json");
    expect(homeFiles("/g", "linux")).toEqual({
      home: "/g",
      config: "/g/gatehouse.json",
      database: "/g/gatehouse.db",
      lockFile: "/g/hub.lock",
      reserve: "/g/reserve",
      runFile: "/g/run.json",
      keyFile: "/g/home.key",
      logs: "/g/logs",
      children: "/g/children",
      noProject: "/g/no-project",
    });
  });

  posixOnly("is created for the user alone, and a looser one is tightened", () => {
    const home = join(folder, "a", "b");
    prepareHome(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    chmodSync(home, 0o755);
    prepareHome(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  it("that is a file is refused with what to do", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => prepareHome(file)).toThrow(expect.objectContaining({ code: "home_unusable" }));
  });
});

describe("an atomic write", () => {
  it("replaces the contents, sets the mode and leaves nothing behind", () => {
    const file = join(folder, "f");
    writeFileSync(file, "old", { mode: 0o644 });
    writeFileAtomic(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["f"]);
  });

  it("that fails leaves the old file and no temporary one", () => {
    mkdirSync(join(folder, "f"));
    expect(() => writeFileAtomic(join(folder, "f"), "new")).toThrow();
    expect(readdirSync(folder)).toEqual(["f"]);
  });
});

describe("the home key", () => {
  it("is made once, for the user alone, and proves the hub", () => {
    const file = join(folder, "home.key");
    expect(readHomeKey(file)).toBeUndefined();
    const key = ensureHomeKey(file);
    expect(key).toHaveLength(32);
    expect(ensureHomeKey(file)).toEqual(key);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    const proof = proveHub(key, "ab");
    expect(proof).toMatch(/^[0-9a-f]{64}$/);
    expect([isHubProof(key, "ab", proof), isHubProof(key, "ac", proof), isHubProof(key, "ab", "")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(readdirSync(folder)).toEqual(["home.key"]);
  });

  it("that is damaged is refused, not replaced", () => {
    const file = join(folder, "home.key");
    writeFileSync(file, "short");
    expect(() => ensureHomeKey(file)).toThrow("holds 5 bytes instead of 32");
  });
});

describe("run.json", () => {
  const run = {
    pid: process.pid,
    port: 4780,
    url: "http://127.0.0.1:4780/mcp",
    token: "t",
    version: "1",
    startedAt: "2026-01-01T00:00:00.000Z",
  };
  it("comes back as it was written, and is gone after removal", () => {
    const file = join(folder, "run.json");
    writeRunFile(file, run);
    expect(readRunFile(file)).toEqual(run);
    removeRunFile(file);
    expect(existsSync(file)).toBe(false);
  });

  it("of a process that is gone, or damaged, counts as none", () => {
    const file = join(folder, "run.json");
    writeRunFile(file, run);
    expect(readRunFile(file, () => false)).toBeUndefined();
    writeFileSync(file, "{");
    expect(readRunFile(file)).toBeUndefined();
    expect(readRunFile(join(folder, "none"))).toBeUndefined();
  });

  it("of another living hub is not removed", () => {
    const file = join(folder, "run.json");
    writeRunFile(file, run);
    removeRunFile(file, process.pid + 1);
    expect(existsSync(file)).toBe(true);
  });
});
