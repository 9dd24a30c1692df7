import type { ManagedServer } from "./managed-server.ts";

/** What names a server's instance for good: a changed definition replaces the object, not what hangs on it. */
export const instanceKey = (server: Pick<ManagedServer, "name" | "place">): string =>
  `${server.place?.key ?? ""}\n${server.name}`;
