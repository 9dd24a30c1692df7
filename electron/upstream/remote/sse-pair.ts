/**
 * A server behind the older pair of endpoints (MCP 2024-11-05, HTTP with SSE): one GET stream carries all that the
 * server says, and its first event names the URL to which messages are posted. The stream is the session.
 */
import { watchSleep } from "../../core/supervisor/sleep.ts";
import type { Transport } from "../../hub/ports/upstream.ts";
import { AuthorizationError } from "../../hub/ports/upstream-auth.ts";
import { EventStream } from "./event-stream.ts";
import { composeHeaders } from "./headers.ts";
import type { End, Link } from "./link.ts";
import type { Outgoing } from "./outgoing.ts";
import { Poster } from "./poster.ts";
import type { RemoteServer } from "./remote-server.ts";
import { networkSentence } from "./sentences.ts";

/** How long the server may take to name its endpoint, in milliseconds. */
const ENDPOINT_MS = 30_000;
const MAX_ENDPOINT = 8 * 1024;

/**
 * The transport over that pair; it is open when the endpoint was named. What ends it is told by its link, never
 * thrown.
 */
export class SsePair implements Transport {
  readonly pid = null;
  readonly #server: RemoteServer;
  readonly #link: Link;
  readonly #poster: Poster;
  readonly #endpoint = Promise.withResolvers<URL | undefined>();
  #met = false;
  #revision: string | undefined;
  #stopped: Promise<void> | undefined;

  constructor(server: RemoteServer) {
    this.#server = server;
    this.#link = server.link;
    const self = this;
    this.#poster = new Poster(server.link, server.network, server.url, server.secrets, {
      type: "sse",
      get met() {
        return self.#met;
      },
      // The URL of the endpoint names the session: a 404 there means that it is gone.
      get session() {
        return self.#met ? "of the endpoint" : undefined;
      },
      end: (end) => this.#end(end),
      sessionLost: () => this.#lost("has ended the session"),
    });
    this.#link.signal.addEventListener("abort", () => this.#endpoint.resolve(undefined));
    void this.#hear();
    watchSleep(this.#link, () => this.#woke());
  }

  adopt(revision: string): void {
    this.#revision = revision;
  }

  send(parts: readonly Uint8Array[], written?: (error: Error | undefined) => void): boolean {
    return this.#link.send(this.#run, parts, written);
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  stop(): Promise<void> {
    this.#stopped ??= Promise.resolve(
      this.#end({ code: "stopped", message: "The connection to the server was closed." }),
    );
    return this.#stopped;
  }

  readonly #run = async (outgoing: Outgoing): Promise<void> => {
    const endpoint = await this.#endpoint.promise;
    if (endpoint === undefined) return;
    // The answer comes on the stream: a POST that is still open then has nothing more to say.
    outgoing.onDone(() => outgoing.reached && outgoing.controller.abort());
    const answer = await this.#poster.post(outgoing, endpoint, () =>
      this.#headers("application/json, text/event-stream", true),
    );
    outgoing.settle();
    answer?.drop();
  };

  async #hear(): Promise<void> {
    const { network, url, maxBytes } = this.#server;
    const cancelLimit = this.#link.after(ENDPOINT_MS, () =>
      this.#end({
        code: "unreachable",
        message: `${url.host} did not say within ${ENDPOINT_MS / 1_000} s where messages are to be sent`,
      }),
    );
    const stream = new EventStream(this.#link, {
      maxBytes,
      onMessage: (data) => this.#link.deliver(data),
      onOther: (type, data) => {
        if (type !== "endpoint" || this.#met) return;
        cancelLimit();
        this.#found(data);
      },
      onTooLong: () =>
        this.#end({
          code: "message_too_large",
          message: `the server sent a message of more than ${Math.round(maxBytes / 1024 / 1024)} MB`,
        }),
    });
    try {
      const headers = this.#headers("text/event-stream", false);
      const answer = await network.request({
        method: "GET",
        url,
        headers,
        lane: "control",
        signal: this.#link.signal,
      });
      if (answer.status !== 200) return await this.#poster.refused(answer);
      if (answer.mediaType !== "text/event-stream") {
        answer.abort();
        const type = answer.mediaType.slice(0, 60) || "nothing";
        return this.#end({
          code: "http_error",
          message: `${url.host} answered with ${type} instead of a stream of events: check the URL, or set "type": "http"`,
        });
      }
      await stream.read(answer);
      this.#lost("closed the stream");
    } catch (error) {
      if (error instanceof AuthorizationError) this.#poster.unauthorized(error);
      else if (this.#met) this.#lost("broke off the stream");
      else this.#end({ code: "unreachable", message: networkSentence(url.host, error) });
    }
  }

  /** The endpoint must be of the same origin, or the configured headers would be sent to a stranger. */
  #found(data: Uint8Array): void {
    const { url } = this.#server;
    const text = Buffer.from(data.subarray(0, MAX_ENDPOINT)).toString("utf8").trim();
    const endpoint = URL.canParse(text, url.href) ? new URL(text, url.href) : undefined;
    if (endpoint === undefined || endpoint.origin !== url.origin) {
      const where =
        endpoint === undefined
          ? "something that is no URL"
          : `another server, ${endpoint.origin.slice(0, 200)}`;
      return this.#end({
        code: "endpoint_refused",
        message: `${url.host} wants messages to be sent to ${where}: nothing was sent there`,
      });
    }
    endpoint.username = url.username;
    endpoint.password = url.password;
    this.#met = true;
    this.#endpoint.resolve(endpoint);
  }

  #headers(accept: string, posts: boolean): Record<string, string> {
    return composeHeaders({
      configured: this.#server.headers,
      accept,
      posts,
      revision: this.#revision,
      compressed: false,
    });
  }

  #lost(how: string): void {
    const host = this.#server.url.host;
    this.#end(
      this.#met
        ? { code: "session_lost", message: `${host} ${how}; a new session is opened.` }
        : { code: "unreachable", message: `${host} ${how} before it said where messages are to be sent` },
    );
  }

  /** After a sleep the stream may be dead without a sign; with calls under way it is left to TCP to find out. */
  #woke(): void {
    this.#server.network.dropIdle();
    if (this.#met && this.#link.inFlight === 0) this.#lost("was last heard of before this machine slept");
  }

  #end(end: End): void {
    this.#link.close(end);
    this.#server.network.close();
  }
}
