import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensurePackages, missingPackages } from "./system-packages.mjs";

const NEEDS = [
  { what: "libasound.so.2", packages: ["libasound2t64", "libasound2"] },
  { what: "Xvfb", packages: ["xvfb"] },
];
let folder = "";
const log = () => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
const program = (name: string, body: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-packages-"));
  vi.stubEnv("PATH", folder);
  program("apt-get", `echo "$@" >> "${join(folder, "log")}"`);
  // This release knows no name of the 64-bit time transition.
  program("apt-cache", 'case "$2" in *t64) exit 100;; *) echo found;; esac');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const user = (id: number): void => {
  vi.spyOn(process as { getuid: () => number }, "getuid").mockReturnValue(id);
};

test.runIf(process.platform === "linux")(
  "root installs what is missing, by the names this release knows",
  async () => {
    user(0);
    const told: string[] = [];
    expect(await ensurePackages(NEEDS, { progress: (line) => told.push(line) })).toBeUndefined();
    expect(log()).toEqual(["update -q", "install -y -q --no-install-recommends libasound2 xvfb"]);
    expect(told).toHaveLength(1);
  },
);

test.runIf(process.platform === "linux")("anybody else is told the one line to run", async () => {
  user(1000);
  expect(await ensurePackages(NEEDS)).toEqual({
    problem: "Missing on this system: libasound.so.2, Xvfb.",
    line: "sudo apt-get install -y libasound2 xvfb",
  });
});

test.runIf(process.platform === "linux")("a failed installation says why, and the line to run", async () => {
  user(0);
  program("apt-get", '[ "$1" = update ] || { echo "E: Unable to locate package" >&2; exit 100; }');
  expect(await ensurePackages(NEEDS)).toEqual({
    problem: "libasound.so.2, Xvfb could not be installed (E: Unable to locate package).",
    line: "apt-get install -y libasound2 xvfb",
  });
});

test.runIf(process.platform === "linux")("without apt the libraries are named", async () => {
  rmSync(join(folder, "apt-get"));
  user(1000);
  const answer = await ensurePackages(NEEDS);
  expect(answer?.line).toBe("install with your package manager: libasound.so.2, Xvfb");
});

test("where nothing is missing nothing is done", async () => {
  expect(await ensurePackages([])).toBeUndefined();
});

test.runIf(process.platform === "linux")("a program that is nowhere on the PATH is missing", () => {
  expect(missingPackages(["browser"]).map(({ what }) => what)).toEqual(["chromium"]);
});
