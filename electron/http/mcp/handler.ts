/**
 * /mcp in the session era (2025-03-26, 2025-06-18, 2025-11-25: Streamable HTTP). What can be judged by headers is
 * judged before the body is read, the cheapest first; the message then goes to the endpoint as the bytes that came.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { isSessionRevision } from "../../core/mcp/session-era/revisions.ts";
import type {
  ClientIdentity,
  InboundMessage,
  McpEndpoint,
  Scope,
  SessionHandle,
} from "../../hub/ports/endpoint.ts";
import type { Connections } from "../connections.ts";
import { COMMON_HEADERS } from "../headers.ts";
import type { OtherEndLookup } from "../process/other-end.ts";
import { createPeers } from "../process/peer.ts";
import type { Timers } from "../timers.ts";
import { authorize } from "./authorize.ts";
import { BATCH_REVISION, isBatch, runBatch } from "./batch.ts";
import { readBody } from "./body.ts";
import { EventLogs } from "./event-log.ts";
import { startEvents, writeComment } from "./events.ts";
import { type Accepts, headerOf, isJsonContent, isPlainContent, readAccept } from "./negotiation.ts";
import { projectOf } from "./project.ts";
import { Refusal, refuse, refuseAndClose } from "./refusal.ts";
import { PostReply } from "./reply.ts";
import { scanBatch, scanBody } from "./scan-body.ts";
import { judgeEra } from "./stateless.ts";
import { openStream } from "./stream.ts";
import {
  bodyTooLarge,
  compressedBody,
  hubClosing,
  hubFailed,
  nothingAcceptable,
  notJson,
  sessionMissing,
  sessionNotFound,
  streamOver,
  unknownRevision,
  unknownScope,
  wantsNoEvents,
  wrongMethod,
} from "./verdicts.ts";

const EMPTY_HEADERS: string[] = [...COMMON_HEADERS, "Content-Length", "0"];
const METHODS = "GET, POST, DELETE";

export interface McpHandlerOptions {
  readonly endpoint: McpEndpoint;
  readonly connections: Connections;
  readonly timers: Timers;
  readonly maxBodyBytes: number;
  /** Finds the program behind a connection, when somebody asks for it. */
  readonly otherEnds: OtherEndLookup;
  /** A request without a good token was answered with 401. */
  readonly onRefused: (req: IncomingMessage) => void;
  /** The hub is ending: requests are not taken any more. */
  readonly closing: () => boolean;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** Answers one request to /mcp; Host and Origin have been checked. `receivedAt`: performance.now() milliseconds. */
export type McpHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  scope: Scope,
  receivedAt: number,
) => void;

