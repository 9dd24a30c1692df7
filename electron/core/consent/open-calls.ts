/** How long a question that nobody waits for any more can still be answered, in milliseconds of awake time. */
export const LATE_MS = 10 * 60_000;

/** What makes calls one and the same to a person. */
export interface CallKey {
  /** The client's id; "" for the anonymous. */
  readonly client: string;
  /** The session; in the stateless era what stands for all of a client's requests. */
  readonly session: string;
  readonly server: string;
  readonly method: string;
  /** The tool, the prompt or the URI, by its server's own name. */
  readonly target: string;
  /** The hash of what is asked for. */
  readonly hash: string;
}

/** One question about a call, and who waits for its answer. */
export interface OpenCall<Waiter> {
  readonly id: string;
  readonly key: CallKey;
  /** When each gives up, in awake time. */
  readonly waiters: ReadonlyMap<Waiter, number>;
  /** When the last deadline passed, in awake time; undefined while somebody waits. An answer is late then. */
  readonly lateSince: number | undefined;
}

interface Entry<Waiter> extends OpenCall<Waiter> {
  readonly text: string;
  readonly waiters: Map<Waiter, number>;
  lateSince: number | undefined;
}

/** What the passing of time has done to the open calls. */
export interface Passed<Waiter> {
  /** Waiters whose deadline has passed, taken off. */
  readonly timedOut: readonly { readonly open: OpenCall<Waiter>; readonly waiter: Waiter }[];
  /** Questions that nobody answered even late, taken off. */
  readonly forgotten: readonly OpenCall<Waiter>[];
}

/**
 * The calls that wait for a person. Identical ones are one question. When the last one that waited has given up, the
 * question can still be answered for a while: the client may come back with the same call.
 */
export class OpenCalls<Waiter> {
  readonly #byId = new Map<string, Entry<Waiter>>();
  readonly #byKey = new Map<string, Entry<Waiter>>();

  get size(): number {
    return this.#byId.size;
  }

  all(): IterableIterator<OpenCall<Waiter>> {
    return this.#byId.values();
  }

  get(id: string): OpenCall<Waiter> | undefined {
    return this.#byId.get(id);
  }

  /** The open question about an identical call. */
  find(key: CallKey): OpenCall<Waiter> | undefined {
    return this.#byKey.get(keyText(key));
  }

  /** How many questions of a client are open. */
  countOf(client: string): number {
    let count = 0;
    for (const { key } of this.#byId.values()) if (key.client === client) count += 1;
    return count;
  }

  /** Opens a question; `deadline` is its first waiter's, in awake time. */
  open(id: string, key: CallKey, waiter: Waiter, deadline: number): OpenCall<Waiter> {
    const text = keyText(key);
    const entry = { id, key, text, waiters: new Map([[waiter, deadline]]), lateSince: undefined };
    this.#byId.set(id, entry);
    this.#byKey.set(text, entry);
    return entry;
  }

  /** One more identical call waits for the same answer. */
  join(id: string, waiter: Waiter, deadline: number): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.waiters.set(waiter, deadline);
    entry.lateSince = undefined;
  }

  /** A call is withdrawn; true when nobody waits for the answer any more, and the question is gone. */
  leave(id: string, waiter: Waiter): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined || !entry.waiters.delete(waiter) || entry.waiters.size > 0) return false;
    this.remove(id);
    return true;
  }

  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#byKey.delete(entry.text);
  }

  /** Takes off what is over at this awake time. */
  pass(now: number): Passed<Waiter> {
    const timedOut: { open: OpenCall<Waiter>; waiter: Waiter }[] = [];
    const forgotten: OpenCall<Waiter>[] = [];
    for (const entry of [...this.#byId.values()]) {
      for (const [waiter, deadline] of [...entry.waiters]) {
        if (deadline > now) continue;
        entry.waiters.delete(waiter);
        timedOut.push({ open: entry, waiter });
      }
      if (entry.waiters.size > 0) continue;
      entry.lateSince ??= now;
      if (now - entry.lateSince < LATE_MS) continue;
      this.remove(entry.id);
      forgotten.push(entry);
    }
    return { timedOut, forgotten };
  }

  /** The one that has been late for longest, if any: it is given up first when there are too many. */
  latest(): OpenCall<Waiter> | undefined {
    let found: Entry<Waiter> | undefined;
    for (const entry of this.#byId.values())
      if (entry.lateSince !== undefined && (found?.lateSince ?? Number.POSITIVE_INFINITY) > entry.lateSince)
        found = entry;
    return found;
  }
}

/** The next deadline of a question, in awake time; undefined when nobody waits for it. */
export function nextDeadline({ waiters }: OpenCall<unknown>): number | undefined {
  let next: number | undefined;
  for (const deadline of waiters.values()) if (next === undefined || deadline < next) next = deadline;
  return next;
}

// As JSON no two keys give the same text.
const keyText = (key: CallKey): string =>
  JSON.stringify([key.client, key.session, key.server, key.method, key.target, key.hash]);
