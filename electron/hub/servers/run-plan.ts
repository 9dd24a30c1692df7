import type { EraMemory } from "./era-memory.ts";
import type { ManagedServer } from "./managed-server.ts";
import type { ManagedServerDeps } from "./server-deps.ts";
import type { RunOptions } from "./server-run.ts";

/** How long a server may take to greet where its configuration does not say, in seconds. */
const DEFAULT_START_SECONDS = 120;

/** How a server is launched and greeted, as it is configured at each moment; `leaving` settles when the run before is gone. */
export function runPlan(
  server: Pick<ManagedServer, "name" | "config" | "place" | "owner">,
  deps: Pick<ManagedServerDeps, "transports" | "resolveLaunch" | "version">,
  eras: EraMemory,
  leaving: () => Promise<unknown> | undefined,
): RunOptions {
  return {
    transports: deps.transports,
    // There are never two of it: what the one before has left behind goes first.
    launch: async () => {
      const gone = leaving();
      if (gone !== undefined) await gone;
      const launch = await deps.resolveLaunch(server.name, server.config, server.place?.project ?? null);
      return { ...launch, account: server.place?.account };
    },
    startLimitMs: (server.config.startSeconds ?? DEFAULT_START_SECONDS) * 1_000,
    handshake: () => ({
      overHttp: server.config.type === "http",
      version: deps.version,
      capabilities: server.owner?.stored.capabilities,
      known: eras.toBeginWith(server.config.type === "sse"),
    }),
  };
}
