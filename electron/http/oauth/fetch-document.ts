/**
 * Fetches a client-id metadata document. Whoever asks to be paired names the address, so that the hub must not become
 * its way into the network: https only, public addresses only, the name resolved once and the connection pinned to
 * what was checked, no redirects, little and soon.
 */
import {
  type Address,
  addressesOf,
  bareHost,
  type Fetched,
  isPublicAddress,
  isUnreachable,
  requestPinned,
  resolveAll,
} from "../../web/pinned.ts";

const MOST_BYTES = 64 * 1024;
const LONGEST = 5_000;

/** The network cannot be had, or not that far; nothing is wrong with the address. */
export class DocumentUnreachable extends Error {}

/** What tests replace: the resolver, and the connection to one address. */
export interface DocumentNetwork {
  resolve(hostname: string): Promise<readonly Address[]>;
  get(url: URL, pinned: Address, signal: AbortSignal): Promise<Fetched>;
}

const realNetwork: DocumentNetwork = {
  resolve: resolveAll,
  get: (url, pinned, signal) =>
    requestPinned(url, [pinned], {
      headers: { Accept: "application/json" },
      signal,
      maxBytes: MOST_BYTES,
    }),
};

/** What of an answer's headers matters: how long it may be kept, and what it is. */
const KEPT = ["cache-control", "expires", "content-type"];

/** Fetches a document. Rejects with a sentence when the address is not to be asked, DocumentUnreachable when it cannot. */
export function createDocumentFetch(network: DocumentNetwork = realNetwork) {
  return async (address: string | URL): Promise<Response> => {
    const url = new URL(address);
    if (url.protocol !== "https:") throw new Error("a metadata document must have an https address");
    const hostname = bareHost(url);
    const signal = AbortSignal.timeout(LONGEST);
    const addresses = await reach(within(addressesOf(url, network.resolve), signal));
    const [pinned] = addresses;
    if (pinned === undefined) throw new Error(`${hostname} has no address`);
    if (!addresses.every((found) => isPublicAddress(found.address)))
      throw new Error(`${hostname} is not on the public internet`);
    const { status, headers, body } = await reach(network.get(url, pinned, signal));
    // The connection may be replaced by tests: the bound holds for whatever it gives.
    if (body.length > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    if (status !== 200)
      throw new Error(`${hostname} answered with status ${status}; redirects are not followed`);
    const kept = Object.entries(headers).filter(([name]) => KEPT.includes(name));
    return new Response(new Uint8Array(body), { status, headers: Object.fromEntries(kept) });
  };
}

async function reach<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    throw isUnreachable(error) ? new DocumentUnreachable((error as Error).message) : error;
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
