import type { Socket } from "node:net";
import type { Peer } from "../../hub/ports/endpoint.ts";
import type { CallerLookup } from "./caller.ts";

/**
 * Tells of connections who is at their other end. Nothing is looked up until somebody asks, and then once: a client's
 * connection lasts, and costs a walk over the system's tables.
 */
export function createPeers(transport: Peer["transport"], lookup: CallerLookup): (socket: Socket) => Peer {
  const known = new WeakMap<Socket, Peer>();
  return (socket) => {
    const found = known.get(socket);
    if (found !== undefined) return found;
    const peer = new SocketPeer(transport, lookup, socket);
    known.set(socket, peer);
    return peer;
  };
}

class SocketPeer implements Peer {
  readonly transport: Peer["transport"];
  readonly #lookup: CallerLookup;
  #socket: Socket | undefined;
  #found: ReturnType<Peer["process"]> | undefined;

  constructor(transport: Peer["transport"], lookup: CallerLookup, socket: Socket) {
    this.transport = transport;
    this.#lookup = lookup;
    this.#socket = socket;
  }

  process(): ReturnType<Peer["process"]> {
    this.#found ??= Promise.resolve(this.#look());
    return this.#found;
  }

  #look(): Awaited<ReturnType<Peer["process"]>> {
    const socket = this.#socket;
    this.#socket = undefined;
    const { remotePort, localPort } = socket ?? {};
    if (remotePort === undefined || localPort === undefined) return null;
    const found = this.#lookup(remotePort, localPort);
    return found === undefined ? null : { user: null, ...found };
  }
}
