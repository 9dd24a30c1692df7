import { type Passage, readEvents, readWhole, type StreamPosition } from "./content.ts";
import type { HubRequests } from "./hub-requests.ts";
import { sleep } from "./sleep.ts";

const AGAIN_MS = 100;
const LONGEST_AGAIN_MS = 10_000;
/** Enough for a hub that runs to end a session; it forgets unused ones by itself. */
const END_MS = 1_000;
const INITIALIZED = Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}');

export const POST_HEADERS = {
  Accept: "application/json, text/event-stream",
  "Content-Type": "application/json",
} as const;

/** One session of the client at the hub, which outlives runs of the hub, and its stream of server messages. */
export class Session {
  readonly id: string;
  readonly revision: string | undefined;
  /** The client's own initialize message: with it the session is opened anew if the hub has lost it. */
  readonly initialize: Uint8Array;
  readonly #over = new AbortController();
  #streams = false;

  constructor(id: string, revision: string | undefined, initialize: Uint8Array) {
    this.id = id;
    this.revision = revision;
    this.initialize = initialize;
  }

  readonly headers = (): Record<string, string> => ({
    "Mcp-Session-Id": this.id,
    ...(this.revision === undefined ? {} : { "MCP-Protocol-Version": this.revision }),
  });

  /** The client has said that it is initialized. */
  get initialized(): boolean {
    return this.#streams;
  }

  /** Follows the stream of server messages, from one run of the hub to the next, until the session is over. */
  follow(requests: HubRequests, passage: Passage, onMessage: (data: Uint8Array) => void): void {
    if (this.#streams) return;
    this.#streams = true;
    void this.#follow(requests, passage, onMessage);
  }

  /** Nobody follows it any more; with `requests` the hub is told. */
  async end(requests?: HubRequests): Promise<void> {
    this.#over.abort();
    if (requests === undefined) return;
    try {
      const { response } = await requests.perform({
        method: "DELETE",
        headers: this.headers,
        start: false,
        until: 0,
        signal: AbortSignal.timeout(END_MS),
      });
      response.resume();
    } catch {
      // The hub is gone or refuses: it forgets the session by itself in time.
    }
  }

  async #follow(
    requests: HubRequests,
    passage: Passage,
    onMessage: (data: Uint8Array) => void,
  ): Promise<void> {
    const { signal } = this.#over;
    const position: StreamPosition = { lastEventId: "", retryMs: undefined };
    for (let failures = 0; !signal.aborted; ) {
      try {
        const { response } = await requests.perform({
          method: "GET",
          headers: () => ({
            ...this.headers(),
            Accept: "text/event-stream",
            ...(position.lastEventId === "" ? {} : { "Last-Event-ID": position.lastEventId }),
          }),
          start: false,
          until: Number.POSITIVE_INFINITY,
          signal,
        });
        if (response.statusCode === 200) {
          failures = 0;
          await readEvents(response, passage, position, onMessage);
        } else {
          response.resume();
          // Lost: the next message finds that out and opens another.
          if (response.statusCode === 404) return;
          if (response.statusCode === 405 && position.lastEventId === "") return;
          position.lastEventId = "";
          failures += 1;
        }
      } catch {
        failures += 1;
      }
      await sleep(Math.min(AGAIN_MS * 2 ** failures, LONGEST_AGAIN_MS), signal);
    }
  }
}

/** Opens a session anew with the client's own message, which the client does not see. Undefined when the hub will not. */
export async function reopen(
  lost: Session,
  requests: HubRequests,
  passage: Passage,
  until: number,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const post = (body: Uint8Array, headers: () => Record<string, string>) =>
    requests.perform({
      method: "POST",
      body,
      headers: () => ({ ...POST_HEADERS, ...headers() }),
      start: true,
      until,
      signal,
    });
  const { response } = await post(lost.initialize, () => ({}));
  const session = sessionOf(
    response.headers["mcp-session-id"],
    await messageOf(response, passage),
    lost.initialize,
  );
  if (session === undefined || !lost.initialized) return session;
  (await post(INITIALIZED, session.headers)).response.resume();
  return session;
}

/** The session that an answer to initialize has opened. */
export function sessionOf(
  id: string | string[] | undefined,
  answer: Uint8Array,
  initialize: Uint8Array,
): Session | undefined {
  if (typeof id !== "string") return undefined;
  let revision: unknown;
  try {
    const message = JSON.parse(Buffer.from(answer).toString("utf8")) as {
      result?: { protocolVersion?: unknown };
    };
    revision = message.result?.protocolVersion;
  } catch {
    // Without a revision the hub takes its own.
  }
  return new Session(id, typeof revision === "string" ? revision : undefined, initialize);
}

/** The last message of an answer, in either form. */
async function messageOf(response: Parameters<typeof readWhole>[0], passage: Passage): Promise<Uint8Array> {
  if (!isStream(response.headers["content-type"])) return readWhole(response, passage);
  let last: Uint8Array = new Uint8Array(0);
  await readEvents(response, passage, { lastEventId: "", retryMs: undefined }, (data) => {
    last = data;
  });
  return last;
}

/** Whether an answer is an event stream. */
export const isStream = (contentType: string | undefined): boolean =>
  contentType?.startsWith("text/event-stream") === true;
