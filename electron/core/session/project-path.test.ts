import { expect, it } from "vitest";
import { projectPath } from "./project-path.ts";

it.each<[string, string | undefined]>([
  ["/home/a/proj", "/home/a/proj"],
  ["/home/a//./b/../proj/", "/home/a/proj"],
  ["/../..", "/"],
  ["file:///home/a/my%20proj", "/home/a/my proj"],
  ["file:///home/%C3%A4", "/home/ä"],
  ["FILE:///x", "/x"],
  ["-rf", undefined],
  ["proj", undefined],
  ["~/proj", undefined],
  ["", undefined],
  ["C:\\proj", undefined],
  ["/a\nb", undefined],
  ["/a\0b", undefined],
  ["file://elsewhere/share", undefined],
  ["file:///a%2fb", undefined],
  ["file:///a%00b", undefined],
  ["file:///a%ff", undefined],
  ["https://example.com/x", undefined],
  [`/${"x".repeat(5_000)}`, undefined],
])("on POSIX systems %j is the folder %j", (text, expected) => {
  expect(projectPath(text, false)).toBe(expected);
});

it.each<[string, string | undefined]>([
  ["c:\\work\\proj\\", "C:\\work\\proj"],
  ["C:/work/../proj", "C:\\proj"],
  ["file:///c:/dev/my%20proj", "C:\\dev\\my proj"],
  ["file:///c%3A/work", "C:\\work"],
  ["\\\\host\\share\\a\\..\\b", "\\\\host\\share\\b"],
  ["file://host/share/b", "\\\\host\\share\\b"],
  ["C:", undefined],
  ["C:work", undefined],
  ["\\work", undefined],
  ["\\\\?\\C:\\x", undefined],
  ["\\\\.\\pipe\\x", undefined],
  ["/home/a", undefined],
])("on Windows %j is the folder %j", (text, expected) => {
  expect(projectPath(text, true)).toBe(expected);
});
