import type { SecureContext } from "node:tls";
import { sentenceOf } from "../../../shared/errors.ts";
import { isHttpUrl, type RemoteServerConfig } from "../../../shared/model/config.ts";
import type { ServerLaunch, Transport, TransportEvents } from "../../hub/ports/upstream.ts";
import type { Authorization } from "../../hub/ports/upstream-auth.ts";
import type { Clock } from "../clock.ts";
import { authorizedNetwork } from "./authorized-network.ts";
import { secretsOf } from "./excerpt.ts";
import { headerProblem } from "./headers.ts";
import { Link } from "./link.ts";
import { createNetwork, type Network } from "./network.ts";
import { SsePair } from "./sse-pair.ts";
import { StreamableHttp } from "./streamable-http.ts";
import { systemTrust } from "./trust.ts";

export interface RemoteDependencies {
  readonly clock: Clock;
  /** Where the proxies are named. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In [0, 1): spreads reconnections. */
  readonly random?: () => number;
  readonly trust?: () => SecureContext;
  /** Largest message in bytes, after decompression; 64 MB unless told otherwise. */
  readonly maxBytes?: number;
}

const MAX_MESSAGE = 64 * 1024 * 1024;

/** Opens a remote server. Every failure comes as `closed`, never as a throw, and never before this returns. */
export function createRemoteTransport(
  launch: Omit<ServerLaunch, "config"> & { readonly config: RemoteServerConfig },
  heard: TransportEvents,
  deps: RemoteDependencies,
): Transport {
  const { config, headers, authorization } = launch;
  const events = authorization === undefined ? heard : closing(heard, authorization);
  const { clock, env, random = Math.random, trust = systemTrust, maxBytes = MAX_MESSAGE } = deps;
  const wrong = headerProblem(headers);
  if (!isHttpUrl(config.url))
    return unopened(events, "once its references are filled in, its URL is no http:// or https:// URL");
  if (wrong !== undefined) return unopened(events, wrong);
  const url = new URL(config.url);
  let network: Network;
  try {
    network = createNetwork({ url, env, clock, trust });
  } catch {
    return unopened(events, "HTTP_PROXY or HTTPS_PROXY in the environment of the hub is no URL");
  }
  const link = new Link(events, { clock, random });
  if (authorization !== undefined) {
    endWhenLost(authorization, link, network);
    network = authorizedNetwork(network, authorization);
  }
  const server = { url, headers, secrets: secretsOf(url, headers), network, link, clock, maxBytes };
  return config.type === "http" ? new StreamableHttp(server) : new SsePair(server);
}

/** The same events; the authorization is given back at the end. */
const closing = (events: TransportEvents, authorization: Authorization): TransportEvents => ({
  ...events,
  closed(end) {
    authorization.close();
    events.closed(end);
  },
});

/** A sign-in that is over parks the server, whether or not anything is being sent. */
function endWhenLost({ lost }: Authorization, link: Link, network: Network): void {
  const end = (): void => {
    link.close({ code: "needs_auth", message: sentenceOf(lost.reason) });
    network.close();
  };
  lost.addEventListener("abort", end, { once: true });
  link.signal.addEventListener("abort", () => lost.removeEventListener("abort", end), { once: true });
}

/** A transport that cannot be opened whatever the network does. */
function unopened(events: TransportEvents, why: string): Transport {
  const message = `the server cannot be contacted: ${why}`;
  queueMicrotask(() =>
    events.closed({ code: "not_startable", message, exitCode: null, signal: null, stderrTail: [] }),
  );
  return {
    pid: null,
    send: (_parts, written) => {
      if (written !== undefined) queueMicrotask(() => written(new Error(message)));
      return true;
    },
    pause: () => undefined,
    resume: () => undefined,
    stop: () => Promise.resolve(),
  };
}
