import type { Clock } from "../clock.ts";
import type { Link } from "./link.ts";
import type { Network } from "./network.ts";

/** One remote server, as the transports see it. */
export interface RemoteServer {
  readonly url: URL;
  /** The configured headers, checked. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must not stand in any text. */
  readonly secrets: readonly string[];
  readonly network: Network;
  readonly link: Link;
  readonly clock: Clock;
  /** Largest message in bytes, after decompression. */
  readonly maxBytes: number;
}