/** Creates the handler of /mcp, /mcp/p/PROFILE and /mcp/s/SERVER. */
export function createMcpHandler(options: McpHandlerOptions): McpHandler {
  const { endpoint, connections, timers, maxBodyBytes, onRefused, closing, log } = options;
  const logs = new EventLogs();
  const peerOf = createPeers("http", options.otherEnds);

  return (req, res, scope, receivedAt) => {
    const { method } = req;
    if (method !== "POST" && method !== "GET" && method !== "DELETE") {
      refuse(res, wrongMethod(method, METHODS));
      return;
    }
    const client = authorize(req, scope, endpoint);
    if (client instanceof Refusal) {
      refuse(res, client);
      onRefused(req);
      return;
    }
    if (!endpoint.scopeExists(scope, client)) {
      refuse(res, unknownScope(scope));
      return;
    }
    if (method === "POST") post(req, res, client, scope, receivedAt);
    else if (method === "GET") get(req, res, client, scope);
    else remove(req, res, client, scope);
  };

  function post(
    req: IncomingMessage,
    res: ServerResponse,
    client: ClientIdentity,
    scope: Scope,
    receivedAt: number,
  ): void {
    const { headers } = req;
    const accepts = readAccept(headers.accept);
    const unfit = unfitHeaders(req, accepts);
    if (unfit !== undefined) {
      refuse(res, unfit);
      return;
    }
    const project = projectOf(headers);
    if (project instanceof Refusal) return refuse(res, project);
    const peer = peerOf(req.socket);
    readBody(
      req,
      maxBodyBytes,
      (bytes) => {
        try {
          const traceparent = headerOf(headers, "traceparent");
          const tracestate = headerOf(headers, "tracestate");
          const trace = { traceparent, tracestate };
          const base = { client, scope, session: undefined, peer, project, ...trace, receivedAt };
          const envelope = scanBody(bytes);
          if (!(envelope instanceof Refusal)) receive(req, res, accepts, { bytes, envelope, ...base });
          else if (isBatch(bytes)) batch(req, res, accepts, bytes, envelope, base);
          else refuse(res, envelope);
        } catch (error) {
          // Nobody above this would catch it: the body comes in an event.
          log("error", `a message to /mcp failed: ${stackOf(error)}`);
          if (res.headersSent) req.socket.destroy();
          else refuse(res, hubFailed(undefined));
        }
      },
      () => refuseAndClose(res, bodyTooLarge(maxBodyBytes), timers),
    );
  }

  function receive(req: IncomingMessage, res: ServerResponse, accepts: Accepts, bare: InboundMessage): void {
    if (closing() && isNewRequest(bare.envelope)) return refuse(res, hubClosing(idOf(bare)));
    const message = withSession(req, bare);
    if (message instanceof Refusal) refuse(res, message);
    else if (message.envelope.kind === "request") request(req, res, accepts, message);
    else {
      endpoint.notification(message);
      res.writeHead(202, EMPTY_HEADERS);
      res.end();
    }
  }

  /** A JSON array: `refusal` is why it is no single message, and stands unless the session's revision has batches. */
  function batch(
    req: IncomingMessage,
    res: ServerResponse,
    accepts: Accepts,
    bytes: Buffer,
    refusal: Refusal,
    base: Omit<InboundMessage, "bytes" | "envelope">,
  ): void {
    const named = req.headers["mcp-session-id"] !== undefined;
    const session = named ? sessionFor(req, base.client, base.scope) : undefined;
    if (session instanceof Refusal) return refuse(res, session);
    if (session?.revision !== BATCH_REVISION) return refuse(res, refusal);
    const found = scanBatch(bytes);
    if (found instanceof Refusal) return refuse(res, found);
    if (found.answers > 0 && closing()) return refuse(res, hubClosing(undefined));
    const fault = (error: unknown): void => log("error", `a request to /mcp failed: ${stackOf(error)}`);
    const run = (reply?: PostReply): void => runBatch(found, { ...base, session }, endpoint, reply, fault);
    if (found.answers > 0)
      return run(new PostReply(res, req.socket, accepts, connections, { logs, session, request: undefined }));
    run();
    res.writeHead(202, EMPTY_HEADERS);
    res.end();
  }

  /** The message with the session that its headers name; initialize and the stateless era have none. */
  function withSession(req: IncomingMessage, message: InboundMessage): InboundMessage | Refusal {
    const { bytes, envelope, client, scope } = message;
    const era = judgeEra(req.headers, bytes, envelope, idOf(message));
    if (era instanceof Refusal) return era;
    if (era.era === "stateless") {
      // On stdio there are no headers that repeat arguments, so a bridge from there has none to pass on.
      const bridged = headerOf(req.headers, "gatehouse-bridge") === "stdio";
      return { ...message, meta: era.meta, ...(bridged ? {} : { headers: req.headers }) };
    }
    if (envelope.kind === "request" && envelope.method === "initialize") return message;
    const session = sessionFor(req, client, scope, message);
    return session instanceof Refusal ? session : { ...message, session };
  }

  function request(
    req: IncomingMessage,
    res: ServerResponse,
    accepts: Accepts,
    message: InboundMessage,
  ): void {
    const origin = { logs, session: message.session, request: message };
    const reply = new PostReply(res, req.socket, accepts, connections, origin);
    try {
      reply.onLost(endpoint.request(message, reply));
    } catch (error) {
      log("error", `a request to /mcp failed: ${stackOf(error)}`);
      // Whatever the endpoint threw, this reply is over: nothing may be sent on it later.
      reply.abandon();
      if (res.headersSent) req.socket.destroy();
      else refuse(res, hubFailed(idOf(message)));
    }
  }

  function get(req: IncomingMessage, res: ServerResponse, client: ClientIdentity, scope: Scope): void {
    if (req.headers.accept === undefined || !readAccept(req.headers.accept).events) {
      refuse(res, wantsNoEvents());
      return;
    }
    const session = sessionFor(req, client, scope);
    if (session instanceof Refusal) {
      refuse(res, session);
      return;
    }
    const lastEventId = headerOf(req.headers, "last-event-id");
    const earlier = lastEventId === undefined ? undefined : logs.find(session, lastEventId);
    if (earlier === undefined) openStream(res, req.socket, session, connections, logs);
    else if (earlier.owner === undefined && earlier.missed.length === 0) refuse(res, streamOver());
    else {
      startEvents(res);
      writeComment(res);
      for (const event of earlier.missed) res.write(event);
      if (earlier.owner === undefined) res.end();
      else earlier.owner.resume(res, req.socket);
    }
  }

  function remove(req: IncomingMessage, res: ServerResponse, client: ClientIdentity, scope: Scope): void {
    const session = sessionFor(req, client, scope);
    if (session instanceof Refusal) {
      refuse(res, session);
      return;
    }
    endpoint.endSession(session);
    logs.forget(session);
    res.writeHead(200, EMPTY_HEADERS);
    res.end();
  }

  /** The session that the headers name, and whether they name a revision that is spoken. */
  function sessionFor(
    req: IncomingMessage,
    client: ClientIdentity,
    scope: Scope,
    message?: InboundMessage,
  ): SessionHandle | Refusal {
    const revision = headerOf(req.headers, "mcp-protocol-version");
    if (revision !== undefined && !isSessionRevision(revision))
      return unknownRevision(revision, idOf(message));
    const sessionId = headerOf(req.headers, "mcp-session-id");
    if (sessionId === undefined) return sessionMissing(idOf(message));
    return endpoint.session(sessionId, client, scope) ?? sessionNotFound(idOf(message));
  }
}

/** Whether it asks for something new; a stateless client's answer to what a call under way has asked does not. */
export function isNewRequest({ kind, paramsMembers }: Envelope): boolean {
  return kind === "request" && !paramsMembers.some(({ key }) => key === "requestState");
}

/** The raw id of a request; only requests are answered by id. */
function idOf(message: InboundMessage | undefined): Uint8Array | undefined {
  if (message?.envelope.id === undefined || message.envelope.kind !== "request") return undefined;
  return message.bytes.subarray(message.envelope.id.start, message.envelope.id.end);
}

function unfitHeaders(req: IncomingMessage, accepts: Accepts): Refusal | undefined {
  const { headers } = req;
  if (!isJsonContent(headers["content-type"])) return notJson();
  if (!isPlainContent(headers["content-encoding"])) return compressedBody();
  return accepts.json || accepts.events ? undefined : nothingAcceptable();
}

/** For the hub's own log only. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
