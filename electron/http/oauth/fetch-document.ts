/**
 * Fetches a client-id metadata document. Whoever asks to be paired names the address, so that the hub must not become
 * its way into the network: https only, public addresses only, the name resolved once and the connection pinned to
 * what was checked, no redirects, little and soon.
 */
import { promises as dns } from "node:dns";
import { request } from "node:https";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

const MOST_BYTES = 64 * 1024;
const LONGEST = 5_000;

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}
export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The network cannot be had, or not that far; nothing is wrong with the address. */
export class DocumentUnreachable extends Error {}

/** Codes of the system that say so. A certificate that is not valid is none of them. */
const UNREACHABLE = new Set(
  "ENOTFOUND EAI_AGAIN EAI_FAIL ENETUNREACH ENETDOWN EHOSTUNREACH ETIMEDOUT ECONNREFUSED ECONNRESET EPERM EACCES ABORT_ERR".split(
    " ",
  ),
);

/** What tests replace: the resolver, and the connection to one address. */
export interface DocumentNetwork {
  resolve(hostname: string): Promise<readonly Address[]>;
  get(url: URL, pinned: Address, signal: AbortSignal): Promise<Fetched>;
}

/** Whether an address belongs to the public internet; special-use ranges of every kind do not. */
export function isPublicAddress(address: string): boolean {
  // What carries an IPv4 address is judged by it (mapped) or refused (6to4, Teredo, NAT64).
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

const realNetwork: DocumentNetwork = {
  async resolve(hostname) {
    const found = await dns.lookup(hostname, { all: true, verbatim: true });
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
  },
  get: (url, pinned, signal) =>
    new Promise((resolve, reject) => {
      const req = request(
        url,
        {
          signal,
          agent: false,
          headers: { Accept: "application/json", "User-Agent": "Gatehouse" },
          lookup: (_hostname, options, callback) => {
            if (options.all) callback(null, [pinned]);
            else callback(null, pinned.address, pinned.family);
          },
        },
        (res) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          res.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MOST_BYTES) req.destroy(new Error(`it is larger than ${MOST_BYTES} bytes`));
            else chunks.push(chunk);
          });
          res.on("error", reject);
          res.on("end", () => {
            const headers: Record<string, string> = {};
            for (const name of ["cache-control", "expires", "content-type"] as const) {
              const value = res.headers[name];
              if (value !== undefined) headers[name] = value;
            }
            resolve({ status: res.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
          });
        },
      );
      req.on("error", reject);
      req.end();
    }),
};

/** Fetches a document. Rejects with a sentence when the address is not to be asked, DocumentUnreachable when it cannot. */
export function createDocumentFetch(network: DocumentNetwork = realNetwork) {
  return async (address: string | URL): Promise<Response> => {
    const url = new URL(address);
    if (url.protocol !== "https:") throw new Error("a metadata document must have an https address");
    const hostname = url.hostname.replace(/^\[|\]$/g, "");
    const family = isIP(hostname);
    const signal = AbortSignal.timeout(LONGEST);
    const addresses =
      family === 0
        ? await reach(within(network.resolve(hostname), signal))
        : [{ address: hostname, family: family === 6 ? 6 : 4 } as const];
    const [pinned] = addresses;
    if (pinned === undefined) throw new Error(`${hostname} has no address`);
    if (!addresses.every((found) => isPublicAddress(found.address)))
      throw new Error(`${hostname} is not on the public internet`);
    const { status, headers, body } = await reach(network.get(url, pinned, signal));
    // The connection may be replaced by tests: the bound holds for whatever it gives.
    if (body.length > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    if (status !== 200)
      throw new Error(`${hostname} answered with status ${status}; redirects are not followed`);
    return new Response(new Uint8Array(body), { status, headers });
  };
}

async function reach<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code !== undefined && UNREACHABLE.has(code) ? new DocumentUnreachable(message) : error;
  }
}

/** A name's resolution cannot be cancelled, only no longer waited for. */
function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new DocumentUnreachable("it took too long")), {
      once: true,
    });
    promise.then(resolve, reject);
  });
}
