/**
 * Requests to addresses that somebody else has named: a name is resolved once, what it resolves to is looked at, and
 * the connection goes to exactly that, so that no second answer of a resolver can lead it elsewhere (DNS rebinding).
 */
import { promises as dns } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import type { SecureContext } from "node:tls";
import ipaddr from "ipaddr.js";

/** An address that a name resolved to. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** A whole answer. */
export interface Fetched {
  readonly status: number;
  /** Names in lower case; of several values the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is sent, and how much is taken back. */
export interface PinnedRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** The answer is given up when its body is larger. */
  readonly maxBytes: number;
  /** What TLS trusts; Node's own authorities unless given. */
  readonly trust?: SecureContext;
}

/** The codes by which the system says that the network cannot be had, or not that far. No invalid certificate is among them. */
const UNREACHABLE = new Set(
  "ENOTFOUND EAI_AGAIN EAI_FAIL ENETUNREACH ENETDOWN EHOSTUNREACH ETIMEDOUT ECONNREFUSED ECONNRESET EPIPE EPERM EACCES ABORT_ERR".split(
    " ",
  ),
);

/** Whether an error of the system says that nobody was reached. */
export function isUnreachable(error: unknown): boolean {
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: readonly unknown[] };
  if (code !== undefined) return UNREACHABLE.has(code);
  return errors?.some(isUnreachable) === true;
}

/** Whether an address belongs to the public internet; special-use ranges of every kind do not. */
export function isPublicAddress(address: string): boolean {
  // What carries an IPv4 address is judged by it (mapped) or refused (6to4, Teredo, NAT64).
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** A URL's host without the brackets of IPv6. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

/** The addresses of a URL's host: itself when it is one, else what `resolve` says. Rejects with the system's error. */
export async function addressesOf(
  url: URL,
  resolve: (hostname: string) => Promise<readonly Address[]> = resolveAll,
): Promise<readonly Address[]> {
  const host = bareHost(url);
  const family = isIP(host);
  return family === 0 ? resolve(host) : [{ address: host, family: family === 6 ? 6 : 4 }];
}

/** All addresses of a name, as the system gives them. */
export async function resolveAll(hostname: string): Promise<readonly Address[]> {
  const found = await dns.lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** One request over a connection of its own to one of these addresses and no other. Redirects are answers like any other. */
export function requestPinned(
  url: URL,
  pinned: readonly Address[],
  request: PinnedRequest,
): Promise<Fetched> {
  const { method = "GET", headers = {}, body, signal, maxBytes, trust } = request;
  const [first] = pinned;
  if (first === undefined) return Promise.reject(new Error(`${bareHost(url)} has no address`));
  return new Promise((resolve, reject) => {
    const options: https.RequestOptions = {
      method,
      signal,
      agent: false,
      headers: {
        "User-Agent": "Gatehouse",
        ...headers,
        ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
      },
      lookup: (_hostname, { all }, callback) => {
        if (all) callback(null, [...pinned]);
        else callback(null, first.address, first.family);
      },
      ...(trust === undefined ? {} : { secureContext: trust }),
    };
    const outgoing = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) outgoing.destroy(new Error(`the answer is larger than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headersDistinct).map(([name, values]) => [name, values?.[0] ?? ""]),
          ),
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
