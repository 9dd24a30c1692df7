/**
 * The bridge between a client on stdio and the hub on HTTP. The client's messages go to the hub as the bytes that came,
 * each in a POST of its own, and the hub's come back the same way; what is looked at is only the envelope: which era a
 * request is of, and which requests wait for an answer.
 */
import type { IncomingMessage } from "node:http";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { errorMessage, INTERNAL_ERROR, SERVER_UNAVAILABLE, TOO_LARGE } from "../../core/jsonrpc/errors.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { readEvents, readWhole, type StreamPosition } from "./content.ts";
import { errorIn, isSessionLost } from "./hub-error.ts";
import type { HubRun } from "./hub-link.ts";
import type { HubRequests, Performed } from "./hub-requests.ts";
import type { LineWriter } from "./line-writer.ts";
import { batchOf, type Outbound, outboundOf, textOf } from "./outbound.ts";
import { AnswerLost } from "./send.ts";
import { isStream, POST_HEADERS, reopen, type Session, sessionOf } from "./session.ts";
import { sleep } from "./sleep.ts";

/** How long a message waits for a hub before it is answered with an error: most clients give up after 60 seconds. */
const PATIENCE_MS = 45_000;
/** Bytes on their way to the hub above which nothing more is read from the client. */
const HIGH_WATER = 16 * 1024 * 1024;
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const REOPEN_MS = 100;

const LOST = new GatehouseError(
  "hub_not_running",
  "the hub ended before it answered, so that nobody knows whether the request was carried out",
  "It was not repeated. Check what it has done, then ask again: the hub is found or started by the next request.",
);

/** What a bridge lies between, and whom it tells. */
export interface BridgeOptions {
  readonly requests: HubRequests;
  readonly writer: LineWriter;
  /** Something that the person should know; for stderr. */
  readonly report: (error: GatehouseError) => void;
  /** True: nothing more should be read from the client for now. */
  readonly onFull: (full: boolean) => void;
  readonly patienceMs?: number;
}

