import { writeFileSync } from "node:fs";

/**
 * Takes memory out of core dumps of this process and of what it starts, on Linux: a crash must not leave secrets in a
 * file. (Node cannot set limits; macOS and Windows write no dumps of such processes unless they were set up to.)
 */
export function keepMemoryOutOfDumps(platform: NodeJS.Platform = process.platform): void {
  if (platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // A kernel without dumps has no such file.
  }
}
