import { setTimeout as pause } from "node:timers/promises";
import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerHello } from "../../core/mcp/session-era/initialize.ts";
import { honoured } from "../../core/mcp/stateless-era/listen.ts";
import type { ServerConnection } from "./connection.ts";

/** How long after the end of a listen stream the next is opened, in milliseconds. */
const LISTEN_AGAIN_MS = 1_000;

/** The stream on which a stateless server tells of changes (2026-07-28: subscriptions/listen), kept open. */
export class ListenStream {
  readonly #log: (text: string) => void;
  /** The resources that somebody wants to hear of. */
  #watched: ReadonlySet<string> = new Set();
  #renew: (() => void) | undefined;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** Wants changes of these resources told from now on; an open stream is opened anew for it. */
  watch(uris: ReadonlySet<string>): void {
    this.#watched = uris;
    this.#renew?.();
  }

  /** Keeps a stream open over this connection for as long as `wanted` says so. */
  async keepOpen(connection: ServerConnection, hello: ServerHello, wanted: () => boolean): Promise<void> {
    const capabilities = new TextEncoder().encode(hello.rawCapabilities);
    while (wanted()) {
      const renewed = new Promise<void>((resolve) => {
        this.#renew = resolve;
      });
      const filter = honoured(
        {
          toolsListChanged: true,
          promptsListChanged: true,
          resourcesListChanged: true,
          resourceSubscriptions: [...this.#watched],
        },
        capabilities,
      );
      const stream = connection.listen(filter);
      const ended = stream.done.catch((error: unknown) => this.#log(sentenceOf(error)));
      await Promise.race([renewed, ended.then(() => pause(LISTEN_AGAIN_MS, undefined, { ref: false }))]);
      stream.cancel();
    }
  }
}
