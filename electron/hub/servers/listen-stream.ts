import { setTimeout as pause } from "node:timers/promises";
import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerHello } from "../../core/mcp/session-era/initialize.ts";
import { HEARS_NOTHING, honoured, type ListenFilter } from "../../core/mcp/stateless-era/listen.ts";
import { within } from "../within.ts";
import type { Listening, ServerConnection } from "./connection.ts";

/** How long after the end of a listen stream the next is opened, in milliseconds. */
const LISTEN_AGAIN_MS = 1_000;
/** How long an acknowledgement is waited for before the stream is used without, in milliseconds. */
const ACKNOWLEDGE_MS = 5_000;

/** What somebody wants to hear of by name, besides the lists. */
export type Watched = Pick<ListenFilter, "resourceSubscriptions" | "taskIds">;

/**
 * The stream on which a stateless server tells of changes (2026-07-28: subscriptions/listen), kept open. When more or
 * less is wanted a new one is opened, and the old one is given up once the server has acknowledged the new: nothing is
 * missed between them.
 */
export class ListenStream {
  readonly #log: (text: string) => void;
  #watched: Watched = { resourceSubscriptions: [], taskIds: [] };
  #renew: (() => void) | undefined;
  /** Those who wait for a stream with what was wanted when they came. */
  #waiting: ((held: ListenFilter) => void)[] = [];

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /**
   * Wants this told from now on, besides what else is watched. Resolves with what the server has agreed to, when it has;
   * while it does not run that can take long.
   */
  watch(wanted: Partial<Watched>): Promise<ListenFilter> {
    this.#watched = { ...this.#watched, ...wanted };
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#renew?.();
    });
  }

  /** Keeps a stream open over this connection for as long as `wanted` says so. */
  async keepOpen(connection: ServerConnection, hello: ServerHello, wanted: () => boolean): Promise<void> {
    const capabilities = new TextEncoder().encode(hello.rawCapabilities);
    let current: Listening | undefined;
    while (wanted()) {
      const renewed = new Promise<void>((resolve) => {
        this.#renew = resolve;
      });
      const waiting = this.#waiting;
      this.#waiting = [];
      const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
      const next = connection.listen(honoured({ ...this.#watched, ...lists }, capabilities));
      const ended = next.done.catch((error: unknown) => this.#log(sentenceOf(error)));
      const said = Promise.race([
        next.acknowledged,
        ended.then(() => "ended" as const),
        renewed.then(() => "renewed" as const),
      ]);
      const held = await within(ACKNOWLEDGE_MS, said);
      if (held === "renewed") {
        // More or less is wanted already; whoever waits goes on waiting for the stream that says so.
        next.cancel();
        this.#waiting.unshift(...waiting);
        continue;
      }
      if (held !== "ended") {
        current?.cancel();
        current = next;
      }
      for (const resolve of waiting) resolve(typeof held === "object" ? held : HEARS_NOTHING);
      await Promise.race([renewed, ended.then(() => pause(LISTEN_AGAIN_MS, undefined, { ref: false }))]);
    }
    current?.cancel();
  }
}
