import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Listener, ListenerOptions } from "../hub/ports/endpoint.ts";
import { bindLoopbacks } from "./bind.ts";
import { createConnections } from "./connections.ts";
import { createControlSocket } from "./control/control-socket.ts";
import { createDoor, type DoorRefusal } from "./door.ts";
import { failureBody, headersFor, respond, respondFailure } from "./headers.ts";
import { createLegacySseHandler } from "./legacy-sse/handler.ts";
import { legacyRouteOf } from "./legacy-sse/route.ts";
import { createMcpHandler } from "./mcp/handler.ts";
import { scopeOf } from "./mcp/scope.ts";
import { answerMetrics } from "./metrics.ts";
import { createOAuth } from "./oauth/handler.ts";
import { oauthRouteOf } from "./oauth/routes.ts";
import { type CallerLookup, findCaller } from "./process/caller.ts";
import { createOtherEndLookup, type OtherEndLookup } from "./process/other-end.ts";
import { findPortHolder, type PortHolder } from "./process/port-holder.ts";
import { PULSE_MILLISECONDS, systemTimers, type Timers } from "./timers.ts";
import { createUi } from "./ui.ts";

/** What tests replace. */
export interface ListenerSurroundings {
  readonly timers: Timers;
  /** How long a client may take nothing of what waits for it. */
  readonly stallMilliseconds: number;
  /** How long a caller of /control may take to log in. */
  readonly loginMilliseconds: number;
  readonly findHolder: (port: number) => Promise<PortHolder | undefined>;
  readonly findCaller: CallerLookup;
  readonly findOtherEnd: OtherEndLookup;
  /** Fetches a client's metadata document; left out: as http/oauth/fetch-document.ts does. */
  readonly fetchDocument?: (address: string | URL) => Promise<Response>;
}

const real: ListenerSurroundings = {
  timers: systemTimers,
  stallMilliseconds: 60_000,
  loginMilliseconds: 5_000,
  findHolder: findPortHolder,
  findCaller,
  findOtherEnd: createOtherEndLookup(),
};

const SERVER_OPTIONS = {
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  /** For a request to arrive; how long its answer takes is not limited. */
  requestTimeout: 120_000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
  insecureHTTPParser: false,
  // Some clients offer to upgrade any first request to HTTP/2; that is to be ignored.
  shouldUpgradeCallback: (req: IncomingMessage) => req.headers.upgrade?.toLowerCase() === "websocket",
};
const MOST_CONNECTIONS = 1_024;
const MOST_REPORTED_REFUSALS = 32;

/**
 * Opens the hub's doors: /mcp, /sse, /control, /ui/ and /healthz on the loopback addresses. Rejects with GatehouseError
 * "port_taken", "forbidden" or "bad_usage" when it cannot bind.
 */
