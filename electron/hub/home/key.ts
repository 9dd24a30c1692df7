import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, linkSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { besideFile, writeNewFile } from "./atomic.ts";

const KEY_BYTES = 32;

/**
 * The home's own secret, by which a hub proves that it serves this home. Undefined when there is none yet.
 * Throws `home_unusable` when it cannot be read or is damaged.
 */
export function readHomeKey(keyFile: string): Buffer | undefined {
  let key: Buffer;
  try {
    key = readFileSync(keyFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new GatehouseError(
      "home_unusable",
      `the home's key ${keyFile} cannot be read: ${sentenceOf(error)}`,
      "See that it is yours and that you may read it: clients, and the history's chain, depend on it.",
      error,
    );
  }
  if (key.length !== KEY_BYTES)
    throw unusable(keyFile, `it holds ${key.length} bytes instead of ${KEY_BYTES}`);
  return key;
}

/** The same, made on first use. Two processes that make it at once end up with one and the same key. */
export function ensureHomeKey(keyFile: string): Buffer {
  const existing = readHomeKey(keyFile);
  if (existing !== undefined) {
    tighten(keyFile);
    return existing;
  }
  const temporary = besideFile(keyFile);
  try {
    writeNewFile(temporary, randomBytes(KEY_BYTES), 0o600);
    publish(temporary, keyFile);
  } catch (error) {
    throw new GatehouseError(
      "home_unusable",
      `the home's key ${keyFile} cannot be made: ${sentenceOf(error)}`,
      "See that the disk has room and that you may write to the home folder.",
      error,
    );
  } finally {
    rmSync(temporary, { force: true });
  }
  const made = readHomeKey(keyFile);
  if (made === undefined) throw unusable(keyFile, "it vanished while it was made");
  return made;
}

/** The hub's answer to a caller's challenge: HMAC-SHA256(key, "gatehouse-control/1:" + challenge), hex. */
export function proveHub(key: Uint8Array, challenge: string): string {
  return createHmac("sha256", key).update(`gatehouse-control/1:${challenge}`).digest("hex");
}

/**
 * The challenge that a proof over HTTP is made of (GET /healthz with Gatehouse-Challenge): it names the port on which it
 * was asked, so that whoever listens on another one cannot have the hub answer in its place.
 */
export const httpChallenge = (port: number, challenge: string): string => `http:${port}:${challenge}`;

/** Whether a proof is the right one, in constant time. */
export function isHubProof(key: Uint8Array, challenge: string, proof: string): boolean {
  const expected = Buffer.from(proveHub(key, challenge));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A link fails if the name exists, so that the first of two makers wins; not every file system has links. */
function publish(temporary: string, keyFile: string): void {
  try {
    linkSync(temporary, keyFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    if (readHomeKey(keyFile) === undefined) renameSync(temporary, keyFile);
  }
}

function tighten(keyFile: string): void {
  if (process.platform === "win32") return;
  if ((statSync(keyFile).mode & 0o077) !== 0) chmodSync(keyFile, 0o600);
}

const unusable = (keyFile: string, why: string, cause?: unknown): GatehouseError =>
  new GatehouseError(
    "home_unusable",
    `the home's key ${keyFile} cannot be used: ${why}`,
    "Stop the hub and remove that file; the next start makes a new one.",
    cause,
  );
