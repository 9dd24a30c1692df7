import type { Config } from "../../../shared/model/config.ts";
import type { CallHistory, SessionStore } from "../ports/storage.ts";

/** How long the history is kept by `log`, and by the servers' own. */
export function keptHistory({ log, mcpServers }: Config): Parameters<CallHistory["keep"]>[0] {
  return {
    days: log.days,
    maxMb: log.maxMb,
    servers: Object.entries(mcpServers).flatMap(([name, server]) =>
      server.log?.days === undefined ? [] : [{ name, days: server.log.days }],
    ),
  };
}

/** Sessions that are opened though they cannot be written down, where calls are served unrecorded. */
export function servedUnrecorded(
  store: SessionStore,
  onFailure: () => Config["log"]["onFailure"],
): SessionStore {
  return {
    ...store,
    put: (session, committed) =>
      store.put(session, (error) => committed(onFailure() === "serve" ? undefined : error)),
  };
}
