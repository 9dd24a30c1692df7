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

/** Sessions that are opened though they cannot be written down, as far as `isServed` says that calls are served all the same. */
export function servedUnrecorded(store: SessionStore, isServed: () => boolean): SessionStore {
  return {
    ...store,
    put: (session, committed) => store.put(session, (error) => committed(isServed() ? undefined : error)),
  };
}
