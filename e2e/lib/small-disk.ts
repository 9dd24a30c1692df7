import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Mounts a tmpfs of so many KB on a folder; gives what unmounts it, or undefined where it may not be mounted. */
export function mountSmallDisk(folder: string, kilobytes: number): (() => void) | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  return () => {
    execFileSync("umount", ["-l", folder]);
  };
}

/** Leaves no room on the disk of a folder; gives what frees it again. */
export function fillDisk(folder: string): () => void {
  const names: string[] = [];
  for (let size = 1_048_576; size >= 512; size = Math.floor(size / 2)) {
    for (;;) {
      const name = join(folder, `filler-${names.length}`);
      names.push(name);
      try {
        writeFileSync(name, Buffer.alloc(size, 1));
      } catch {
        break;
      }
    }
  }
  return () => {
    for (const name of names) rmSync(name, { force: true });
  };
}
