import type { TransportFactory } from "../hub/ports/upstream.ts";
import { type Clock, type Log, systemClock } from "./clock.ts";
import type { LoginEnvironments } from "./environment/login-environment.ts";
import { formatMark } from "./environment/marker.ts";
import { createRemoteTransport } from "./remote/index.ts";
import { createStdioTransport } from "./stdio/stdio-transport.ts";
import type { ChildRegistry } from "./termination/guard.ts";
import { currentSystem, type ProcessSystem } from "./termination/process-system.ts";
import { defaultGrace, type Grace } from "./termination/terminate-tree.ts";

export {
  createLoginEnvironments,
  type LoginEnvironment,
  type LoginEnvironments,
} from "./environment/login-environment.ts";
export { loopbackRedirect } from "./oauth/loopback-redirect.ts";
export { createOAuthProtocol } from "./oauth/protocol.ts";
export { findCommand } from "./stdio/find-command.ts";
export { type ChildRegistry, startGuard } from "./termination/guard.ts";
export { createChildRecord, sweepLeftovers } from "./termination/leftovers.ts";
export { enterJob } from "./termination/windows-job.ts";
export { createProcessMeter } from "./usage/process-meter.ts";

export interface TransportFactoryOptions {
  /** Told of every process: the guard, and the record of children. */
  readonly registries: readonly ChildRegistry[];
  /** Random for each start of the hub, the same that the guard was given. Letters and digits. */
  readonly instance: string;
  readonly log: Log;
  /** Where servers' programs are found: `createLoginEnvironments(…)`. */
  readonly login: LoginEnvironments;
  /** Nothing is spawned before it settles: what has to be there for a child to be watched from its first instruction. */
  readonly ready?: Promise<unknown> | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly system?: ProcessSystem;
  readonly clock?: Clock;
  readonly grace?: Grace;
}

/** Opens transports to servers: child processes for stdio, HTTP for remote ones. */
export function createTransportFactory(options: TransportFactoryOptions): TransportFactory {
  const {
    registries,
    instance,
    log,
    login,
    ready,
    env: baseEnv = process.env,
    platform = process.platform,
    system = currentSystem(platform),
    clock = systemClock,
    grace = defaultGrace,
  } = options;
  let count = 0;
  return {
    open(launch, events) {
      const { config } = launch;
      if (config.type !== "stdio")
        return createRemoteTransport({ ...launch, config }, events, { clock, env: baseEnv });
      count += 1;
      const mark = formatMark(instance, launch.name, count);
      const deps = { platform, baseEnv, login, ready, mark, registries, system, clock, grace, log };
      return createStdioTransport({ ...launch, config }, events, deps);
    },
  };
}