/** One client's bridge: takes its lines, and has every request answered once, by the hub or by itself. */
export class Bridge {
  readonly #options: BridgeOptions;
  /** Those that wait for an answer, by their raw ids. */
  readonly #waiting = new Map<string, Outbound>();
  readonly #underWay = new Set<Outbound>();
  #session: Session | undefined;
  #reopening: Promise<void> | undefined;
  #statelessVersion: string | undefined;
  /** Notifications go one after the other, and requests after the notifications before them. */
  #order: Promise<unknown> | undefined;
  #bytes = 0;
  #full = false;
  #idle: (() => void) | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Takes one line of the client. */
  receive(bytes: Uint8Array): void {
    const until = Date.now() + (this.#options.patienceMs ?? PATIENCE_MS);
    let envelope: Envelope;
    try {
      envelope = scanMessage(bytes);
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      if (error.batch) return this.#begin(batchOf(bytes, until));
      const id = error.id === undefined ? null : bytes.subarray(error.id.start, error.id.end);
      return this.#options.writer.write(errorMessage(id, error.code, error.message));
    }
    const outbound = outboundOf(bytes, envelope, until, this.#session ? undefined : this.#statelessVersion);
    const version = outbound.stateless?.["MCP-Protocol-Version"];
    if (version !== undefined) this.#statelessVersion = version;
    if (envelope.method === "notifications/cancelled") this.#cancel(outbound, cancelledId(bytes, envelope));
    else this.#begin(outbound, envelope.method === "notifications/initialized");
  }

  /** A line has outgrown what is carried. */
  tooLong(): void {
    this.#options.writer.write(errorMessage(null, TOO_LARGE, "the message is larger than the hub carries"));
  }

  /** Waits for answers under way, at most so long; then ends the session and whatever is left. */
  async finish(milliseconds: number): Promise<void> {
    if (this.#busy && milliseconds > 0) {
      const wake = new AbortController();
      this.#idle = () => wake.abort();
      await sleep(milliseconds, wake.signal);
    }
    for (const outbound of this.#underWay) outbound.control.abort();
    await this.#session?.end(this.#options.requests);
  }

  get #busy(): boolean {
    return [...this.#underWay].some(({ kind }) => kind !== "listen");
  }

  #begin(outbound: Outbound, opensStream = false): void {
    for (const id of outbound.ids) this.#waiting.set(id, outbound);
    this.#take(outbound);
    const holdsOthers = outbound.kind === "initialize" || outbound.kind === "notification";
    const done = this.#inOrder(() => this.#run(outbound, opensStream), holdsOthers);
    void done.catch((error: unknown) => this.#fail(outbound, error));
  }

  async #inOrder(act: () => Promise<void>, holdsOthers: boolean): Promise<void> {
    const before = this.#order;
    const run = before === undefined ? act() : before.then(act);
    if (holdsOthers) {
      const held = run
        .catch(() => {})
        .then(() => {
          if (this.#order === held) this.#order = undefined;
        });
      this.#order = held;
    }
    await run;
  }

  /**
   * A request that has not left is simply dropped; of one of the stateless era the answer's stream is closed (2026-07-28,
   * Streamable HTTP: Cancellation); in the session era the hub is told.
   */
  #cancel(notice: Outbound, id: Uint8Array | undefined): void {
    const target = id === undefined ? undefined : this.#waiting.get(textOf(id));
    if (target === undefined || id === undefined) {
      if (notice.stateless === undefined) this.#begin(notice);
      return;
    }
    if (target.open.size === 1 && (!target.written || target.stateless !== undefined)) {
      target.open.clear();
      target.control.abort();
      return;
    }
    target.open.delete(textOf(id));
    this.#take(notice);
    const tell = async (): Promise<void> => {
      await target.flushed;
      await this.#run(notice, false);
    };
    void this.#inOrder(tell, true).catch((error: unknown) => this.#fail(notice, error));
  }

  async #run(outbound: Outbound, opensStream: boolean): Promise<void> {
    try {
      await this.#deliver(outbound);
      if (opensStream) this.#followSession();
    } catch (error) {
      if (!outbound.control.signal.aborted) this.#fail(outbound, error);
    } finally {
      this.#release(outbound);
      for (const id of outbound.ids) if (this.#waiting.get(id) === outbound) this.#waiting.delete(id);
      this.#underWay.delete(outbound);
      if (!this.#busy) this.#idle?.();
    }
  }

  async #deliver(outbound: Outbound): Promise<void> {
    if (outbound.kind === "listen") return this.#listen(outbound);
    const { writer } = this.#options;
    for (let reopened = false; ; reopened = true) {
      const { run, response, session } = await this.#post(outbound, outbound.until);
      if (isEvents(response)) return this.#stream(outbound, run, response);
      const body = await whole(response, writer, outbound);
      const isLost = response.statusCode === 404 && session !== undefined && isSessionLost(body);
      if (!isLost || reopened) return this.#answered(outbound, response, body);
      await this.#reopen(session, outbound);
    }
  }

  /**
   * A listen stream asks for nothing to be done: it is opened again at every run of the hub, until the client ends it. The
   * client is told once that it is heard, and not that one hub has closed the stream (2026-07-28, Subscriptions: Graceful
   * Closure): for it the next one goes on.
   */
  async #listen(outbound: Outbound): Promise<void> {
    const { signal } = outbound.control;
    let isAcknowledged = false;
    const isNews = (data: Uint8Array): boolean => {
      const { kind, method } = readEnvelope(data);
      if (method !== ACKNOWLEDGED) return kind !== "result";
      const wasAcknowledged = isAcknowledged;
      isAcknowledged = true;
      return !wasAcknowledged;
    };
    for (let again = false; ; again = true) {
      try {
        const { response } = await this.#post(
          outbound,
          again ? Number.POSITIVE_INFINITY : outbound.until,
          !again,
        );
        if (!isEvents(response))
          return this.#answered(outbound, response, await whole(response, this.#options.writer, outbound));
        await this.#events(outbound, response, { lastEventId: "", retryMs: undefined }, response, isNews);
      } catch (error) {
        if (!(error instanceof AnswerLost) || signal.aborted) throw error;
      }
      if (outbound.open.size === 0 || signal.aborted) return;
      await sleep(REOPEN_MS, signal);
    }
  }

