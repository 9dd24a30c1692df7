/**
 * The HTTP+SSE transport of MCP 2024-11-05, for clients that know nothing newer: GET opens an event stream, whose first
 * event names the address that messages are posted to; all answers go on the stream. The door, the token on every
 * request, the scopes and the limits are those of /mcp.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { INVALID_REQUEST, UNSUPPORTED_VERSION } from "../../core/jsonrpc/errors.ts";
import { isSessionRevision, SESSION_REVISIONS } from "../../core/mcp/session-era/revisions.ts";
import type { ClientIdentity, InboundMessage, SessionHandle } from "../../hub/ports/endpoint.ts";
import { COMMON_HEADERS } from "../headers.ts";
import { authorize } from "../mcp/authorize.ts";
import { readBody } from "../mcp/body.ts";
import { isNewRequest, type McpHandlerOptions } from "../mcp/handler.ts";
import { headerOf, isJsonContent, isPlainContent, readAccept } from "../mcp/negotiation.ts";
import { projectOf } from "../mcp/project.ts";
import { Refusal, refuse, refuseAndClose } from "../mcp/refusal.ts";
import { scanBody } from "../mcp/scan-body.ts";
import { judgeEra } from "../mcp/stateless.ts";
import {
  bodyTooLarge,
  compressedBody,
  hubClosing,
  hubFailed,
  notJson,
  sessionNotFound,
  unknownRevision,
  unknownScope,
  wantsNoEvents,
  wrongMethod,
} from "../mcp/verdicts.ts";
import { createPeers } from "../process/peer.ts";
import type { LegacyRoute } from "./route.ts";
import { LegacyStream } from "./stream.ts";

const ACCEPTED: string[] = [...COMMON_HEADERS, "Content-Length", "0"];

/** Answers one request to an endpoint pair; Host and Origin have been checked. `receivedAt`: performance.now(). */
export type LegacySseHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  route: LegacyRoute,
  receivedAt: number,
) => void;

/** Creates the handler of all endpoint pairs. */
export function createLegacySseHandler(options: McpHandlerOptions): LegacySseHandler {
  const { endpoint, connections, timers, maxBodyBytes, closing, log } = options;
  const streams = new Map<string, LegacyStream>();
  const peerOf = createPeers("sse", options.otherEnds);

  return (req, res, route, receivedAt) => {
    const method = route.kind === "stream" ? "GET" : "POST";
    if (req.method !== method) return refuse(res, wrongMethod(req.method, method));
    const client = authorize(req, route.scope, endpoint);
    if (client instanceof Refusal) {
      refuse(res, client);
      return options.onRefused(req);
    }
    if (!endpoint.scopeExists(route.scope, client)) return refuse(res, unknownScope(route.scope));
    if (route.kind === "stream") open(req, res, client, route);
    else post(req, res, client, route, receivedAt);
  };

  function open(req: IncomingMessage, res: ServerResponse, client: ClientIdentity, route: LegacyRoute): void {
    if (!readAccept(req.headers.accept).events) return refuse(res, wantsNoEvents());
    const { scope } = route;
    const stream = new LegacyStream({
      res,
      socket: req.socket,
      peer: peerOf(req.socket),
      client,
      scope,
      endpoint,
      connections,
      onClosed: ({ id }) => streams.delete(id),
    });
    streams.set(stream.id, stream);
    stream.start(route.messages);
  }

  function post(
    req: IncomingMessage,
    res: ServerResponse,
    client: ClientIdentity,
    { scope }: LegacyRoute,
    receivedAt: number,
  ): void {
    if (!isJsonContent(req.headers["content-type"])) return refuse(res, notJson());
    if (!isPlainContent(req.headers["content-encoding"])) return refuse(res, compressedBody());
    const project = projectOf(req.headers);
    if (project instanceof Refusal) return refuse(res, project);
    const revision = headerOf(req.headers, "mcp-protocol-version");
    const stream = streams.get(streamIdOf(req.url ?? ""));
    if (stream === undefined || !stream.belongsTo(client, scope))
      return refuse(res, sessionNotFound(undefined));
    readBody(
      req,
      maxBodyBytes,
      (bytes) => {
        try {
          const envelope = scanBody(bytes);
          if (envelope instanceof Refusal) return refuse(res, envelope);
          if (closing() && isNewRequest(envelope)) return refuse(res, hubClosing(undefined));
          const { peer } = stream;
          const message = { bytes, envelope, client, scope, session: undefined, peer, project, receivedAt };
          const id = idOf(message);
          const era = judgeEra(req.headers, bytes, envelope, id);
          if (era instanceof Refusal) return refuse(res, era);
          if (era.era === "stateless") return refuse(res, tooNew(id));
          if (revision !== undefined && !isSessionRevision(revision))
            return refuse(res, unknownRevision(revision, id));
          receive(res, stream, message);
        } catch (error) {
          // Nobody above this would catch it: the body comes in an event.
          log("error", `a message to /messages failed: ${stackOf(error)}`);
          if (res.headersSent) req.socket.destroy();
          else refuse(res, hubFailed(undefined));
        }
      },
      () => refuseAndClose(res, bodyTooLarge(maxBodyBytes), timers),
    );
  }

  function receive(res: ServerResponse, stream: LegacyStream, bare: InboundMessage): void {
    const session = sessionFor(stream, bare);
    if (session instanceof Refusal) return refuse(res, session);
    const message: InboundMessage = { ...bare, session };
    if (message.envelope.kind !== "request") endpoint.notification(message);
    else {
      const reply = stream.reply(session === undefined);
      try {
        reply.onLost(endpoint.request(message, reply));
      } catch (error) {
        reply.drop();
        log("error", `a request to /messages failed: ${stackOf(error)}`);
        return refuse(res, hubFailed(idOf(message)));
      }
    }
    res.writeHead(202, ACCEPTED);
    res.end();
  }

  /** The session of the stream; undefined for the initialize that opens it. */
  function sessionFor(stream: LegacyStream, message: InboundMessage): SessionHandle | Refusal | undefined {
    const id = idOf(message);
    if (!stream.isOpen) return sessionNotFound(id);
    const { envelope, client, scope } = message;
    if (envelope.kind === "request" && envelope.method === "initialize")
      return stream.isFresh ? undefined : outOfTurn("initialize was sent by this stream before", id);
    if (stream.session === undefined) return outOfTurn("initialize must be sent, and answered, first", id);
    const session = endpoint.session(stream.session.id, client, scope);
    if (session !== undefined) return session;
    stream.close();
    return sessionNotFound(id);
  }
}

function outOfTurn(message: string, id: Uint8Array | undefined): Refusal {
  return new Refusal(400, INVALID_REQUEST, `Bad Request: ${message}`, { id });
}

/** 400: a message of the stateless era, which has no such endpoint pair. */
function tooNew(id: Uint8Array | undefined): Refusal {
  const message = "this address speaks the revisions with sessions only; the newer ones are spoken at /mcp";
  return new Refusal(400, UNSUPPORTED_VERSION, message, { id, data: { supported: SESSION_REVISIONS } });
}

/** The raw id of a request; only requests are answered by id. */
function idOf({ bytes, envelope }: InboundMessage): Uint8Array | undefined {
  if (envelope.id === undefined || envelope.kind !== "request") return undefined;
  return bytes.subarray(envelope.id.start, envelope.id.end);
}

function streamIdOf(target: string): string {
  const query = target.indexOf("?");
  return (query === -1 ? undefined : new URLSearchParams(target.slice(query)).get("sessionId")) ?? "";
}

/** For the hub's own log only. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
