/**
 * fetch for a sign-in: the addresses come from a server that nobody vouches for, so that the hub must not become its way
 * into the person's network. Each request resolves its host once, looks at every address, and connects to those alone.
 */
import type { SecureContext } from "node:tls";
import {
  type Address,
  addressesOf,
  bareHost,
  type Fetched,
  isPublicAddress,
  isUnreachable,
  type PinnedRequest,
  requestPinned,
  resolveAll,
} from "../../web/pinned.ts";

/** An address that a sign-in must not use. Being a TypeError, as fetch has it, it ends the SDK's look for another document. */
export class ForbiddenAddress extends TypeError {}

/** Nobody was reached; a TypeError as fetch has it. */
export class Unreachable extends TypeError {}

/** What tests replace: the resolver, and the connection. */
export interface GuardedNetwork {
  resolve(hostname: string): Promise<readonly Address[]>;
  send(url: URL, pinned: readonly Address[], request: PinnedRequest): Promise<Fetched>;
}

export const realNetwork: GuardedNetwork = { resolve: resolveAll, send: requestPinned };

export interface GuardOptions {
  readonly network: GuardedNetwork;
  /** Private addresses, and plain http to them, may be used. */
  readonly allowPrivate: boolean;
  readonly trust: () => SecureContext;
  readonly timeoutMs?: number;
}

const MAX_BYTES = 512 * 1024;
const TIMEOUT_MS = 20_000;
const NO_BODY = new Set([204, 205, 304]);

/** Whether a host's name says that it is on this machine or in a network of the person's own. */
export function isPrivateHost(url: URL): boolean {
  const host = bareHost(url).toLowerCase().replace(/\.$/, "");
  if (/^[\d.]+$/.test(host) || host.includes(":")) return !isPublicAddress(host);
  return !host.includes(".") || /\.(localhost|local|internal|lan|home\.arpa)$/.test(host);
}

/** The addresses that may be connected to for a URL. Rejects with ForbiddenAddress or Unreachable. */
export async function permittedAddresses(
  url: URL,
  { network, allowPrivate }: Pick<GuardOptions, "network" | "allowPrivate">,
): Promise<readonly Address[]> {
  const host = bareHost(url);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new ForbiddenAddress(`it names an address that is no https:// address (${url.protocol})`);
  if (url.protocol === "http:" && !allowPrivate)
    throw new ForbiddenAddress(`http://${url.host} is not encrypted`);
  let addresses: readonly Address[];
  try {
    addresses = await addressesOf(url, (name) => network.resolve(name));
  } catch (error) {
    throw new Unreachable(`${host} cannot be found (${(error as Error).message})`);
  }
  if (addresses.length === 0) throw new Unreachable(`${host} has no address`);
  if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
    throw new ForbiddenAddress(`${host} is not on the public internet, though the server is`);
  return addresses;
}

/** fetch, as far as the SDK's OAuth functions use it; redirects are given back unfollowed. */
export function createGuardedFetch(options: GuardOptions) {
  return async (address: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(address);
    const pinned = await permittedAddresses(url, options);
    const body = init.body ?? undefined;
    const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const headers = new Headers(init.headers);
    if (body instanceof URLSearchParams && !headers.has("content-type"))
      headers.set("content-type", "application/x-www-form-urlencoded");
    let fetched: Fetched;
    try {
      fetched = await options.network.send(url, pinned, {
        method: init.method ?? "GET",
        headers: Object.fromEntries(headers),
        ...(body === undefined ? {} : { body: String(body) }),
        signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
        maxBytes: MAX_BYTES,
        ...(url.protocol === "https:" ? { trust: options.trust() } : {}),
      });
    } catch (error) {
      const { message } = error as Error;
      throw new Unreachable(
        isUnreachable(error) ? `${url.host} cannot be reached (${message})` : `${url.host}: ${message}`,
      );
    }
    const { status } = fetched;
    return new Response(NO_BODY.has(status) ? null : new Uint8Array(fetched.body), {
      status: status >= 200 && status <= 599 ? status : 502,
      headers: fetched.headers,
    });
  };
}
