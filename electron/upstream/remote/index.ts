import type { SecureContext } from "node:tls";
import { isHttpUrl, type RemoteServerConfig } from "../../../shared/model/config.ts";
import type { ServerLaunch, Transport, TransportEvents } from "../../hub/ports/upstream.ts";
import type { Clock } from "../clock.ts";
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
  events: TransportEvents,
  deps: RemoteDependencies,
): Transport {
  const { config, headers } = launch;
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
  const server = { url, headers, secrets: secretsOf(url, headers), network, link, clock, maxBytes };
  return config.type === "http" ? new StreamableHttp(server) : new SsePair(server);
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
