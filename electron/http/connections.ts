import type { Socket } from "node:net";
import { UnderWay } from "../core/collections/under-way.ts";
import type { Timers } from "./timers.ts";

/** A request that is being answered, or a stream that is open, on one connection. */
export interface Exchange {
  /** The listener's heartbeat. */
  pulse(): void;
  /** The client's connection is gone. */
  lost(): void;
  /** The listener is closing: a stream that never ends by itself ends now; an answer under way goes on. */
  closing(): void;
}

/** The open connections and what is under way on each. */
export interface Connections {
  /** Takes charge of a new connection. */
  add(socket: Socket): void;
  begin(socket: Socket, exchange: Exchange): void;
  end(socket: Socket, exchange: Exchange): void;
  /** Tells every exchange, and watches for clients that take nothing of what waits for them. */
  pulse(): void;
  /** Waits for the answers under way, up to the limit, then closes every connection. */
  drain(milliseconds: number): Promise<void>;
}

/** `stallMilliseconds`: how long a client may take nothing of what waits for it before it is cut off. */
export function createConnections(timers: Timers, stallMilliseconds: number): Connections {
  const open = new Map<Socket, UnderWay<Exchange>>();
  const watched = new Set<Socket>();
  let underWay = 0;
  let allAnswered: (() => void) | undefined;
  let allClosed: (() => void) | undefined;

  const forget = (socket: Socket): void => {
    const exchanges = open.get(socket);
    if (exchanges === undefined) return;
    open.delete(socket);
    watched.delete(socket);
    underWay -= exchanges.size;
    for (const exchange of exchanges.all()) exchange.lost();
    if (underWay === 0) allAnswered?.();
    if (open.size === 0) allClosed?.();
  };
  const onClose = function (this: Socket): void {
    forget(this);
  };
  const onTimeout = function (this: Socket): void {
    if (watched.has(this)) this.destroy();
  };

  /** Socket.setTimeout counts from the last byte that the other side took, which is just what is asked here. */
  const watch = (socket: Socket, busy: boolean): void => {
    if (socket.writableLength > 0) {
      if (!watched.has(socket)) {
        watched.add(socket);
        socket.setTimeout(stallMilliseconds);
      }
    } else if (watched.delete(socket) && busy) socket.setTimeout(0);
  };

  /** Resolves when `isDone` holds, told by `register`'s callback, or when the time is over. */
  const waitFor = (
    milliseconds: number,
    isDone: () => boolean,
    register: (done: (() => void) | undefined) => void,
  ): Promise<void> => {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        register(undefined);
        cancel();
        resolve();
      };
      const cancel = timers.after(milliseconds, finish);
      register(finish);
    });
  };

  return {
    add(socket) {
      open.set(socket, new UnderWay());
      socket.once("close", onClose);
      socket.on("timeout", onTimeout);
    },
    begin(socket, exchange) {
      const exchanges = open.get(socket);
      if (exchanges === undefined) {
        exchange.lost();
        return;
      }
      exchanges.add(exchange);
      underWay += 1;
    },
    end(socket, exchange) {
      if (open.get(socket)?.delete(exchange) !== true) return;
      underWay -= 1;
      if (underWay === 0) allAnswered?.();
    },
    pulse() {
      for (const [socket, exchanges] of open) {
        for (const exchange of exchanges.all()) exchange.pulse();
        watch(socket, exchanges.size > 0);
      }
    },
    async drain(milliseconds) {
      const started = performance.now();
      for (const exchanges of open.values()) for (const exchange of exchanges.all()) exchange.closing();
      await waitFor(
        milliseconds,
        () => underWay === 0,
        (done) => {
          allAnswered = done;
        },
      );
      // What has been answered still has to reach the client: end in order, then by force.
      for (const [socket, exchanges] of open) {
        if (exchanges.size > 0) socket.destroy();
        else socket.destroySoon();
      }
      await waitFor(
        Math.max(milliseconds - (performance.now() - started), 100),
        () => open.size === 0,
        (done) => {
          allClosed = done;
        },
      );
      for (const socket of [...open.keys()]) socket.destroy();
      await waitFor(
        1_000,
        () => open.size === 0,
        (done) => {
          allClosed = done;
        },
      );
    },
  };
}
