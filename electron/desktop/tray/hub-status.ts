import type { Status } from "../../../shared/contract.ts";
import type { ControlClient } from "../../../shared/control-client.ts";
import type { ServerSummary } from "../../../shared/model/server.ts";

/** Follows what the tray tells of a running hub. Returns the disposer. */
export function followStatus(
  client: ControlClient,
  changed: (status: Pick<Status, "hub" | "servers">) => void,
): () => void {
  let disposed = false;
  let hub: Status["hub"] | undefined;
  const servers = new Map<string, ServerSummary>();
  const tell = (): void => {
    if (!disposed && hub !== undefined) changed({ hub, servers: [...servers.values()] });
  };
  const disposers = [
    client.on("hubChanged", (next) => {
      hub = next;
      tell();
    }),
    client.on("serverChanged", (server) => {
      servers.set(server.name, server);
      tell();
    }),
    client.on("serverRemoved", ({ name }) => {
      servers.delete(name);
      tell();
    }),
  ];
  client.call("hub.status", {}).then(
    (status) => {
      hub ??= status.hub;
      for (const server of status.servers) if (!servers.has(server.name)) servers.set(server.name, server);
      tell();
    },
    () => {},
  );
  return () => {
    disposed = true;
    for (const dispose of disposers) dispose();
  };
}
