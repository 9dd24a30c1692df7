/** Posting messages, and what is made of it when that fails: the one place where HTTP errors become the hub's. */
import { STATUS_CODES } from "node:http";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { type BackoffPolicy, backoffDelay } from "../../core/supervisor/backoff.ts";
import { AuthorizationError } from "../../hub/ports/upstream-auth.ts";
import { readChallenge } from "../oauth/challenge.ts";
import { readBeginning } from "./content.ts";
import { excerptOf } from "./excerpt.ts";
import type { End, Link } from "./link.ts";
import { type Answer, type Network, NetworkError } from "./network.ts";
import type { Outgoing } from "./outgoing.ts";
import { networkSentence, statusAdvice } from "./sentences.ts";

/** What the poster asks of the transport that it serves. */
export interface PosterHost {
  readonly type: "http" | "sse";
  /** The server has answered as an MCP server once: a failure from here on is one of a request, not of the server. */
  readonly met: boolean;
  /** The session that requests name, if any. */
  readonly session: string | undefined;
  end(end: End): void;
  /** The server knows the session no more. */
  sessionLost(): void;
}

/** Attempts after the first for a message that surely never left. */
const MORE_ATTEMPTS = 2;
const AGAIN: BackoffPolicy = { firstMs: 200, factor: 4, maxMs: 2_000, jitter: 0.3 };
/** How long others wait for the server to take notifications/initialized, in milliseconds. */
const INITIALIZED_MS = 5_000;
/** How long the answer to what is no request may take, in milliseconds. */
const NOTIFICATION_MS = 60_000;
const ERROR_BODY_BYTES = 64 * 1024;
const ERROR_BODY_MS = 5_000;

/**
 * Posts messages for one transport: tries again what surely never left, and turns refusals into errors of their
 * requests.
 */
export class Poster {
  readonly #link: Link;
  readonly #network: Network;
  readonly #secrets: readonly string[];
  readonly #host: PosterHost;
  readonly #address: string;
  #initialized: Promise<void> | undefined;

  constructor(link: Link, network: Network, url: URL, secrets: readonly string[], host: PosterHost) {
    this.#link = link;
    this.#network = network;
    this.#secrets = secrets;
    this.#host = host;
    this.#address = url.host;
  }

