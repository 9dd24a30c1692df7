import type { ListKind } from "../../../core/catalog/kinds.ts";
import { LISTS } from "../../../core/catalog/kinds.ts";
import { errorMessage, INVALID_PARAMS } from "../../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../../core/jsonrpc/json.ts";
import { scanMessage } from "../../../core/jsonrpc/scan.ts";
import { joinParts, splice } from "../../../core/jsonrpc/splice.ts";
import {
  acknowledgement,
  honoured,
  type ListenFilter,
  readFilter,
  tagEdits,
  wants,
} from "../../../core/mcp/stateless-era/listen.ts";
import type { InboundMessage, Reply } from "../../ports/endpoint.ts";
import type { Session } from "../../sessions.ts";

interface Listener {
  readonly session: Session;
  readonly filter: ListenFilter;
}

/** The open subscriptions/listen streams (2026-07-28): what takes the place of the GET stream and of subscribe. */
export class Listeners {
  readonly #open = new Set<Listener>();
  readonly #subscribe: (session: Session, message: InboundMessage, uri: string) => void;
  readonly #closed: (session: Session) => void;

  constructor(
    subscribe: (session: Session, message: InboundMessage, uri: string) => void,
    closed: (session: Session) => void,
  ) {
    this.#subscribe = subscribe;
    this.#closed = closed;
  }

  /** Opens a stream that lasts until the client closes it; returns what to call then. */
  listen(
    message: InboundMessage,
    session: Session,
    capabilities: Uint8Array,
    id: Buffer,
    reply: Reply,
  ): () => void {
    const asked = readFilter(message.bytes, message.envelope);
    if (typeof asked === "string") {
      reply.send([errorMessage(id, INVALID_PARAMS, asked)]);
      return () => {};
    }
    const filter = honoured(asked, capabilities);
    const listener: Listener = { session, filter };
    this.#open.add(listener);
    const detach = session.attachStream({
      push: (parts) => {
        const bytes = joinParts(parts);
        reply.notify(splice(bytes, tagEdits(bytes, scanMessage(bytes), id)));
      },
      close: () => reply.drop(),
    });
    reply.notify([acknowledgement(id, filter)]);
    for (const uri of filter.resourceSubscriptions) this.#subscribe(session, message, uri);
    return () => {
      detach();
      this.#open.delete(listener);
      this.#closed(session);
    };
  }

  /** Lists have changed: told to those who asked to hear of them. */
  listsChanged(kinds: readonly ListKind[]): void {
    const methods = new Set(kinds.map((kind) => LISTS[kind].changed));
    for (const { session, filter } of this.#open)
      for (const method of methods)
        if (wants(filter, method)) session.push([encodeJson({ jsonrpc: "2.0", method })]);
  }
}