export async function createListener(
  options: ListenerOptions,
  surroundings: Partial<ListenerSurroundings> = {},
): Promise<Listener> {
  const {
    timers,
    stallMilliseconds,
    loginMilliseconds,
    findHolder,
    findCaller: lookup,
    findOtherEnd,
    fetchDocument,
  } = { ...real, ...surroundings };
  const { log } = options;
  const connections = createConnections(timers, stallMilliseconds);
  const { maxBodyBytes } = options;
  const onRefused = (req: IncomingMessage): void => oauth.refused(req);
  let draining = false;
  const mcpOptions = {
    closing: () => draining,
    endpoint: options.mcp,
    connections,
    timers,
    maxBodyBytes,
    otherEnds: findOtherEnd,
    onRefused,
    log,
  };
  const mcp = createMcpHandler(mcpOptions);
  const legacySse = createLegacySseHandler(mcpOptions);
  const oauth = createOAuth({
    pairing: options.pairing,
    otherEnds: findOtherEnd,
    timers,
    log,
    ...(fetchDocument === undefined ? {} : { fetchDocument }),
  });
  const control = createControlSocket({
    control: options.control,
    connections,
    timers,
    lookup,
    loginMilliseconds,
    log,
  });
  const ui = await createUi(options.uiFolder);
  const reported = new Set<string>();
  let closing = false;

  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const receivedAt = performance.now();
    res.sendDate = false;
    const refusal = isPublic(req) ? door.checkHost(req.headers) : door.check(req.headers);
    if (refusal !== undefined) {
      report(refusal);
      respondFailure(res, 403, refusal.code, refusal.message, refusal.advice);
    } else if (closing) {
      respondFailure(res, 503, "closing", "the hub is closing", "Try again when it runs again.", [
        "Connection",
        "close",
      ]);
    } else {
      try {
        route(req, res, receivedAt);
      } catch (error) {
        log(
          "error",
          `a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        if (res.headersSent) req.socket.destroy();
        else
          respondFailure(res, 500, "internal", "the hub failed to handle this request", "See the hub's log.");
      }
    }
  };

  const route = (req: IncomingMessage, res: ServerResponse, receivedAt: number): void => {
    const path = pathOf(req.url ?? "");
    const scope = scopeOf(path);
    const pair = scope === undefined ? legacyRouteOf(path) : undefined;
    const login = scope === undefined && pair === undefined ? oauthRouteOf(path) : undefined;
    if (scope !== undefined) mcp(req, res, scope, receivedAt);
    else if (login !== undefined) oauth.handle(req, res, login);
    else if (pair !== undefined) legacySse(req, res, pair, receivedAt);
    else if (path === "/ui" || path.startsWith("/ui/")) ui.handle(req, res, path);
    else if (path === "/metrics" && isRead(req)) answerMetrics(req, res, options.control);
    else if (path === "/healthz" && isRead(req))
      respond(res, 200, "application/json", '{"status":"ok"}', proofFor(req));
    else if (path === "/" && isRead(req)) respond(res, 200, "text/plain; charset=utf-8", greeting(url));
    else if (path === "/control") {
      respondFailure(res, 426, "upgrade_required", "this path speaks WebSocket only", undefined, [
        "Upgrade",
        "websocket",
      ]);
    } else
      respondFailure(res, 404, "not_found", "there is nothing at this path", `Clients connect to ${url}.`);
  };

  /** `connect` has the hub prove on each connection that it holds the home's key, before it sends a token on it. */
  const proofFor = (req: IncomingMessage): string[] => {
    const challenge = req.headers["gatehouse-challenge"];
    if (typeof challenge !== "string" || !/^[0-9a-f]{64}$/.test(challenge)) return [];
    const port = req.socket.localPort ?? 0;
    return ["Gatehouse-Proof", options.control.prove(`http:${String(port)}:${challenge}`)];
  };

  const onUpgrade = (req: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    const socket = duplex as Socket;
    const refusal = door.check(req.headers);
    if (refusal !== undefined) {
      report(refusal);
      refuseUpgrade(socket, "403 Forbidden", failureBody(refusal.code, refusal.message, refusal.advice));
    } else if (closing)
      refuseUpgrade(socket, "503 Service Unavailable", failureBody("closing", "the hub is closing"));
    else if (req.url !== "/control") {
      refuseUpgrade(socket, "404 Not Found", failureBody("not_found", "no WebSocket is served at this path"));
    } else if (!control.upgrade(req, socket, head)) {
      const body = failureBody("too_many_logins", "too many connections are about to log in", "Try again.");
      refuseUpgrade(socket, "503 Service Unavailable", body);
    }
  };

  /** Once for each kind and text, and not for ever: whoever knocks must not be able to fill the log. */
  const report = (refusal: DoorRefusal): void => {
    if (reported.size >= MOST_REPORTED_REFUSALS || reported.has(refusal.message)) return;
    reported.add(refusal.message);
    log("warn", `refused a request (${refusal.code}): ${refusal.message}`);
  };

  // A request may arrive as soon as the first address is bound: until both are, and the port is known, it waits.
  const early: (() => void)[] = [];
  let ready = false;
  const createOne = (): Server => {
    const server = createServer(SERVER_OPTIONS, (req, res) => {
      if (ready) onRequest(req, res);
      else early.push(() => onRequest(req, res));
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.on("connection", connections.add);
    server.on("upgrade", (req, socket, head) => {
      if (ready) onUpgrade(req, socket, head);
      else early.push(() => onUpgrade(req, socket, head));
    });
    return server;
  };

  const bound = await bindLoopbacks(options.host, options.port, createOne, findHolder);
  const { port, servers } = bound;
  const url = `http://${urlHost(options.host)}:${String(port)}/mcp`;
  const door = createDoor(port, options.allowedHosts);
  for (const server of servers)
    server.on("error", (error) => log("error", `the listener failed: ${error.message}`));
  const stopPulse = timers.every(PULSE_MILLISECONDS, connections.pulse);
  ready = true;
  for (const run of early) run();

  let closed: Promise<void> | undefined;
  const close = async (drainMilliseconds: number): Promise<void> => {
    closing = true;
    oauth.close();
    const ended = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await connections.drain(drainMilliseconds);
    stopPulse();
    await ended;
  };

  return {
    port,
    url,
    setAllowedHosts: door.setAllowedHosts,
    drain() {
      draining = true;
    },
    close(drainMilliseconds) {
      closed ??= close(drainMilliseconds);
      return closed;
    },
  };
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

function isRead(req: IncomingMessage): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

/** The documents that any web page may read; looked at only when the path can be one. */
function isPublic(req: IncomingMessage): boolean {
  if (req.url?.includes("/.well-known/") !== true) return false;
  const route = oauthRouteOf(pathOf(req.url));
  return route?.kind === "resource-document" || route?.kind === "server-document";
}

/** Clients are given 127.0.0.1, never "localhost", which some systems try on ::1 first. */
function urlHost(host: string): string {
  if (["localhost", "127.0.0.1", "0.0.0.0", "::", "[::]"].includes(host)) return "127.0.0.1";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function greeting(url: string): string {
  return `Gatehouse, a local hub for MCP.\n\nClients connect to ${url} by OAuth, or with a token from: gatehouse client add NAME\n`;
}

/** Answers an upgrade that does not come about; the socket is no longer the HTTP server's. */
function refuseUpgrade(socket: Socket, status: string, body: string): void {
  const headers = headersFor("application/json", Buffer.byteLength(body), ["Connection", "close"]);
  let head = `HTTP/1.1 ${status}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at] ?? ""}: ${headers[at + 1] ?? ""}\r\n`;
  socket.on("error", () => socket.destroy());
  socket.end(`${head}\r\n${body}`, () => socket.destroySoon());
}
