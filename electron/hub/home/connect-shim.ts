import { chmodSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { connectShim } from "../../../shared/client-setup.ts";
import { writeFileAtomic } from "./atomic.ts";

/**
 * Writes the command that stdio clients are told to run, unless it is there already: it stays where it is over updates of
 * Gatehouse, while what it runs moves. `program` is how the `gatehouse` command is run now. Throws what the file system throws.
 */
export function writeConnectShim(home: string, program: readonly string[], platform: NodeJS.Platform): void {
  const file = connectShim(home);
  const text = shimText(home, program, platform);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (read(file) !== text) writeFileAtomic(file, text, 0o700);
  else if (platform !== "win32" && (statSync(file).mode & 0o777) !== 0o700) chmodSync(file, 0o700);
}

/** The script, for the platform's own interpreter. */
export function shimText(home: string, program: readonly string[], platform: NodeJS.Platform): string {
  const words = [...program, "connect", "--home", home];
  if (platform !== "win32") return `#!/bin/sh\nexec ${words.map(quotedForShell).join(" ")} "$@"\n`;
  const line = words.map(quotedForCmd).join(" ");
  // cmd reads scripts in the console's code page.
  const unicode = /^[\x20-\x7e]*$/.test(line) ? "" : "@chcp 65001 >nul\r\n";
  return `${unicode}@${line} %*\r\n`;
}

const quotedForShell = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Windows paths hold no quotes; a percent sign would name a variable. */
const quotedForCmd = (word: string): string => `"${word.replaceAll("%", "%%")}"`;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
