import { within } from "../within.ts";

/** Longest wait for a pong, in milliseconds. */
export const PING_LIMIT_MS = 10_000;
/** How often a server is pinged, in milliseconds: while somebody watches, and else. */
const WATCHED_MS = 60_000;
const UNWATCHED_MS = 300_000;

/** What can be pinged: an instance of a server. */
export interface Pinged {
  readonly isReady: boolean;
  /** Only the session era has pings (2025-11-25, Utilities, Ping). */
  readonly era: { readonly kind: "session" | "stateless" } | undefined;
  /** When it was launched, milliseconds since the epoch; undefined while it does not run. */
  readonly startedAt: number | undefined;
  /** Resolves when a ping was answered, however; rejects when the server has ended. */
  ping(): Promise<void>;
}

interface Record {
  at: number;
  startedAt: number | undefined;
  /** The last answer's time in milliseconds; undefined before the first. */
  ms: number | undefined;
  failed: boolean;
  waiting: boolean;
}

/** Pings the servers that are ready and have nothing to do, rarely, one ping each at a time. */
export class Pings<S extends Pinged> {
  readonly #records = new Map<S, Record>();
  readonly #isBusy: (server: S) => boolean;
  readonly #changed: (server: S) => void;
  readonly #now: () => number;

  constructor(isBusy: (server: S) => boolean, changed: (server: S) => void, now: () => number) {
    this.#isBusy = isBusy;
    this.#changed = changed;
    this.#now = now;
  }

  /** Pings whichever is due. A server that has just been started is left alone for one turn. */
  tick(servers: readonly S[], watched: boolean): void {
    const now = this.#now();
    const living = new Set(servers);
    for (const server of this.#records.keys()) if (!living.has(server)) this.#records.delete(server);
    for (const server of servers) {
      if (!server.isReady || server.era?.kind !== "session") continue;
      const record = this.#recordOf(server, now);
      const due = now - record.at >= (watched ? WATCHED_MS : UNWATCHED_MS);
      if (due && !record.waiting && !this.#isBusy(server)) void this.#ping(server, record);
    }
  }

  /** The last answer's time in milliseconds, and whether the last ping was left unanswered. */
  of(server: S): { readonly ms: number | undefined; readonly failed: boolean } {
    const record = this.#records.get(server);
    return record === undefined || record.startedAt !== server.startedAt
      ? { ms: undefined, failed: false }
      : record;
  }

  #recordOf(server: S, now: number): Record {
    const known = this.#records.get(server);
    if (known?.startedAt === server.startedAt && known !== undefined) return known;
    const { startedAt } = server;
    const record = { at: now, startedAt, ms: undefined, failed: false, waiting: false };
    this.#records.set(server, record);
    return record;
  }

  async #ping(server: S, record: Record): Promise<void> {
    record.at = this.#now();
    record.waiting = true;
    const before = record.failed;
    try {
      const answered = await within(
        PING_LIMIT_MS,
        server.ping().then(() => true),
      );
      record.failed = answered === undefined;
      record.ms = record.failed ? undefined : Math.max(0, this.#now() - record.at);
    } catch {
      // It has ended: its lifecycle tells.
      record.ms = undefined;
    }
    record.waiting = false;
    if (before !== record.failed) this.#changed(server);
  }
}
