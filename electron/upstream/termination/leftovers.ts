import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { type Clock, type Log, sleep, systemClock } from "../clock.ts";
import { instancePrefix } from "../environment/marker.ts";
import { type AskEngine, endAllContainers } from "./containers.ts";
import { endAll } from "./end-all.ts";
import type { ChildRegistry } from "./guard.ts";
import type { ChildProcessRecord } from "./membership.ts";
import { currentSystem, type ProcessSystem } from "./process-system.ts";

const engineSchema = z.object({
  file: z.string(),
  args: z.array(z.string()).readonly(),
  env: z.record(z.string(), z.string()),
});
const childSchema = z.object({
  pid: z.int().min(2),
  startTime: z.number(),
  mark: z.string(),
  engine: engineSchema.optional(),
});
const recordSchema = z.object({
  instance: z.string().min(1),
  bootId: z.string(),
  children: z.array(childSchema),
});
type ChildRecordFile = z.infer<typeof recordSchema>;

/** How long a start waits for the containers of an earlier hub to be stopped, in milliseconds. */
const ENGINE_WAIT_MS = 3_000;

/** The file that names the processes of the running hub, for the case that hub and guard both die. */
export interface ChildRecord extends ChildRegistry {
  /** Removes the file: the hub ends in order, and nothing is left to be found. */
  close(): void;
}

/**
 * Keeps `file` (mode 0600, replaced atomically) in step with the living children. Call `sweepLeftovers` on it before:
 * the first write forgets the former hub's. A write that fails is logged; the guard still knows every child.
 */
export function createChildRecord(options: {
  file: string;
  instance: string;
  log: Log;
  system?: ProcessSystem;
}): ChildRecord {
  const { file, instance, log } = options;
  const bootId = (options.system ?? currentSystem()).bootId();
  const children = new Map<number, ChildProcessRecord>();
  const save = (): void => {
    const content: ChildRecordFile = { instance, bootId, children: [...children.values()] };
    try {
      writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      log("warn", `The record of started processes could not be written: ${String(error)}`);
    }
  };
  save();
  return {
    register(child) {
      children.set(child.pid, child);
      save();
    },
    unregister(pid) {
      if (children.delete(pid)) save();
    },
    close: () => rmSync(file, { force: true }),
  };
}

/**
 * Ends what a hub of this home left running when it and its guard died together, containers too. Start times and marks are checked:
 * a pid that has passed to a stranger is left alone. Resolves with how many were found and how many would not end;
 * a missing file means that there is nothing to do, and a damaged one is only reported.
 */
export async function sweepLeftovers(options: {
  recordFile: string;
  log: Log;
  system?: ProcessSystem;
  clock?: Clock;
  ask?: AskEngine;
}): Promise<{ found: number; left: number }> {
  const { recordFile, log, system = currentSystem(), clock = systemClock } = options;
  const record = readRecord(recordFile, log);
  if (record === undefined) return { found: 0, left: 0 };
  const prefix = instancePrefix(record.instance);
  const found = new Set<number>();
  const watched: ProcessSystem = {
    ...system,
    end: (entries, groups, signal) => {
      for (const entry of entries) found.add(entry.pid);
      return system.end(entries, groups, signal);
    },
  };
  const left = await endAll({
    system: watched,
    clock,
    log,
    prey: {
      // After a reboot no pid of then means anything.
      roots: record.bootId === system.bootId() ? record.children : [],
      hasMark: (mark) => mark.startsWith(prefix),
      trustGroups: false,
    },
    phases: [
      { signal: "SIGTERM", milliseconds: 500 },
      { signal: "SIGKILL", milliseconds: 3_000 },
    ],
    emptyLooks: 1,
  });
  if (found.size > 0) log("warn", `Ended ${found.size} processes that an earlier hub had left running.`);
  const containers = endAllContainers(record.children, record.instance, {
    log,
    ...(options.ask === undefined ? {} : { ask: options.ask }),
  }).then((count) => {
    if (count > 0) log("warn", `Stopped ${count} containers that an earlier hub had left running.`);
  });
  // An engine that does not answer must not keep the hub from starting; what it does later is done all the same.
  if (record.children.some(({ engine }) => engine !== undefined))
    await Promise.race([containers, sleep(clock, ENGINE_WAIT_MS)]);
  if (left.length > 0) log("error", `Processes ${left.map((entry) => entry.pid).join(", ")} would not end.`);
  return { found: found.size, left: left.length };
}

function readRecord(file: string, log: Log): ChildRecordFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    log("warn", `${file} is damaged, so processes of an earlier hub cannot be looked for: ${String(error)}`);
    return undefined;
  }
}
