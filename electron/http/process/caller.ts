import type { ControlCaller } from "../../hub/ports/endpoint.ts";
import { findSocketOwner, type ProcessInfo } from "./proc-net.ts";

/** Finds the process at the other end of a loopback connection, or undefined when the system does not tell. */
export type CallerLookup = (remotePort: number, localPort: number) => ProcessInfo | undefined;

/** By /proc on Linux; elsewhere unknown. */
export const findCaller: CallerLookup = (remotePort, localPort) =>
  process.platform === "linux"
    ? findSocketOwner((row) => row.localPort === remotePort && row.remotePort === localPort)
    : undefined;

/** Describes a caller; the look-up walks over /proc, so it is made at the first reading and kept. */
export function createCaller(remotePort: number, localPort: number, lookup: CallerLookup): ControlCaller {
  let found: ProcessInfo | null | undefined;
  const look = (): ProcessInfo | null => {
    if (found === undefined) found = lookup(remotePort, localPort) ?? null;
    return found;
  };
  return {
    get remotePid() {
      return look()?.pid ?? null;
    },
    get executable() {
      const caller = look();
      return caller?.executable ?? caller?.name ?? null;
    },
  };
}
