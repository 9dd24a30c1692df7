import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isBuilt } from "./build.mjs";

const PRODUCTS = [
  "dist/node/gatehouse.js",
  "dist/node/guard.js",
  "dist/renderer/index.html",
  "dist/desktop/main.js",
  "dist/preload/preload.cjs",
];
const LONG_AGO = new Date("2020-01-01");
const LATER = new Date("2020-01-02");

let root: string;
const put = (path: string, time: Date): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
  utimesSync(join(root, path), time, time);
};
const age = (folder: string, time: Date): void => utimesSync(join(root, folder), time, time);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gatehouse-build-"));
  put("electron/cli/main.ts", LONG_AGO);
  for (const folder of ["electron/cli", "electron"]) age(folder, LONG_AGO);
  for (const product of PRODUCTS) put(product, LATER);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("dist/", () => {
  it("is built when every part is newer than every source", () => {
    expect(isBuilt(root)).toBe(true);
  });

  it("is not built while a part is missing", () => {
    rmSync(join(root, "dist/node/guard.js"));
    expect(isBuilt(root)).toBe(false);
  });

  it("is stale after a source has changed", () => {
    put("electron/cli/main.ts", new Date("2020-01-03"));
    expect(isBuilt(root)).toBe(false);
  });

  it("is stale after a source was removed", () => {
    rmSync(join(root, "electron/cli/main.ts"));
    expect(isBuilt(root)).toBe(false);
  });

  it("is not stale because of a test", () => {
    put("electron/cli/main.test.ts", new Date("2020-01-03"));
    age("electron/cli", LONG_AGO);
    expect(isBuilt(root)).toBe(true);
  });
});
