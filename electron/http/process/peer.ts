import type { Socket } from "node:net";
import type { Process } from "../../../shared/model/client.ts";
import type { Peer } from "../../hub/ports/endpoint.ts";
import type { OtherEndLookup } from "./other-end.ts";

/**
 * Tells of connections who is at their other end. Nothing is looked up until somebody asks, and then once: a client's
 * connection lasts, and costs a walk over the system's tables.
 */
export function createPeers(transport: Peer["transport"], lookup: OtherEndLookup): (socket: Socket) => Peer {
  const known = new WeakMap<Socket, Peer>();
  return (socket) => {
    const found = known.get(socket);
    if (found !== undefined) return found;
    let looked: Promise<Process | null> | undefined;
    const peer: Peer = {
      transport,
      process() {
        looked ??= lookup(socket).then(({ process }) => process);
        return looked;
      },
    };
    known.set(socket, peer);
    return peer;
  };
}
