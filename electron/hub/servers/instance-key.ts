import type { ManagedServer } from "./managed-server.ts";

/** What names a server's instance for good: a changed definition replaces the object, not what hangs on it. */
export const instanceKey = (server: Pick<ManagedServer, "name" | "owner">): string =>
  `${server.owner?.id ?? ""}\n${server.name}`;
