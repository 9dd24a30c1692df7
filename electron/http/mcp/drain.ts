import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Below this many waiting bytes a client counts as having caught up. */
const LOW_WATER = 1024 * 1024;

/** Bytes written to a response that its client's socket has not taken. */
export function pendingOf(res: ServerResponse, socket: Socket): number {
  return Math.max(res.writableLength, socket.writableLength);
}

/** Calls `listener` once, never at once: when few of the `pending` bytes are left, or the socket is gone. */
export function onceDrained(socket: Socket, pending: () => number, listener: () => void): void {
  if (pending() < LOW_WATER || socket.destroyed) {
    process.nextTick(listener);
    return;
  }
  const look = (): void => {
    if (!socket.destroyed && pending() >= LOW_WATER) return;
    socket.off("drain", look);
    socket.off("close", look);
    listener();
  };
  socket.on("drain", look);
  socket.on("close", look);
}
