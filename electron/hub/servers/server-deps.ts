import type { ServerConfig } from "../../../shared/model/config.ts";
import type { LogLine } from "../../../shared/model/server.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { LifecyclePolicy } from "../../core/supervisor/lifecycle.ts";
import type { ServerLaunch, TransportFactory } from "../ports/upstream.ts";
import type { ManagedServer } from "./managed-server.ts";

/** Fills in what a server's definition refers to. */
export type ResolveLaunch = (
  name: string,
  config: ServerConfig,
  project: string | null,
) => Promise<ServerLaunch>;

/** What every managed server needs of the hub. */
export interface ManagedServerDeps {
  readonly transports: TransportFactory;
  /**
   * Resolves ${env:}, ${secret:} and ${project} when the server is started; rejects with a sentence for the person.
   * `project` is the folder of the instance; null for one that belongs to no project.
   */
  readonly resolveLaunch: ResolveLaunch;
  readonly version: string;
  readonly policy?: LifecyclePolicy;
  readonly onStateChanged: (server: ManagedServer) => void;
  readonly onCatalogChanged: (server: ManagedServer) => void;
  /** The server asks something of a client, or tells something that is neither progress nor a changed list. */
  readonly onAsked: (
    server: ManagedServer,
    bytes: Buffer,
    envelope: Envelope,
    answer: (parts: readonly Uint8Array[]) => void,
  ) => void;
  readonly onTold: (server: ManagedServer, bytes: Buffer, envelope: Envelope) => void;
  /** It has become ready, or has ended. */
  readonly onReady: (server: ManagedServer) => void;
  readonly onEnded: (server: ManagedServer) => void;
  readonly onLog: (server: ManagedServer, line: LogLine) => void;
}
