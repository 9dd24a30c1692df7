import type { TracedPeer } from "../ports/telemetry.ts";
import type { ManagedServer } from "../servers/managed-server.ts";

/** How a server is reached; `sentAs` is the id of the request that it got, 0 for none. */
export function peerOf(
  { config, era, hello }: Pick<ManagedServer, "config" | "era" | "hello">,
  sentAs: number,
): TracedPeer {
  return {
    transport: config.type === "stdio" ? "pipe" : "tcp",
    address: config.type === "stdio" ? undefined : addressOf(config.url),
    revision: era?.kind === "stateless" ? era.version : hello?.revision,
    requestId: sentAs === 0 ? undefined : String(sentAs),
  };
}

/** The host and port of a URL; undefined while a reference stands for either. */
function addressOf(url: string): TracedPeer["address"] {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (hostname.includes("$")) return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}
