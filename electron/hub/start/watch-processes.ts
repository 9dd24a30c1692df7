import {
  type ChildRegistry,
  createChildRecord,
  enterJob,
  startGuard,
  sweepLeftovers,
} from "../../upstream/index.ts";
import type { Log } from "../log.ts";
import { ownScript } from "./own-files.ts";

/** Sweeps what an earlier hub has left, and has this one's processes watched; a hub that starts none needs no guard. */
export async function watchProcesses(
  startsServers: boolean,
  recordFile: string,
  instance: string,
  log: Log,
): Promise<{ registries: ChildRegistry[]; ready?: Promise<unknown>; close(): Promise<void> }> {
  if (!startsServers) return { registries: [], close: () => Promise.resolve() };
  // What the hub starts before it is in the job would not be: servers wait for it, the hub does not.
  const job = process.platform === "win32" ? { ready: enterJob({ log }) } : {};
  await sweepLeftovers({ recordFile, log });
  const record = createChildRecord({ file: recordFile, instance, log });
  const guard = startGuard({
    script: ownScript("guard", "upstream/termination/guard-main.ts"),
    nodePath: process.execPath,
    instance,
    log,
  });
  return {
    ...job,
    registries: [guard, record],
    async close() {
      await guard.close();
      record.close();
    },
  };
}
