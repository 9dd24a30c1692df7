/**
 * A server behind Streamable HTTP, session era (MCP 2025-03-26 to 2025-11-25, transports). Every message is a POST; its
 * answer is JSON or a stream of events. After notifications/initialized one GET stream brings what the server says by
 * itself. A stream that breaks before its answer is taken up where it broke, if its events had ids.
 */

import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import { type BackoffPolicy, backoffDelay } from "../../core/supervisor/backoff.ts";
import { watchSleep } from "../../core/supervisor/sleep.ts";
import type { Transport } from "../../hub/ports/upstream.ts";
import { readWhole, TooLarge } from "./content.ts";
import { EventStream } from "./event-stream.ts";
import { excerptOf } from "./excerpt.ts";
import { composeHeaders, eventIdHeader, sessionIdOf } from "./headers.ts";
import type { End, Link } from "./link.ts";
import { type Answer, NetworkError } from "./network.ts";
import type { Outgoing } from "./outgoing.ts";
import { Poster } from "./poster.ts";
import type { RemoteServer } from "./remote-server.ts";
import { networkSentence } from "./sentences.ts";

const RESUME: BackoffPolicy = { firstMs: 500, factor: 2, maxMs: 30_000, jitter: 0.2 };
/** Resumptions in a row that bring nothing before the request fails. */
const MOST_RESUMPTIONS = 8;
/** Refusals of a new connection in a row after which nobody is there to resume with. */
const MOST_REFUSALS = 3;
const LISTEN: BackoffPolicy = { firstMs: 1_000, factor: 2, maxMs: 5 * 60_000, jitter: 0.2 };
/** A stream that lasted this long was a good one, even if nothing was said. */
const GOOD_STREAM_MS = 5 * 60_000;
/** How long a stream may stay open after its answer, in milliseconds. */
const AFTER_ANSWER_MS = 2_000;
/** How long others may take to be refused too when the session is gone. */
const LOSING_MS = 500;
const FAREWELL_MS = 2_000;
const AFTER_WAKE_MS = 3_000;
const BOTH = "application/json, text/event-stream";
const STREAM = "text/event-stream";

/**
 * The transport over Streamable HTTP (MCP "Transports", of every revision from 2025-03-26). What ends it is told by
 * its link, never thrown.
 */
