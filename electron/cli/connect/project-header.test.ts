import { expect, it } from "vitest";
import { projectPath } from "../../core/session/project-path.ts";
import { projectHeader } from "./project-header.ts";

const linux = { homedir: "/home/ada", home: "/home/ada/.config/gatehouse", platform: "linux" as const };
const windows = {
  homedir: "C:\\Users\\ada",
  home: "C:\\Users\\ada\\AppData\\Roaming\\Gatehouse",
  platform: "win32" as const,
  systemRoot: "C:\\Windows",
};

it.each([
  [linux, "/home/ada/proj", "/home/ada/proj"],
  [linux, "/", undefined],
  [linux, "/home/ada", undefined],
  [linux, "/home/ada/.config/gatehouse", undefined],
  [linux, "/home/ada/größe", "file:///home/ada/gr%C3%B6%C3%9Fe"],
  [windows, "D:\\proj", "D:\\proj"],
  [windows, "C:\\", undefined],
  [windows, "c:\\users\\ADA", undefined],
  [windows, "C:\\Windows\\system32", undefined],
  [windows, "D:\\größe", "file:///D:/gr%C3%B6%C3%9Fe"],
])("%o in %s names the project %s", (around, cwd, expected) => {
  const header = projectHeader({ ...around, cwd });
  expect(header).toBe(expected);
  if (header !== undefined) expect(projectPath(header, around.platform === "win32")).toBe(cwd);
});
