import { readFileSync, rmSync } from "node:fs";
import type { RunFile } from "../../../shared/contract.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { writeFileAtomic } from "./atomic.ts";

/** Whether a process with this id exists (also when it is somebody else's). */
function processExists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Writes run.json whole, readable by this user alone. Throws GatehouseError home_unusable. */
export function writeRunFile(file: string, run: RunFile): void {
  try {
    writeFileAtomic(file, `${JSON.stringify(run, null, 2)}\n`, 0o600);
  } catch (error) {
    throw new GatehouseError(
      "home_unusable",
      `${file}, by which the other commands find the hub, cannot be written: ${sentenceOf(error)}`,
      "See that the disk has room and that you may write to the home folder.",
      error,
    );
  }
}

/** Where the running hub is; undefined when there is no run.json, when it is damaged, or when its process is gone. */
export function readRunFile(
  file: string,
  exists: (pid: number) => boolean = processExists,
): RunFile | undefined {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
  return isRunFile(json) && exists(json.pid) ? json : undefined;
}

/** As `runFileSchema` of the contract, by hand: `connect` reads this file and must stay small, without zod. */
function isRunFile(json: unknown): json is RunFile {
  if (typeof json !== "object" || json === null) return false;
  const { pid, port, url, token, version, startedAt } = json as Partial<Record<keyof RunFile, unknown>>;
  const texts = [url, token, version, startedAt];
  return Number.isInteger(pid) && Number.isInteger(port) && texts.every((text) => typeof text === "string");
}

/** Removes the run.json of a hub that was killed: to be called under the home's lock. What cannot be removed is told when it is written. */
export function clearRunFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // As above.
  }
}

/** Removes run.json, unless it tells of another hub that is alive. */
export function removeRunFile(file: string, ownPid: number = process.pid): void {
  const current = readRunFile(file);
  if (current === undefined || current.pid === ownPid) rmSync(file, { force: true });
}
