import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Role } from "../../../shared/contract.ts";
import { isBrowserToken, mintBrowserToken } from "./browser-token.ts";

/** How long a one-time code of /ui/ lives, in milliseconds. */
const CODE_LIFE_MS = 60_000;

/**
 * The control tokens of this run of the hub, in memory only (the operator's is also in run.json); a browser's alone
 * outlives it. A role is looked up by the token, never declared by the caller. There is no owner token: the owner's credential is its IPC channel.
 */
export class ControlTokens {
  readonly #roles: { hash: Buffer; role: Exclude<Role, "owner"> }[] = [];
  #codes: { hash: Buffer; expires: number }[] = [];
  readonly #homeKey: Uint8Array;

  constructor(homeKey: Uint8Array) {
    this.#homeKey = homeKey;
  }

  /** Mints a token for a role. */
  mint(role: Exclude<Role, "owner">): string {
    const token = `ctl_${randomBytes(32).toString("base64url")}`;
    this.#roles.push({ hash: digest(token), role });
    return token;
  }

  /** Mints the token with which a browser that came with a code comes back. */
  mintForBrowser(now: number): string {
    return mintBrowserToken(this.#homeKey, now);
  }

  /** The role of a token, or undefined. Every candidate is compared in constant time. */
  roleOf(token: string, now: number): Role | undefined {
    if (isBrowserToken(this.#homeKey, token, now)) return "viewer";
    const hash = digest(token);
    let role: Role | undefined;
    for (const entry of this.#roles) if (timingSafeEqual(entry.hash, hash)) role = entry.role;
    return role;
  }

  /** Whether a token was minted for a viewer by the owner: a window of the desktop has it, a browser does not. */
  isWindow(token: string): boolean {
    const hash = digest(token);
    return this.#roles.some((entry) => entry.role === "viewer" && timingSafeEqual(entry.hash, hash));
  }

  /** Mints a code that opens one viewer session within a minute. */
  mintCode(now: number): string {
    const code = randomBytes(24).toString("base64url");
    this.#codes = [
      ...this.#codes.filter((entry) => entry.expires > now),
      { hash: digest(code), expires: now + CODE_LIFE_MS },
    ];
    return code;
  }

  /** Spends a code: true exactly once, within its life. */
  spendCode(code: string, now: number): boolean {
    const hash = digest(code);
    const found = this.#codes.find((entry) => timingSafeEqual(entry.hash, hash));
    if (found === undefined) return false;
    this.#codes = this.#codes.filter((entry) => entry !== found);
    return found.expires > now;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