  async #post(
    outbound: Outbound,
    until: number,
    start = true,
  ): Promise<Performed & { session: Session | undefined }> {
    let session: Session | undefined;
    const performed = await this.#options.requests.perform({
      method: "POST",
      body: outbound.bytes,
      headers: () => {
        session = this.#sessionFor(outbound);
        return { ...POST_HEADERS, ...(session?.headers() ?? outbound.stateless) };
      },
      start,
      until,
      signal: outbound.control.signal,
      onWritten: () => {
        outbound.written = true;
      },
      onFlushed: () => this.#release(outbound),
    });
    return { ...performed, session };
  }

  /** The answer in one piece. */
  #answered(outbound: Outbound, response: IncomingMessage, body: Buffer): void {
    const { statusCode = 0 } = response;
    const asked = outbound.open.size;
    if (body.length > 0) outbound.settle(body);
    const isAnswer = asked > 0 && outbound.open.size < asked;
    if (isAnswer) {
      this.#options.writer.write(body);
      if (statusCode === 200) this.#opened(outbound, response, body);
      return;
    }
    // A request that was cancelled is not answered.
    if (statusCode < 300) return;
    const { code, message, data } = errorIn(body, statusCode);
    for (const id of outbound.open.values())
      this.#options.writer.write(errorMessage(id, code, message, data));
    if (asked === 0)
      this.#options.report(new GatehouseError("bad_request", `the hub refused a message: ${message}`));
  }

  /** Passes events on until all is answered or the stream has ended, over more than one connection if need be. */
  async #stream(outbound: Outbound, run: HubRun, first: IncomingMessage): Promise<void> {
    const position: StreamPosition = { lastEventId: "", retryMs: undefined };
    for (let response: IncomingMessage | undefined = first; response !== undefined; ) {
      try {
        // Ended in order without an answer: a request that was cancelled gets none.
        return await this.#events(outbound, response, position, first);
      } catch (error) {
        if (!(error instanceof AnswerLost) || outbound.open.size === 0) return;
        response = await this.#resume(outbound, run, position.lastEventId);
      }
    }
    throw new AnswerLost("the connection was lost");
  }

  /** Passes on the events of one connection that are news to the client; rejects with AnswerLost when it breaks. */
  async #events(
    outbound: Outbound,
    response: IncomingMessage,
    position: StreamPosition,
    first: IncomingMessage,
    isNews: (data: Uint8Array) => boolean = () => true,
  ): Promise<void> {
    const { writer } = this.#options;
    const onMessage = (data: Uint8Array): void => {
      if (!isNews(data)) return;
      outbound.settle(data);
      writer.write(data);
      if (outbound.open.size === 0) this.#opened(outbound, first, data);
    };
    try {
      await readEvents(response, writer.passage, position, onMessage);
    } catch (error) {
      if (outbound.control.signal.aborted) throw error;
      throw new AnswerLost(sentenceOf(error));
    }
  }

  /** Goes on with a broken stream at the same run of the hub (2025-11-25, Streamable HTTP: Resumability). */
  async #resume(outbound: Outbound, run: HubRun, lastEventId: string): Promise<IncomingMessage | undefined> {
    const session = this.#session;
    if (session === undefined || outbound.stateless !== undefined || lastEventId === "") return undefined;
    try {
      const { run: now, response } = await this.#options.requests.perform({
        method: "GET",
        headers: () => ({ ...session.headers(), Accept: "text/event-stream", "Last-Event-ID": lastEventId }),
        start: false,
        until: 0,
        signal: outbound.control.signal,
      });
      if (now.id === run.id && response.statusCode === 200) return response;
      response.destroy();
    } catch {
      // It is gone.
    }
    return undefined;
  }

  #opened(outbound: Outbound, response: IncomingMessage, answer: Uint8Array): void {
    if (outbound.kind !== "initialize") return;
    const opened = sessionOf(response.headers["mcp-session-id"], answer, outbound.bytes);
    if (opened === undefined) return;
    void this.#session?.end(this.#options.requests);
    this.#session = opened;
  }

  #sessionFor(outbound: Outbound): Session | undefined {
    return outbound.stateless === undefined && outbound.kind !== "initialize" ? this.#session : undefined;
  }

  #followSession(): void {
    const { requests, writer } = this.#options;
    this.#session?.follow(requests, writer.passage, (data) => writer.write(data));
  }

  /** The hub does not know the session any more: another takes its place, and the client need not know. */
  async #reopen(lost: Session, { until }: Outbound): Promise<void> {
    if (this.#session !== lost) return this.#reopening;
    this.#reopening ??= (async () => {
      const { requests, writer } = this.#options;
      const session = await reopen(lost, requests, writer.passage, until, new AbortController().signal);
      if (session === undefined)
        throw new GatehouseError("unauthorized", "the hub has ended the session", "Start the client anew.");
      void lost.end();
      this.#session = session;
      if (lost.initialized) this.#followSession();
    })().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  #fail(outbound: Outbound, error: unknown): void {
    const { writer, report } = this.#options;
    const known = error instanceof AnswerLost ? LOST : error;
    const failure =
      known instanceof GatehouseError
        ? known
        : new GatehouseError("internal", sentenceOf(known), "Ask again.");
    report(failure);
    const { code, message, advice } = failure;
    const text = advice === undefined ? message : `${message}. ${advice}`;
    const number = code === "internal" ? INTERNAL_ERROR : SERVER_UNAVAILABLE;
    for (const id of outbound.open.values()) writer.write(errorMessage(id, number, text, { code, advice }));
  }

  #take(outbound: Outbound): void {
    this.#underWay.add(outbound);
    this.#bytes += outbound.bytes.length;
    if (this.#full || this.#bytes <= HIGH_WATER) return;
    this.#full = true;
    this.#options.onFull(true);
  }

  /** All of it has left, or never will. */
  #release(outbound: Outbound): void {
    if (!outbound.release()) return;
    this.#bytes -= outbound.bytes.length;
    if (!this.#full || this.#bytes > HIGH_WATER / 2) return;
    this.#full = false;
    this.#options.onFull(false);
  }
}

/** An answer that breaks off is lost. */
async function whole(response: IncomingMessage, writer: LineWriter, outbound: Outbound): Promise<Buffer> {
  try {
    return await readWhole(response, writer.passage);
  } catch (error) {
    if (outbound.control.signal.aborted) throw error;
    throw new AnswerLost(sentenceOf(error));
  }
}

const isEvents = ({ statusCode, headers }: IncomingMessage): boolean =>
  statusCode === 200 && isStream(headers["content-type"]);

function cancelledId(bytes: Uint8Array, envelope: Envelope): Uint8Array | undefined {
  const found = envelope.paramsMembers.find(({ key }) => key === "requestId")?.value;
  return found === undefined ? undefined : bytes.subarray(found.start, found.end);
}

/** What a message of the hub's is; nothing of it is known where it is none. */
function readEnvelope(bytes: Uint8Array): Partial<Pick<Envelope, "kind" | "method">> {
  try {
    return scanMessage(bytes);
  } catch {
    return {};
  }
}
