/**
 * /control: the control API over a WebSocket. Before anything else the caller has the hub prove that it holds the
 * home's key, and then shows its token or one-time code, in a message and never in the URL (shared/contract.ts).
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { helloSchema, loginSchema } from "../../../shared/contract.ts";
import { answerControl } from "../../../shared/control-client.ts";
import { sentenceOf } from "../../../shared/errors.ts";
import type { ControlEndpoint, ControlSession } from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { type CallerLookup, createCaller } from "../process/caller.ts";
import type { Timers } from "../timers.ts";
import { createOutbox } from "./outbox.ts";

/** Largest message that is taken, in bytes. */
const MAX_PAYLOAD = 8 * 1024 * 1024;
/** Sockets that have not logged in yet; more are turned away. */
const MOST_STRANGERS = 32;
/** Calls of one connection that may be under way, and answer bytes that may wait, before it is no longer read from. */
const MOST_CALLS = 64;
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
/** Close code of a refused login. */
const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED = 1003;

export interface ControlSocketOptions {
  readonly control: ControlEndpoint;
  readonly connections: Connections;
  readonly timers: Timers;
  readonly lookup: CallerLookup;
  /** How long a caller may take to log in. */
  readonly loginMilliseconds: number;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

export interface ControlSocket {
  /** Takes an upgrade of /control whose Host and Origin have been checked; false when too many have not logged in. */
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer): boolean;
}

/** Creates the server's end of /control. */
export function createControlSocket(options: ControlSocketOptions): ControlSocket {
  const { connections, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    clientTracking: false,
  });
  let strangers = 0;

  return {
    upgrade(req, socket, head) {
      if (strangers >= MOST_STRANGERS) return false;
      server.handleUpgrade(req, socket, head, (ws) => {
        strangers += 1;
        const exchange: Exchange = {
          pulse() {},
          lost() {},
          closing() {
            ws.close(CLOSE_GOING_AWAY, "the hub is closing");
            connections.end(socket, exchange);
          },
        };
        connections.begin(socket, exchange);
        ws.on("close", () => connections.end(socket, exchange));
        ws.on("error", (error) => log("warn", `a control connection failed: ${error.message}`));
        serve(ws, socket, options, () => {
          strangers -= 1;
        });
      });
      return true;
    },
  };
}

/** Speaks with one caller; `known` is called once, when it has logged in or is gone. */
function serve(ws: WebSocket, socket: Socket, options: ControlSocketOptions, known: () => void): void {
  const { control, timers, lookup, loginMilliseconds, log } = options;
  const outbox = createOutbox(ws);
  let expected: "hello" | "login" | "requests" | "nothing" = "hello";
  let session: ControlSession | undefined;
  let calls = 0;

  const refuse = (reason: string): void => {
    expected = "nothing";
    ws.send(JSON.stringify({ refused: reason }));
    ws.close(CLOSE_UNAUTHORIZED, "login refused");
    settle();
  };
  const cancelDeadline = timers.after(loginMilliseconds, () =>
    refuse(`no login within ${String(loginMilliseconds / 1_000)} seconds`),
  );
  let settled = false;
  const settle = (): void => {
    if (settled) return;
    settled = true;
    cancelDeadline();
    known();
  };

  const hello = (text: string): void => {
    const message = helloSchema.safeParse(parsed(text));
    if (!message.success) {
      refuse("the first message must be a hello of gatehouse-control/1 with a challenge of 32 bytes in hex");
      return;
    }
    expected = "login";
    ws.send(JSON.stringify({ proof: control.prove(message.data.challenge) }));
  };

  const login = (text: string): void => {
    const credential = loginSchema.safeParse(parsed(text));
    if (!credential.success) {
      refuse("the second message must hold a token or a code");
      return;
    }
    // The welcome comes before any broadcast, also before those that the login itself causes.
    let early: (() => void)[] | undefined = [];
    const caller = createCaller(socket.remotePort ?? 0, socket.localPort ?? 0, lookup);
    const opened = control.login(credential.data, caller, (name, data) => {
      if (early === undefined) outbox.emit(name, data);
      else early.push(() => outbox.emit(name, data));
    });
    if (opened === undefined) {
      refuse("the token or code is not known to this hub; codes can be used once, within 60 seconds");
      return;
    }
    expected = "requests";
    session = opened.session;
    settle();
    ws.send(JSON.stringify({ role: session.role, token: opened.token }));
    const missed = early;
    early = undefined;
    for (const emit of missed) emit();
  };

  const answered = (): void => {
    outbox.flush();
    if (ws.isPaused && calls < MOST_CALLS && ws.bufferedAmount < MOST_WAITING_BYTES) ws.resume();
  };

  const request = async (text: string, open: ControlSession): Promise<void> => {
    calls += 1;
    if (calls >= MOST_CALLS || ws.bufferedAmount >= MOST_WAITING_BYTES) ws.pause();
    const reply = await answerControl(text, (method, params) => open.call(method, params));
    calls -= 1;
    if (ws.readyState !== WebSocket.OPEN) return;
    if (reply === undefined) answered();
    else ws.send(reply, answered);
  };

  ws.on("message", (data: RawData, isBinary: boolean) => {
    if (expected === "nothing") return;
    if (isBinary) {
      expected = "nothing";
      ws.close(CLOSE_UNSUPPORTED, "messages are text");
      return;
    }
    const text = String(data);
    try {
      if (expected === "hello") hello(text);
      else if (expected === "login") login(text);
      else if (session !== undefined) void request(text, session);
    } catch (error) {
      log("error", `a login to /control failed: ${sentenceOf(error)}`);
      refuse("the hub failed to carry out this login; its log says why");
    }
  });
  ws.on("close", () => {
    expected = "nothing";
    settle();
    session?.close();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
