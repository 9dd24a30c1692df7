import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openReserve, type Reserve } from "./reserve.ts";

const messages: string[] = [];
const reserveOf = (folder: string): Reserve => {
  const reserve = openReserve(join(folder, "reserve"), (level, message) =>
    messages.push(`${level}: ${message}`),
  );
  onTestFinished(() => reserve.close());
  return reserve;
};
const reserved = (folder: string): number =>
  statSync(join(folder, "reserve"), { throwIfNoEntry: false })?.size ?? 0;

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-reserve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on a tmpfs of so many KB; undefined where it may not be mounted. */
function smallDisk(kilobytes: number): string | undefined {
  const folder = folderForTest();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder]);
  });
  return folder;
}

/** Leaves about so many bytes of room. */
function fillUpTo(folder: string, left: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const filler = join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(bavail * bsize - left, 1));
  return filler;
}

test("room is reserved where there is enough, and nothing is said", () => {
  const folder = folderForTest();
  const reserve = reserveOf(folder);
  expect(reserved(folder)).toBe(512 * 1024);
  expect(reserve.problem()).toBeUndefined();
  if (process.platform !== "win32") expect(statSync(join(folder, "reserve")).mode & 0o777).toBe(0o600);
});

test("on a full disk the reserve is given up at the start, which is told until there is room again", async (context) => {
  const folder = smallDisk(8_000);
  if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
  reserveOf(folder).close();
  const filler = fillUpTo(folder, 0);
  expect(() => writeFileSync(join(folder, "run.json"), Buffer.alloc(100_000))).toThrow("ENOSPC");

  const reserve = reserveOf(folder);
  expect(existsSync(join(folder, "reserve"))).toBe(false);
  writeFileSync(join(folder, "run.json"), Buffer.alloc(100_000));
  expect(reserve.problem()).toMatchObject({ code: "disk_low", message: expect.stringContaining(folder) });
  const over = new Promise<void>((resolve) => reserve.onChanged(resolve));
  rmSync(filler);
  await over;
  expect(reserve.problem()).toBeUndefined();
  expect(reserved(folder)).toBe(512 * 1024);
});

test("at its end the hub takes what room there is, so that the next start on the full disk has some", (context) => {
  const folder = smallDisk(8_000);
  if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
  fillUpTo(folder, 100 * 1024);
  const reserve = reserveOf(folder);
  expect(reserve.problem()).toMatchObject({ code: "disk_low" });
  reserve.close();
  expect(reserved(folder)).toBeGreaterThanOrEqual(64 * 1024);
  expect(reserveOf(folder).problem()).toMatchObject({ code: "disk_low" });
  expect(reserved(folder)).toBe(0);
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "a folder that cannot be written is nothing that the reserve complains of (as root every folder can be)",
  () => {
    const folder = folderForTest();
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    expect(reserveOf(folder).problem()).toBeUndefined();
  },
);
