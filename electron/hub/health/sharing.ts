import type { Saved } from "../../../shared/model/health.ts";

/** A shared server that runs, with what one copy of it takes. */
export interface SharedServer {
  readonly name: string;
  readonly processes: number;
  readonly ownBytes: number;
}

/** Which clients have called which server since the hub was started, and what runs less because they share it. */
export class Sharing {
  readonly #clients = new Map<string, Set<string | null>>();

  /** A client (null: one without an identity) has called a server. */
  used(server: string, clientId: string | null): void {
    const clients = this.#clients.get(server);
    if (clients === undefined) this.#clients.set(server, new Set([clientId]));
    else clients.add(clientId);
  }

  removed(server: string): void {
    this.#clients.delete(server);
  }

  /** As SAVED_HOW says. */
  saved(running: readonly SharedServer[], isConnected: (clientId: string | null) => boolean): Saved {
    let processes = 0;
    let memoryBytes = 0;
    for (const server of running) {
      const clients = [...(this.#clients.get(server.name) ?? [])].filter(isConnected).length;
      const copies = Math.max(0, clients - 1);
      processes += copies * server.processes;
      memoryBytes += copies * server.ownBytes;
    }
    return { processes, memoryBytes };
  }
}