export class StreamableHttp implements Transport {
  readonly pid = null;
  readonly #server: RemoteServer;
  readonly #link: Link;
  readonly #poster: Poster;
  #met = false;
  #session: string | undefined;
  #revision: string | undefined;
  #losing = false;
  /** The stream of the server's own words is open. */
  #listening = false;
  #listen = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(server: RemoteServer) {
    this.#server = server;
    this.#link = server.link;
    const self = this;
    this.#poster = new Poster(server.link, server.network, server.url, server.secrets, {
      type: "http",
      get met() {
        return self.#met;
      },
      get session() {
        return self.#session;
      },
      end: (end) => this.#end(end),
      sessionLost: () => this.#lose(),
    });
    watchSleep(this.#link, () => this.#woke());
  }

  adopt(revision: string): void {
    this.#revision = revision;
  }

  send(
    parts: readonly Uint8Array[],
    written?: (error: Error | undefined) => void,
    mirrored?: readonly HeaderParam[],
  ): boolean {
    if (this.#losing) {
      if (written !== undefined)
        queueMicrotask(() => written(new Error("the session with the server has ended")));
      return true;
    }
    return this.#link.send(this.#run, parts, written, mirrored);
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  readonly #run = async (outgoing: Outgoing): Promise<void> => {
    const answer = await this.#poster.post(outgoing, this.#server.url, () => ({
      ...this.#headers(BOTH, true),
      ...outgoing.headers,
    }));
    if (answer === undefined) return;
    if (outgoing.method === "server/discover") this.#met = true;
    if (outgoing.method === "initialize") {
      this.#met = true;
      this.#session = sessionIdOf(answer.headers["mcp-session-id"]);
    }
    outgoing.settle();
    if (outgoing.method === "notifications/initialized") void this.#hear();
    if (outgoing.id === undefined) answer.drop();
    else if (answer.mediaType === STREAM) await this.#readStream(outgoing, answer);
    else await this.#readContent(outgoing, answer);
  };

  async #readContent(outgoing: Outgoing, answer: Answer): Promise<void> {
    const host = this.#server.url.host;
    let content: Buffer;
    try {
      content = await readWhole(answer.content, this.#link.gate, this.#server.maxBytes);
    } catch (error) {
      if (error instanceof TooLarge) return this.#tooLarge(outgoing);
      const { message } = error as Error;
      return this.#link.fail(
        outgoing,
        `${host} broke off its answer: ${excerptOf(message, this.#server.secrets)}`,
        "connection_lost",
      );
    }
    if (answer.status === 202 || content.length === 0) {
      // Not what the specification says, but harmless as long as there is a stream on which the answer can come.
      if (this.#listening || outgoing.done) return;
      return this.#link.fail(
        outgoing,
        `${host} took the request (HTTP ${answer.status}) and gave no answer`,
        "no_answer",
      );
    }
    if (isJson(content)) this.#link.deliver(content);
    const excerpt = excerptOf(content.toString("utf8", 0, 4_096), this.#server.secrets);
    const type = answer.mediaType === "" ? "of no type" : `of the type ${answer.mediaType.slice(0, 60)}`;
    this.#link.fail(
      outgoing,
      `${host} gave an answer (${type}) that holds no answer to this request: ${excerpt}`,
      "bad_answer",
    );
  }

  async #readStream(outgoing: Outgoing, first: Answer): Promise<void> {
    const stream = new EventStream(this.#link, {
      maxBytes: this.#server.maxBytes,
      onMessage: (data) => this.#link.deliver(data),
      onTooLong: () => {
        this.#tooLarge(outgoing);
        outgoing.controller.abort();
      },
    });
    let cancelGrace: (() => void) | undefined;
    outgoing.onDone(() => {
      cancelGrace = this.#link.after(AFTER_ANSWER_MS, () => outgoing.controller.abort());
    });
    let failures = 0;
    for (let answer: Answer | undefined = first; answer !== undefined; ) {
      const before = stream.progress;
      try {
        await stream.read(answer);
      } catch {
        // A broken stream is dealt with like one that ended too early.
      }
      if (!this.#link.live || outgoing.done) return cancelGrace?.();
      failures = stream.progress > before ? 0 : failures + 1;
      answer = await this.#resumed(outgoing, stream, failures);
    }
  }

  /** Takes up a request's stream where it broke; undefined when that cannot be, and the request is dealt with. */
  async #resumed(outgoing: Outgoing, stream: EventStream, failedBefore: number): Promise<Answer | undefined> {
    const { signal } = outgoing.controller;
    const lastEventId = eventIdHeader(stream.lastEventId);
    let failures = failedBefore;
    let refusals = 0;
    while (lastEventId !== undefined && failures <= MOST_RESUMPTIONS && refusals < MOST_REFUSALS) {
      const delay = backoffDelay(failures, this.#link.random(), RESUME);
      await this.#link.sleep(Math.max(stream.retryMs, delay), signal);
      if (!this.#link.live || outgoing.done) return undefined;
      const answer = await this.#get(signal, lastEventId);
      if (!(answer instanceof NetworkError)) {
        if (answer.status === 200 && answer.mediaType === STREAM) return answer;
        if (answer.status < 500 && answer.status !== 429) {
          await this.#poster.refused(answer, outgoing);
          this.#unanswered(outgoing);
          return undefined;
        }
        answer.drop();
      } else if (answer.code === "ECONNREFUSED") refusals += 1;
      failures += 1;
    }
    this.#unanswered(outgoing);
    return undefined;
  }

  #unanswered(outgoing: Outgoing): void {
    const text = `${this.#server.url.host} closed the stream before its answer. The request may have been carried out, so it is not sent again.`;
    this.#link.fail(outgoing, text, "connection_lost");
  }

  #tooLarge(outgoing: Outgoing): void {
    const limit = Math.round(this.#server.maxBytes / 1024 / 1024);
    this.#link.fail(outgoing, `the server's answer is larger than ${limit} MB`, "message_too_large");
  }

  /** Keeps the stream of what the server says by itself open, until the server does not want one or the link ends. */
  async #hear(): Promise<void> {
    const stream = new EventStream(this.#link, {
      maxBytes: this.#server.maxBytes,
      onMessage: (data) => this.#link.deliver(data),
      onTooLong: () => this.#link.note("a message that is too large was dropped"),
    });
    let worked = false;
    for (let failures = 0; this.#link.live; ) {
      this.#listen = new AbortController();
      const since = this.#link.now();
      const before = stream.progress;
      const answer = await this.#get(this.#listen.signal, eventIdHeader(stream.lastEventId));
      if (!(answer instanceof NetworkError)) {
        if (answer.status === 200 && answer.mediaType === STREAM) {
          worked = true;
          this.#listening = true;
          await stream.read(answer).catch(() => undefined);
          this.#listening = false;
        } else if (answer.status < 500 && answer.status !== 429) return this.#unheard(answer, worked);
        else answer.drop();
      }
      const good = stream.progress > before || this.#link.now() - since >= GOOD_STREAM_MS;
      failures = good ? 0 : failures + 1;
      const delay = Math.max(stream.retryMs, backoffDelay(failures, this.#link.random(), LISTEN));
      await this.#link.sleep(this.#listen.signal.aborted ? this.#link.random() * AFTER_WAKE_MS : delay);
    }
  }

  /** The server offers no stream of its own (405), or no more. A 404 says only then something of the session. */
  #unheard(answer: Answer, worked: boolean): void {
    if (answer.status === 405 || answer.status === 404) {
      answer.drop();
      if (answer.status === 404 && worked && this.#session !== undefined) this.#lose();
    } else if (worked) void this.#poster.refused(answer);
    else {
      answer.drop();
      this.#link.note(`the server opened no stream for its own messages (HTTP ${answer.status})`);
    }
  }

  /** Asks for a stream; a token that cannot be had is a failure like any other. */
  async #get(signal: AbortSignal, lastEventId: string | undefined): Promise<Answer | NetworkError> {
    const headers = this.#headers(STREAM, false, lastEventId);
    try {
      return await this.#server.network.request({
        method: "GET",
        url: this.#server.url,
        headers,
        lane: "control",
        signal: AbortSignal.any([signal, this.#link.signal]),
      });
    } catch (error) {
      return error instanceof NetworkError
        ? error
        : new NetworkError("ERROR", networkSentence(this.#server.url.host, error), true);
    }
  }

  #headers(accept: string, posts: boolean, lastEventId?: string): Record<string, string> {
    return composeHeaders({
      configured: this.#server.headers,
      accept,
      posts,
      revision: this.#revision,
      session: this.#session,
      lastEventId,
      compressed: posts,
    });
  }

  /** The session is gone. What is just being refused for the same reason gets a moment to hear of it. */
  #lose(): void {
    if (this.#losing || !this.#link.live) return;
    this.#losing = true;
    const others = this.#link.unjudged().map((outgoing) => outgoing.judgement);
    void Promise.race([Promise.all(others), this.#link.sleep(LOSING_MS)]).then(() =>
      this.#end({
        code: "session_lost",
        message: `${this.#server.url.host} has ended the session, as servers do when they are restarted; a new one is opened.`,
      }),
    );
  }

  #woke(): void {
    this.#server.network.dropIdle();
    this.#listen.abort();
  }

  async #stop(): Promise<void> {
    if (!this.#link.live) return;
    this.#link.halt();
    if (this.#session !== undefined && !this.#losing) await this.#farewell();
    this.#end({ code: "stopped", message: "The connection to the server was closed." });
  }

  /** Tells the server that the session ends; it may refuse (405), and it is not waited for long. */
  async #farewell(): Promise<void> {
    const controller = new AbortController();
    const cancel = this.#server.clock.after(FAREWELL_MS, () => controller.abort());
    try {
      const answer = await this.#server.network.request({
        method: "DELETE",
        url: this.#server.url,
        headers: this.#headers(BOTH, false),
        lane: "control",
        signal: controller.signal,
      });
      answer.drop();
    } catch {
      // The server will find out by itself.
    } finally {
      cancel();
    }
  }

  #end(end: End): void {
    this.#link.close(end);
    this.#server.network.close();
  }
}

function isJson(content: Buffer): boolean {
  const first = content.find((byte) => byte > 0x20 && byte < 0xbb);
  return first === 0x7b || first === 0x5b;
}
