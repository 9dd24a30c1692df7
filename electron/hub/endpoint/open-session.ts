import { errorMessage, INTERNAL_ERROR, INVALID_PARAMS, resultMessage } from "../../core/jsonrpc/errors.ts";
import {
  initializeResult,
  readClientHello,
  type ServerOffer,
} from "../../core/mcp/session-era/initialize.ts";
import { negotiateRevision } from "../../core/mcp/session-era/revisions.ts";
import type { InboundMessage, Reply } from "../ports/endpoint.ts";
import type { Sessions } from "../sessions.ts";

/**
 * initialize. Never waits for a server: `offer` is what is known of those that the scope addresses.
 * The answer leaves when the session is on disk: a session that a client knows outlives the hub.
 */
export function openSession(
  sessions: Sessions,
  offer: ServerOffer,
  message: InboundMessage,
  id: Buffer,
  reply: Reply,
): void {
  const hello = readClientHello(message.bytes, message.envelope);
  if (hello === undefined) {
    reply.send([
      errorMessage(id, INVALID_PARAMS, "initialize needs protocolVersion, capabilities and clientInfo"),
    ]);
    return;
  }
  const revision = negotiateRevision(hello.revision);
  sessions.open(message, hello, revision, (error, session) => {
    if (error === undefined) reply.send(resultMessage(id, initializeResult(revision, offer)), session);
    else reply.send([errorMessage(id, INTERNAL_ERROR, `the session could not be stored: ${error.message}`)]);
  });
}
