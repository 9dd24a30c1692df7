/**
 * The guard of the door. Who it keeps out: web pages. A page in the person's browser can reach a loopback port, by its
 * address (then Origin or Sec-Fetch-Site gives it away) or through a name of its own that it points at 127.0.0.1
 * (DNS rebinding; then Host gives it away). Other programs are kept out by tokens, not here.
 */
import type { IncomingHttpHeaders } from "node:http";

/** The origin of the desktop's own pages. */
const APP_ORIGIN = "gatehouse://app";
const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** Why a request is not let in; always answered with 403. */
export interface DoorRefusal {
  readonly code: "host_not_allowed" | "origin_not_allowed" | "cross_site_request";
  readonly message: string;
  readonly advice: string;
}

export interface Door {
  /** The refusal, or undefined when the request may come in. */
  check(headers: IncomingHttpHeaders): DoorRefusal | undefined;
  /** The same for what is public, and any web page may read: only the host name counts. */
  checkHost(headers: IncomingHttpHeaders): DoorRefusal | undefined;
  /** Replaces the further host names: "name" stands for any port, "name:port" for just that one. */
  setAllowedHosts(hosts: readonly string[]): void;
}

/** Creates the guard for a listener bound on `port`. */
export function createDoor(port: number, allowedHosts: readonly string[]): Door {
  const ownHosts = new Set(LOOPBACK_NAMES.map((name) => `${name}:${port}`));
  if (port === 80) for (const name of LOOPBACK_NAMES) ownHosts.add(name);
  const ownOrigins = new Set([APP_ORIGIN, ...[...ownHosts].map((host) => `http://${host}`)]);
  let furtherHosts = new Set<string>();

  const isFurtherHost = (host: string): boolean => {
    if (furtherHosts.size === 0) return false;
    return furtherHosts.has(host) || furtherHosts.has(withoutPort(host));
  };

  const hostOf = (headers: IncomingHttpHeaders): string => {
    const host = headers.host ?? "";
    return ownHosts.has(host) ? host : host.toLowerCase();
  };

  const door: Door = {
    checkHost(headers) {
      const host = hostOf(headers);
      if (ownHosts.has(host) || isFurtherHost(host)) return undefined;
      return {
        code: "host_not_allowed",
        message: `this hub does not answer to the host ${quoted(headers.host ?? "")}`,
        advice: `Use http://127.0.0.1:${port}, or add the host to listen.allowedHosts in gatehouse.json.`,
      };
    },
    check(headers) {
      const unknown = door.checkHost(headers);
      if (unknown !== undefined) return unknown;
      const host = hostOf(headers);
      const origin = headers.origin;
      if (origin !== undefined) {
        // A further host is trusted for its own pages only: scheme aside, origin and host must be the same.
        if (ownOrigins.has(origin)) return undefined;
        if (!ownHosts.has(host) && (origin === `http://${host}` || origin === `https://${host}`))
          return undefined;
        return {
          code: "origin_not_allowed",
          message: `requests from web pages of ${quoted(origin)} are not accepted`,
          advice: "Only Gatehouse's own pages may call the hub; other programs send no Origin header.",
        };
      }
      // "same-site" too: a page of http://localhost:3000 is of the same site, as ports do not count.
      const site = headers["sec-fetch-site"];
      if (site === undefined || site === "none" || site === "same-origin") return undefined;
      return {
        code: "cross_site_request",
        message: "requests that another site's page makes are not accepted",
        advice: "Open the address yourself instead of following a link or loading it from a page.",
      };
    },
    setAllowedHosts(hosts) {
      furtherHosts = new Set(hosts.map((host) => host.trim().toLowerCase()).filter((host) => host !== ""));
    },
  };
  door.setAllowedHosts(allowedHosts);
  return door;
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

/** Untrusted header text for a sentence: escaped and cut. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