  /**
   * Posts a message; nothing overtakes notifications/initialized. Resolves with the answer of a server that took it
   * (2xx), or with undefined when its fate is settled already. Never rejects.
   */
  async post(
    outgoing: Outgoing,
    url: URL,
    headers: () => Record<string, string>,
  ): Promise<Answer | undefined> {
    if (this.#initialized !== undefined) await this.#initialized;
    const posted = this.#post(outgoing, url, headers());
    if (outgoing.method === "notifications/initialized")
      this.#initialized = Promise.race([posted, this.#link.sleep(INITIALIZED_MS)]).then(() => {
        this.#initialized = undefined;
      });
    return posted;
  }

  async #post(outgoing: Outgoing, url: URL, headers: Record<string, string>): Promise<Answer | undefined> {
    const { signal } = outgoing.controller;
    const isRequest = outgoing.id !== undefined;
    const cancelLimit = isRequest
      ? undefined
      : this.#link.after(NOTIFICATION_MS, () => outgoing.controller.abort());
    try {
      for (let attempt = 0; ; attempt++) {
        if (!this.#link.live || signal.aborted) return undefined;
        try {
          const answer = await this.#network.request({
            method: "POST",
            url,
            headers,
            body: outgoing.bytes,
            lane: isRequest ? "calls" : "control",
            signal,
            connected: () => {
              outgoing.reached = true;
            },
            flushed: () => outgoing.markFlushed(),
          });
          if (answer.status < 200 || answer.status > 299) await this.refused(answer, outgoing);
          outgoing.markJudged();
          return answer.status >= 200 && answer.status <= 299 ? answer : undefined;
        } catch (error) {
          const unsent = error instanceof NetworkError && error.unsent;
          if (!this.#link.live || signal.aborted) return undefined;
          if (error instanceof AuthorizationError) return this.unauthorized(error, outgoing);
          if (unsent && this.#host.met && attempt < MORE_ATTEMPTS)
            await this.#link.sleep(backoffDelay(attempt, this.#link.random(), AGAIN), signal);
          else return this.#lost(outgoing, error, unsent);
        }
      }
    } finally {
      cancelLimit?.();
    }
  }

  /** No answer will come to what was posted. */
  #lost(outgoing: Outgoing, error: unknown, unsent: boolean): undefined {
    const sentence = networkSentence(this.#address, error);
    if (unsent) outgoing.settle(new Error(sentence));
    if (unsent || !this.#host.met) {
      this.#host.end({ code: "unreachable", message: sentence });
      return;
    }
    this.#link.fail(
      outgoing,
      `${sentence}. The request may have reached the server, so it is not sent again.`,
      "connection_lost",
    );
    if (outgoing.id === undefined)
      this.#link.note(`${outgoing.method || "an answer"} was not delivered: ${sentence}`);
  }

  /** There is no token to send a message with, or to ask for a stream with. */
  unauthorized({ code, message }: AuthorizationError, outgoing?: Outgoing): undefined {
    if (code === "auth_unavailable" && this.#host.met) {
      if (outgoing?.id !== undefined) this.#link.fail(outgoing, message, code);
      else this.#link.note(message);
      return;
    }
    outgoing?.settle(new Error(message));
    this.#host.end({ code: code === "needs_auth" ? code : "unreachable", message });
  }

  /** Deals with an answer that is no 2xx, to a message or (without one) to a request for a stream. Never rejects. */
  async refused(answer: Answer, outgoing?: Outgoing): Promise<void> {
    const { status } = answer;
    const said = `${this.#address} answered with HTTP ${status}${STATUS_CODES[status] === undefined ? "" : ` ${STATUS_CODES[status]}`}`;
    const { error, scope } = readChallenge(answer.headers["www-authenticate"]);
    if (status === 403 && error === "insufficient_scope" && this.#host.met) {
      answer.drop();
      const wanted = scope === undefined ? "more" : `more (${excerptOf(scope, this.#secrets)})`;
      const text = `${said}: this needs ${wanted} than the sign-in allows; sign in to the server again to grant it`;
      return this.#refuse(outgoing, error, text, status);
    }
    if (status === 401 || (status === 403 && !this.#host.met)) {
      answer.drop();
      outgoing?.settle(new Error(said));
      return this.#host.end(authorizationEnd(answer, said));
    }
    if (status >= 300 && status < 400) {
      answer.drop();
      const where = this.#destination(answer.headers.location);
      return this.#refuse(
        outgoing,
        "redirected",
        `${said}, which points to ${where}: requests are not sent on to there, so put the server's real URL into the configuration`,
        status,
      );
    }
    if (status === 404 && this.#host.session !== undefined) {
      answer.drop();
      return this.#lose(outgoing, said);
    }
    const body = await this.#beginning(answer);
    const excerpt = excerptOf(body.toString("utf8"), this.#secrets);
    if (status === 400 && this.#host.session !== undefined && blamesSession(excerpt))
      return this.#lose(outgoing, said);
    if (outgoing !== undefined && answersIt(body, outgoing)) return this.#link.deliver(body);
    const details = excerpt === "" ? said : `${said}: ${excerpt}`;
    const passing = status === 429 || status >= 500;
    const code = passing && !this.#host.met ? "unreachable" : status === 403 ? "forbidden" : "http_error";
    const advice = this.#host.met ? "" : ` (${statusAdvice(status, this.#host.type)})`;
    this.#refuse(outgoing, code, details + advice, status);
  }

  #refuse(outgoing: Outgoing | undefined, code: string, message: string, status: number): void {
    // That a first server/discover is refused says no more than that the server may be of the session era.
    const probing = outgoing?.method === "server/discover";
    if (!this.#host.met && !probing) this.#host.end({ code, message });
    else if (outgoing?.id !== undefined) this.#link.fail(outgoing, message, code, { status });
    else this.#link.note(message);
  }

  /** The session is gone: what was refused for that may be sent again in the next one. */
  #lose(outgoing: Outgoing | undefined, said: string): void {
    outgoing?.settle(new Error(`${said}: the session has ended`));
    this.#host.sessionLost();
  }

  async #beginning(answer: Answer): Promise<Buffer> {
    const cancel = this.#link.after(ERROR_BODY_MS, () => answer.abort());
    const body = await readBeginning(answer.content, ERROR_BODY_BYTES);
    cancel();
    return body;
  }

  /** Where a redirect points, without the parts that may be secret. */
  #destination(location: string | undefined): string {
    try {
      const { origin, pathname } = new URL(location ?? "", `http://${this.#address}/`);
      return excerptOf(origin + pathname, this.#secrets);
    } catch {
      return "nowhere";
    }
  }
}

function authorizationEnd(answer: Answer, said: string): End {
  const challenge = answer.headers["www-authenticate"];
  return {
    ...(answer.status === 401 || readChallenge(challenge).error === "insufficient_scope"
      ? { code: "needs_auth", message: `${said}: the server wants a login or a key that it was not given` }
      : { code: "forbidden", message: `${said}: the login or key that was given may not use this server` }),
    ...(challenge === undefined ? {} : { wwwAuthenticate: challenge }),
  };
}

/** Some servers answer 400 where the specification wants 404 for a session that they do not know. */
function blamesSession(text: string): boolean {
  return /\b(no valid|invalid|unknown|expired|missing) session|session(?:[ -]?id)?\b[^.]{0,40}\b(not found|expired|invalid|unknown|terminated|does not exist)/i.test(
    text,
  );
}

/** Whether an error's body is the JSON-RPC answer to the very request. */
function answersIt(body: Buffer, outgoing: Outgoing): boolean {
  if (outgoing.id === undefined) return false;
  try {
    const envelope = scanMessage(body);
    return envelope.kind === "error" && outgoing.hasId(body, envelope);
  } catch (error) {
    if (error instanceof ScanError) return false;
    throw error;
  }
}
