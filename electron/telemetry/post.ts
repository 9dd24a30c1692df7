import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

/** Statuses after which the same request may be sent again (OTLP 1.9, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** A receiver that asks for a longer pause is asked again after this one, in milliseconds. */
const LONGEST_PAUSE_MS = 3_600_000;
/** What is read of an answer, in bytes: it says little. */
const MOST_ANSWER = 256 * 1024;

export type Signal = "traces" | "metrics";

/** What became of a request. `why` is a part of a sentence, and holds nothing that the receiver was sent. */
export type Sent =
  | { readonly kind: "taken"; readonly answer: string }
  /** It may be sent again, after that many milliseconds where the receiver said so. */
  | { readonly kind: "later"; readonly why: string; readonly afterMs: number | undefined }
  /** It must not be sent again. */
  | { readonly kind: "refused"; readonly why: string };

/** Posts one body; resolves in any case. */
export type Post = (signal: Signal, body: Uint8Array) => Promise<Sent>;

/** Connections to a receiver. */
export interface Receiver {
  readonly post: Post;
  /** Ends what is under way and closes connections. */
  close(): void;
}

/**
 * Where a signal goes, from the base URL. People also write the address of one signal, as other programs take it; a query
 * stays what it is.
 */
export function signalUrl(base: string, signal: Signal): URL {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, "").replace(/\/v1\/(?:traces|metrics)$/, "");
  url.pathname = `${path.replace(/\/+$/, "")}/v1/${signal}`;
  url.hash = "";
  return url;
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); undefined when none. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.min(Math.max(milliseconds, 0), LONGEST_PAUSE_MS);
}

/** Opens a receiver of OTLP over HTTP in JSON. An answer is waited for so many milliseconds. */
export function openReceiver(
  base: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Receiver {
  const isSecure = new URL(base).protocol === "https:";
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = isSecure ? requestHttps : requestHttp;
  const closing = new AbortController();
  return {
    post: (signal, body) =>
      new Promise((resolve) => {
        const limit = AbortSignal.timeout(timeoutMs);
        const later = (error: Error): void => {
          const why = limit.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(error);
          resolve({ kind: "later", why, afterMs: undefined });
        };
        try {
          const sent = request(
            signalUrl(base, signal),
            { method: "POST", agent, signal: AbortSignal.any([limit, closing.signal]) },
            (response) => void sentOf(response).then(resolve, later),
          );
          sent.on("error", later);
          for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
          sent.setHeader("Content-Type", "application/json");
          sent.setHeader("Content-Length", body.byteLength);
          sent.end(body);
        } catch (error) {
          // What Node does not take as a header never will be one.
          resolve({ kind: "refused", why: reasonOf(error as Error) });
        }
      }),
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

async function sentOf(response: IncomingMessage): Promise<Sent> {
  const { statusCode = 0, headers } = response;
  const answer = await bounded(response);
  if (statusCode >= 200 && statusCode <= 299) return { kind: "taken", answer };
  const why = `it answers with HTTP status ${statusCode}`;
  return RETRYABLE.has(statusCode)
    ? { kind: "later", why, afterMs: retryAfter(headers["retry-after"], Date.now()) }
    : { kind: "refused", why };
}

/** Its text as far as it is read; the status has been said before, and holds whatever becomes of the rest. */
async function bounded(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response) {
      pieces.push(piece as Buffer);
      size += (piece as Buffer).length;
      if (size > MOST_ANSWER) return "";
    }
  } catch {
    return "";
  }
  return Buffer.concat(pieces).toString("utf8");
}

const reasonOf = (error: Error & { readonly code?: string }): string =>
  error.message || (error.code ?? "it failed");
