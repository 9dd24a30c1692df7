import { LISTS, type ListKind } from "../../../core/catalog/kinds.ts";
import { errorMessage, INVALID_PARAMS, resultMessage } from "../../../core/jsonrpc/errors.ts";
import { scanMessage } from "../../../core/jsonrpc/scan.ts";
import { joinParts, splice } from "../../../core/jsonrpc/splice.ts";
import {
  acknowledgement,
  closingResult,
  honoured,
  type ListenFilter,
  readFilter,
  tagEdits,
  wants,
} from "../../../core/mcp/stateless-era/listen.ts";
import { missingCapability } from "../../../core/mcp/stateless-era/refusal.ts";
import { hasTasksExtension, TASKS_REQUIRED } from "../../../core/mcp/tasks/capabilities.ts";
import type { InboundMessage, Reply } from "../../ports/endpoint.ts";
import type { Session } from "../../sessions.ts";

interface Listener {
  readonly session: Session;
  readonly filter: ListenFilter;
}

/** A stream from its request on, acknowledged or not. */
interface Stream {
  readonly session: Session;
  /** Its client was told what it hears of. */
  acknowledged: boolean;
  /** Ends it from this side: in words (Subscriptions: Graceful Closure), unless it was never acknowledged. */
  close(): void;
}

/** What of a filter is somebody else's to tell: each resolves with what is really held, in order. */
export interface ListenDeps {
  readonly subscribe: (session: Session, message: InboundMessage, uri: string) => Promise<boolean>;
  readonly watchTask: (session: Session, message: InboundMessage, taskId: string) => Promise<boolean>;
  /** A stream is about to be acknowledged; one is closed. */
  readonly begins: (session: Session) => void;
  readonly closed: (session: Session) => void;
}

/** The open subscriptions/listen streams (2026-07-28): what takes the place of the GET stream and of subscribe. */
export class Listeners {
  readonly #open = new Set<Listener>();
  readonly #streams = new Set<Stream>();
  readonly #deps: ListenDeps;

  constructor(deps: ListenDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a stream that lasts until the client closes it; returns what to call then. It is acknowledged for what the
   * servers behind really tell: what they have not agreed to in time is not in the acknowledgement, and is not told.
   */
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
    if (
      asked.taskIds.length > 0 &&
      !hasTasksExtension(new TextEncoder().encode(session.stored.capabilities))
    ) {
      const { code, message: text, data, httpStatus } = missingCapability(TASKS_REQUIRED, "tasks");
      reply.send([errorMessage(id, code, text, data)], undefined, httpStatus);
      return () => {};
    }
    const filter = honoured(asked, capabilities);
    let leave = (): void => {};
    let isClosed = false;
    const stop = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#streams.delete(stream);
      leave();
    };
    const stream: Stream = {
      session,
      acknowledged: false,
      close: () => {
        stop();
        // The acknowledgement comes before all else that names the subscription.
        if (stream.acknowledged) reply.send(resultMessage(id, closingResult(id)));
        else reply.drop();
      },
    };
    this.#streams.add(stream);
    const open = (held: ListenFilter): void => {
      if (isClosed) this.#deps.closed(session);
      else leave = this.#begin(stream, held, id, reply);
    };
    if (filter.resourceSubscriptions.length + filter.taskIds.length === 0) open(filter);
    else void this.#held(filter, session, message).then(open);
    return stop;
  }

  /** Ends the streams that stand for such a session. */
  close(matches: (session: Session) => boolean): void {
    for (const stream of [...this.#streams]) if (matches(stream.session)) stream.close();
  }

  /** The open streams, each with which changed lists it wants to hear of. */
  *open(): Generator<{ readonly session: Session; readonly wanted: (kind: ListKind) => boolean }> {
    for (const { session, filter } of this.#open)
      yield { session, wanted: (kind) => wants(filter, LISTS[kind].changed) };
  }

  /** What of a filter the servers have agreed to. */
  async #held(filter: ListenFilter, session: Session, message: InboundMessage): Promise<ListenFilter> {
    const { subscribe, watchTask } = this.#deps;
    const agreed = async (names: readonly string[], ask: ListenDeps["subscribe"]): Promise<string[]> => {
      const answers = await Promise.all(names.map((name) => ask(session, message, name)));
      return names.filter((_, i) => answers[i] === true);
    };
    const [resourceSubscriptions, taskIds] = await Promise.all([
      agreed(filter.resourceSubscriptions, subscribe),
      agreed(filter.taskIds, watchTask),
    ]);
    return { ...filter, resourceSubscriptions, taskIds };
  }

  /** Acknowledges the stream, and tells on it from then on: what was told before comes right after. */
  #begin(stream: Stream, filter: ListenFilter, id: Buffer, reply: Reply): () => void {
    const { session } = stream;
    const listener: Listener = { session, filter };
    this.#open.add(listener);
    this.#deps.begins(session);
    reply.notify([acknowledgement(id, filter)]);
    stream.acknowledged = true;
    const detach = session.attachStream({
      push: (parts) => {
        const bytes = joinParts(parts);
        reply.notify(splice(bytes, tagEdits(bytes, scanMessage(bytes), id)));
      },
      close: () => stream.close(),
    });
    return () => {
      detach();
      this.#open.delete(listener);
      this.#deps.closed(session);
    };
  }
}
