import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ignoresCase } from "./machine.ts";
import { realPath } from "./real-path.ts";

let folder = "";
const at = (...names: string[]): string => join(folder, ...names);
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-real-")));
  mkdirSync(at("real", "deep"), { recursive: true });
  writeFileSync(at("real", "file"), "");
  symlinkSync(at("real"), at("link"));
  symlinkSync("real", at("relative"));
  symlinkSync(at("nowhere", "new"), at("dangling"));
  symlinkSync("nowhere", at("real", "inner"));
  symlinkSync(at("loop"), at("loop"));
  symlinkSync(at("dangling"), at("chain"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each<[what: string, path: string[], real: string[] | undefined]>([
  ["a plain file is itself", ["real", "file"], ["real", "file"]],
  ["a link is its target", ["link", "file"], ["real", "file"]],
  ["a relative link is its target", ["relative", "deep"], ["real", "deep"]],
  ["what does not exist yet lies where its folder really is", ["link", "new", "x"], ["real", "new", "x"]],
  ["a link that leads nowhere counts by its target", ["dangling"], ["nowhere", "new"]],
  ["what is below a link that leads nowhere, too", ["dangling", "x"], ["nowhere", "new", "x"]],
  [
    "a relative link that leads nowhere counts from where it is",
    ["link", "inner", "x"],
    ["real", "nowhere", "x"],
  ],
  ["a link to a link that leads nowhere", ["chain", "x"], ["nowhere", "new", "x"]],
  ["what is below a file is below it", ["real", "file", "x"], ["real", "file", "x"]],
  ["a loop cannot be told", ["loop", "x"], undefined],
])("%s", (_, path, real) => {
  expect(realPath(at(...path))).toBe(real === undefined ? undefined : at(...real));
});

it("a root that does not exist cannot be told", () => {
  expect(realPath("Q:\\nowhere\\x", "win32")).toBeUndefined();
});

it("whether a folder's name ignores case is seen on the disk", () => {
  expect(ignoresCase(at("real"))).toBe(process.platform !== "linux");
  expect(ignoresCase(at("gone"))).toBeUndefined();
  expect(ignoresCase("/")).toBeUndefined();
});
