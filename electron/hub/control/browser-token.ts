import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How long a browser may come back without a new one-time code, in milliseconds. */
const LIFE_MS = 7 * 86_400_000;

/**
 * The viewer's token that a browser gets for its one-time code. It is signed with the home's key and not stored, so that
 * an open page goes on with the next run of the hub.
 */
export function mintBrowserToken(homeKey: Uint8Array, now: number): string {
  const body = `ui_${(now + LIFE_MS).toString(36)}_${randomBytes(16).toString("hex")}`;
  return `${body}_${sign(homeKey, body)}`;
}

/** Whether a token was minted for this home and is not too old. */
export function isBrowserToken(homeKey: Uint8Array, token: string, now: number): boolean {
  const match = /^(ui_([0-9a-z]{8,9})_[0-9a-f]{32})_([0-9a-f]{64})$/.exec(token);
  if (match === null) return false;
  const [, body = "", expires = "", mac = ""] = match;
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(sign(homeKey, body)))) return false;
  return Number.parseInt(expires, 36) > now;
}

const sign = (homeKey: Uint8Array, body: string): string =>
  createHmac("sha256", homeKey).update(`gatehouse-browser-token/1:${body}`).digest("hex");
