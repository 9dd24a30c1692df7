import type { IncomingMessage } from "node:http";
import type { ClientToken } from "./client-token.ts";
import type { HubLink, HubRun } from "./hub-link.ts";
import { type HttpRequest, NotSent, send } from "./send.ts";
import { sleep } from "./sleep.ts";

/** A pause before the same is tried again, in milliseconds. */
const STEP_MS = 30;

export interface Errand extends Pick<HttpRequest, "method" | "body" | "signal" | "onWritten" | "onFlushed"> {
  /** Asked for right before each try. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Starts a hub when none runs. */
  readonly start: boolean;
  /** When to give up finding a hub, as Date.now() tells time. */
  readonly until: number;
}

export interface Performed {
  readonly run: HubRun;
  readonly response: IncomingMessage;
}

/**
 * Requests to whatever hub runs now. What was not written, and what a closing hub has refused unread, is sent to the next
 * hub; what was written is never sent again.
 */
export class HubRequests {
  readonly #link: Pick<HubLink, "reach" | "lost">;
  readonly #token: Pick<ClientToken, "get" | "refused" | "revoked">;
  readonly #path: string;
  readonly #always: Readonly<Record<string, string>>;

  constructor(
    link: Pick<HubLink, "reach" | "lost">,
    token: Pick<ClientToken, "get" | "refused" | "revoked">,
    path: string,
    always: Readonly<Record<string, string>>,
  ) {
    this.#link = link;
    this.#token = token;
    this.#path = path;
    this.#always = always;
  }

  /** Resolves with the head of the hub's answer. Rejects with GatehouseError, AnswerLost, or when `signal` aborts. */
  async perform(errand: Errand): Promise<Performed> {
    const { signal, until } = errand;
    for (;;) {
      const run = await this.#link.reach(errand);
      const token = await this.#token.get(until, signal);
      // Connections that the hub's end has closed are noticed before one of them is written to.
      await eventsSeen();
      signal.throwIfAborted();
      let response: IncomingMessage;
      try {
        response = await send(run, {
          ...errand,
          path: this.#path,
          headers: { ...this.#always, ...errand.headers(), Authorization: `Bearer ${token}` },
        });
      } catch (error) {
        if (!(error instanceof NotSent) || signal.aborted) throw error;
        this.#link.lost(run);
        await sleep(STEP_MS, signal);
        continue;
      }
      if (response.statusCode === 401) {
        response.resume();
        if (this.#token.refused(token)) continue;
        throw this.#token.revoked();
      }
      if (response.statusCode !== 503 || Date.now() >= until) return { run, response };
      // It is closing, and has not read the request.
      response.resume();
      this.#link.lost(run);
      await sleep(STEP_MS, signal);
    }
  }
}

/** Resolves when every event of the network that had happened has been heard: a whole poll lies between two immediates. */
function eventsSeen(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
