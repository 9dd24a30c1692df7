import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SessionHandle, StreamSink } from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { QUIET_PULSES } from "../timers.ts";
import { startEvents, writeComment, writeEvent } from "./events.ts";

/** A client that lets more than this wait for it loses its stream; it may open another. */
const MOST_PENDING_BYTES = 16 * 1024 * 1024;

/**
 * One open GET stream of a session (2025-11-25, Streamable HTTP, "Listening for Messages from the Server"). It starts
 * with a comment, so that the client has its headers at once.
 */
export function openStream(
  res: ServerResponse,
  socket: Socket,
  session: SessionHandle,
  connections: Connections,
): void {
  let open = true;
  let quietPulses = 0;
  let detach: (() => void) | undefined;

  const leave = (): boolean => {
    if (!open) return false;
    open = false;
    connections.end(socket, exchange);
    detach?.();
    return true;
  };
  const close = (): void => {
    if (leave()) res.end();
  };
  const sink: StreamSink = {
    push(parts) {
      if (!open) return;
      if (res.writableLength > MOST_PENDING_BYTES) {
        leave();
        socket.destroy();
        return;
      }
      quietPulses = 0;
      writeEvent(res, parts);
    },
    close,
  };
  const exchange: Exchange = {
    pulse() {
      quietPulses += 1;
      if (quietPulses < QUIET_PULSES) return;
      quietPulses = 0;
      writeComment(res);
    },
    lost: () => void leave(),
    closing: close,
  };

  startEvents(res);
  writeComment(res);
  connections.begin(socket, exchange);
  if (!open) return;
  const dispose = session.attachStream(sink);
  // The session may have closed the stream while it was being attached.
  if (open) detach = dispose;
  else dispose();
}
