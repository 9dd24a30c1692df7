import type { Server } from "node:http";
import { GatehouseError } from "../../shared/errors.ts";
import type { PortHolder } from "./process/port-holder.ts";

/** Addresses that stand for "this machine only": both loopbacks are bound for them. */
const BOTH_LOOPBACKS = new Set(["localhost", "127.0.0.1"]);
/** How often a free port is looked for that both loopbacks have. */
const FREE_PORT_ATTEMPTS = 20;

export interface Bound {
  readonly port: number;
  /** One server for each address, all listening on the same port. */
  readonly servers: readonly Server[];
}

/**
 * Binds `host` on `port`; "localhost" and "127.0.0.1" mean 127.0.0.1 and, where the machine has it, ::1. Port 0 picks
 * one that is free on both. Throws GatehouseError "port_taken" with the holder's name, never moves to another port;
 * "bad_usage" for an address that this machine does not have; "forbidden" for a port that needs more rights.
 */
export async function bindLoopbacks(
  host: string,
  port: number,
  createServer: () => Server,
  findHolder: (port: number) => Promise<PortHolder | undefined>,
): Promise<Bound> {
  const addresses = BOTH_LOOPBACKS.has(host) ? ["127.0.0.1", "::1"] : [host.replace(/^\[|\]$/g, "")];
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    let chosen = port;
    try {
      for (const address of addresses) {
        const server = createServer();
        try {
          chosen = await listen(server, address, chosen);
          servers.push(server);
        } catch (error) {
          const optional = address === "::1" && servers.length > 0;
          if (!optional || !["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error))) throw error;
        }
      }
      return { port: chosen, servers };
    } catch (error) {
      await Promise.all(servers.map(closeServer));
      const taken = codeOf(error) === "EADDRINUSE";
      if (taken && port === 0 && attempt < FREE_PORT_ATTEMPTS) continue;
      throw taken ? portTaken(chosen, await findHolder(chosen)) : cannotBind(host, chosen, error);
    }
  }
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off("listening", onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off("error", onError);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    };
    server.once("error", onError);
    server.once("listening", onListening);
    server.listen({ host: address, port, ipv6Only: address === "::1", exclusive: true });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portTaken(port: number, holder: PortHolder | undefined): GatehouseError {
  const who =
    holder === undefined
      ? "another program"
      : `${holder.name ?? "another program"} (process ${String(holder.pid)})`;
  return new GatehouseError(
    "port_taken",
    `port ${String(port)} is taken by ${who}`,
    "End that program, or choose another port with listen.port in gatehouse.json or --port.",
  );
}

function cannotBind(host: string, port: number, error: unknown): GatehouseError {
  const code = codeOf(error);
  if (code === "EACCES") {
    return new GatehouseError(
      "forbidden",
      `this user may not listen on port ${String(port)}`,
      "Choose a port above 1023 with listen.port in gatehouse.json or --port.",
      error,
    );
  }
  return new GatehouseError(
    "bad_usage",
    `cannot listen on ${JSON.stringify(host)} port ${String(port)}: ${code}`,
    'Set listen.host in gatehouse.json to an address of this machine, such as "127.0.0.1".',
    error,
  );
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown error";
}
