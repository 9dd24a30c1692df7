import type { HubDeps } from "../hub-deps.ts";
import type { OpenTelemetry } from "../ports/telemetry.ts";
import { Telemetry } from "./telemetry.ts";

const none: OpenTelemetry = () => Promise.reject(new Error("this hub was built without telemetry"));

/** The telemetry of a hub; what it is not given for it, it has not. */
export function hubTelemetry(
  deps: Pick<HubDeps, "openTelemetry" | "version" | "expandHeaders" | "log">,
): Telemetry {
  return new Telemetry({
    open: deps.openTelemetry ?? none,
    version: deps.version,
    expand: deps.expandHeaders ?? ((headers) => Promise.resolve({ ...headers })),
    log: deps.log,
  });
}
