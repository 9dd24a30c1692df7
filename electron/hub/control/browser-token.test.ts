import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isBrowserToken, mintBrowserToken } from "./browser-token.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-22T12:00:00Z");
const key = randomBytes(32);

test("a browser's token holds for a week, in every run of the same home's hub and in no other home's", () => {
  const token = mintBrowserToken(key, NOW);
  expect(isBrowserToken(Uint8Array.from(key), token, NOW + 6 * DAY)).toBe(true);
  expect(isBrowserToken(key, token, NOW + 7 * DAY)).toBe(false);
  expect(isBrowserToken(randomBytes(32), token, NOW)).toBe(false);
  expect(mintBrowserToken(key, NOW)).not.toBe(token);
});

test("a browser's token that was changed anywhere is none", () => {
  const token = mintBrowserToken(key, NOW);
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === "0" ? "1" : "0";
    expect(isBrowserToken(key, token.slice(0, at) + other + token.slice(at + 1), NOW)).toBe(false);
  }
  for (const other of ["", "ui_", `${token}0`, token.slice(0, -1), ` ${token}`, token.toUpperCase()])
    expect(isBrowserToken(key, other, NOW)).toBe(false);
});
