import { describe, expect, it } from "vitest";
import { lookUp, planLaunch } from "./launch-plan.ts";

const disk =
  (files: readonly string[], plain: readonly string[] = []) =>
  (file: string) => ({
    isFile: [...files, ...plain].some((known) => known.toLowerCase() === file.toLowerCase()),
    executable: files.some((known) => known.toLowerCase() === file.toLowerCase()),
  });

describe("a command on POSIX", () => {
  const find = (command: string, files: string[], plain: string[] = []) =>
    lookUp({ command, cwd: "/here", env: { PATH: "/a:/b:" }, platform: "linux", probe: disk(files, plain) });

  it.each([
    ["npx", ["/b/npx"], "/b/npx"],
    ["npx", ["/a/npx", "/b/npx"], "/a/npx"],
    ["./run", ["/here/run"], "/here/run"],
    ["/opt/x", ["/opt/x"], "/opt/x"],
  ])("%s is found as the system would", (command, files, file) => {
    expect(find(command, files)).toEqual({ found: true, file, executable: true });
  });

  it("that stands there but may not be executed is told from a missing one", () => {
    expect(find("npx", ["/b/npx"], ["/a/npx"])).toEqual({ found: true, file: "/b/npx", executable: true });
    expect(find("npx", [], ["/a/npx"])).toEqual({ found: true, file: "/a/npx", executable: false });
    expect(find("npx", [])).toEqual({ found: false, byPath: false, searched: ["/a", "/b"] });
    expect(find("./npx", ["/a/npx"])).toEqual({ found: false, byPath: true, searched: ["/here/npx"] });
  });
});

describe("a command on Windows", () => {
  const env = { Path: 'C:\\node;"C:\\my tools"', PATHEXT: ".COM;.EXE;.BAT;.CMD", SystemRoot: "C:\\Windows" };
  const find = (command: string, files: string[]) =>
    lookUp({ command, cwd: "C:\\work", env, platform: "win32", probe: disk(files) });

  it.each([
    ["npx", ["C:\\node\\npx", "C:\\node\\npx.cmd"], "C:\\node\\npx.CMD"],
    ["node", ["C:\\node\\node.exe"], "C:\\node\\node.EXE"],
    ["npx.cmd", ["C:\\node\\npx.cmd"], "C:\\node\\npx.cmd"],
    ["tool", ["C:\\my tools\\tool.bat"], "C:\\my tools\\tool.BAT"],
    ["python3.11", ["C:\\node\\python3.11.exe"], "C:\\node\\python3.11.EXE"],
    ["run.ps1", ["C:\\node\\run.ps1"], "C:\\node\\run.ps1"],
    [".\\run", ["C:\\work\\run.exe"], "C:\\work\\run.EXE"],
    ["D:\\x\\y.exe", ["D:\\x\\y.exe"], "D:\\x\\y.exe"],
  ])("%s is found along PATH and PATHEXT", (command, files, file) => {
    expect(find(command, files)).toEqual({ found: true, file, executable: true });
  });

  it("is not looked for in the working folder", () => {
    expect(find("npx", ["C:\\work\\npx.cmd"])).toMatchObject({ found: false });
  });

  it.each([
    ["C:\\node\\node.EXE", { file: "C:\\node\\node.EXE", args: ["a b"], verbatim: false }],
    [
      "C:\\node\\npx.CMD",
      {
        file: "C:\\Windows\\System32\\cmd.exe",
        args: ["/d", "/e:ON", "/v:OFF", "/s", "/c", '""C:\\node\\npx.CMD" "a b""'],
        verbatim: true,
      },
    ],
    [
      "C:\\node\\run.ps1",
      {
        file: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        args: ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", "C:\\node\\run.ps1", "a b"],
        verbatim: false,
      },
    ],
    // Windows itself drops what stands at the end of these names.
    [
      "C:\\node\\npx.cmd.",
      {
        file: "C:\\Windows\\System32\\cmd.exe",
        args: ["/d", "/e:ON", "/v:OFF", "/s", "/c", '""C:\\node\\npx.cmd" "a b""'],
        verbatim: true,
      },
    ],
    [
      "C:\\node\\npx.cmd . .",
      {
        file: "C:\\Windows\\System32\\cmd.exe",
        args: ["/d", "/e:ON", "/v:OFF", "/s", "/c", '""C:\\node\\npx.cmd" "a b""'],
        verbatim: true,
      },
    ],
  ])("%s is run by what can run it", (file, expected) => {
    expect(planLaunch({ file, args: ["a b"], env, platform: "win32" })).toEqual(expected);
  });
});
