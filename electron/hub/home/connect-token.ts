import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, posix, win32 } from "node:path";
import { writeFileAtomic } from "./atomic.ts";

/** Names of clients that can stand in a file's name on every system as they are. */
const PLAIN = /^[a-z0-9][a-z0-9._-]*$/;

/** Where the token of `gatehouse connect --client NAME` lies; names that count as equal have one file. */
export function connectTokenFile(
  home: string,
  client: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const name = client.normalize("NFC").toLowerCase();
  const safe = PLAIN.test(name) ? name : `_${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  // The prefix keeps clear of the names that Windows reserves ("con", "nul").
  return (platform === "win32" ? win32 : posix).join(home, "connect", `client-${safe}.token`);
}

/** Writes a client's token, readable by this user alone. Throws what the file system throws. */
export function writeConnectToken(home: string, client: string, token: string): void {
  const file = connectTokenFile(home, client);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileAtomic(file, `${token}\n`, 0o600);
}

/** A client's token; undefined when there is none or it cannot be read as one. */
export function readConnectToken(home: string, client: string): string | undefined {
  try {
    const text = readFileSync(connectTokenFile(home, client), "latin1").trim();
    return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
