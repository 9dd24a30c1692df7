import { visible } from "../escape.ts";
import type { Context } from "./context.ts";
import { clientRows } from "./status.ts";

interface Json {
  readonly json?: true;
}

/** `client add NAME`: prints the bearer token, this once. */
export async function addClient(
  context: Context,
  name: string,
  options: Json & { profile?: string },
): Promise<void> {
  const { io } = context;
  const { added, url } = await context.hub("either", async (hub) => {
    const added = await hub.call("clients.add", { name, profile: options.profile ?? null });
    const { hub: running } = await hub.call("hub.status", {});
    const { port } = await hub.call("settings.get", {});
    return { added, url: running.url ?? `http://127.0.0.1:${port}/mcp` };
  });
  if (options.json) return context.json(added);
  const header = `Authorization: Bearer ${added.token}`;
  io.out(`Added client ${visible(added.client.name)}. Its token, shown only now:\n\n  ${added.token}\n\n`);
  io.out(
    `Endpoint: ${visible(url)}\nFor example: claude mcp add --transport http gatehouse ${visible(url)} --header "${header}"\n`,
  );
}

/** `client list`. */
export async function listClients(context: Context, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("clients.list", {}));
  if (options.json) context.json(found);
  else context.io.out(clientRows(context, found.clients));
}

/** `client revoke NAME`: its token and its sessions end at once. */
export async function revokeClient(context: Context, name: string, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("clients.revoke", { name }));
  if (options.json) context.json(found);
  else context.io.out(`Revoked client ${visible(found.client.name)}: its token no longer works.\n`);
}
