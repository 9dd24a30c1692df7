import { type Check, type Finding, fail, ok, warn } from "../check.ts";
import type { DoctorSystem } from "../system.ts";

const MEGABYTE = 1024 * 1024;
const LOW_BYTES = 1024 * MEGABYTE;
const VERY_LOW_BYTES = 100 * MEGABYTE;
/** The clock cannot stand before this version was made. */
const MADE_AT = Date.parse("2026-01-01T00:00:00Z");
/** By how much recorded calls may lie ahead: two clocks of one machine never agree wholly. */
const AHEAD_MS = 5 * 60_000;

export interface MachineFacts {
  readonly home: string;
  /** When the newest recorded call was made, in milliseconds since the epoch; undefined when there is none. */
  readonly newestCall: () => Promise<number | undefined>;
}

/** The machine's clock, and the room on its disk. */
export const machineChecks = (system: DoctorSystem, facts: MachineFacts): Check[] => [
  { id: "clock", group: "machine", title: "Clock", run: () => clock(system, facts) },
  { id: "disk", group: "machine", title: "Disk", run: () => disk(system, facts) },
];

async function clock(system: DoctorSystem, { newestCall }: MachineFacts): Promise<Finding> {
  const now = system.now();
  const advice = "Set the clock, best by the network's time.";
  const said = `the clock says ${new Date(now).toISOString()}`;
  if (now < MADE_AT)
    return fail("clock_wrong", `${said}, which is before this version of Gatehouse was made`, advice);
  const newest = await newestCall();
  if (newest !== undefined && newest - now > AHEAD_MS)
    return warn(
      "clock_wrong",
      `${said}, but a call was recorded at ${new Date(newest).toISOString()}`,
      advice,
    );
  return ok(said);
}

async function disk(system: DoctorSystem, { home }: MachineFacts): Promise<Finding> {
  const free = await system.freeBytes(home);
  if (free === undefined) return ok("the system does not tell how much room is left");
  const sentence = `${bytesText(free)} are free on the disk of ${home}`;
  if (free < VERY_LOW_BYTES)
    return fail("disk_low", sentence, "Make room: calls that cannot be recorded are not answered.");
  return free < LOW_BYTES ? warn("disk_low", sentence, "Make room soon.") : ok(sentence);
}

/** "12 MB", "3.4 GB". */
export function bytesText(bytes: number): string {
  if (bytes < MEGABYTE) return `${Math.ceil(bytes / 1024)} KB`;
  const megabytes = bytes / MEGABYTE;
  return megabytes < 1024 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
