/**
 * The metadata documents of clients, and what is done without the network. A client that was approved keeps what was
 * approved: its refreshes ask nobody. One that is new and whose document cannot be reached is worth what a client that
 * registers itself is worth: its own redirect, on this machine only, and no name that anybody vouches for.
 */
import type { PairingEndpoint } from "../../hub/ports/pairing.ts";
import { hashOf } from "./adapter.ts";
import { DocumentUnreachable } from "./fetch-document.ts";
import { isPrivateScheme, mayRedirectTo } from "./redirects.ts";

/** Most addresses that are remembered without their documents. */
const MOST = 100;

export interface ClientDocuments {
  /** `redirectUri`: of the login that the document is fetched for, where there is one. */
  fetch(address: string, redirectUri: string | undefined): Promise<Response>;
  /** Whether a client was let through without its document. */
  isUnvouched(address: string): boolean;
}

/** Creates the look-up of one issuer. */
export function createClientDocuments(
  pairing: PairingEndpoint,
  issuer: string,
  fetchDocument: (address: string) => Promise<Response>,
): ClientDocuments {
  /** The redirects of the logins that go on without a document. */
  const unvouched = new Map<string, string>();

  const without = (address: string, redirectUri: string | undefined): object | undefined => {
    const approved = pairing.store.get("client", hashOf(address));
    if (approved?.issuer === issuer) {
      const document = JSON.parse(approved.payload) as { unvouched?: true };
      if (document.unvouched !== true) return document;
    }
    const redirect = redirectUri ?? unvouched.get(address);
    if (redirect === undefined || !mayRedirectTo(redirect)) return undefined;
    // A page of a known editor takes a document that names it.
    if (!isPrivateScheme(redirect) && !redirect.startsWith("http://")) return undefined;
    unvouched.set(address, redirect);
    const [oldest] = unvouched.keys();
    if (unvouched.size > MOST && oldest !== undefined) unvouched.delete(oldest);
    return { client_id: address, redirect_uris: [redirect], token_endpoint_auth_method: "none" };
  };

  return {
    async fetch(address, redirectUri) {
      try {
        const response = await fetchDocument(address);
        unvouched.delete(address);
        return response;
      } catch (error) {
        if (!(error instanceof DocumentUnreachable)) throw error;
        const document = without(address, redirectUri);
        if (document === undefined) throw error;
        return new Response(JSON.stringify(document), { headers: { "Cache-Control": "max-age=0" } });
      }
    },
    isUnvouched: (address) => unvouched.has(address),
  };
}
