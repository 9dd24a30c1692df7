import type { Broadcaster } from "../control/broadcaster.ts";
import type { TransportFactory } from "../ports/upstream.ts";
import type { AccountStore } from "../ports/upstream-auth.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { ResolveLaunch } from "../servers/server-deps.ts";
import { DEFAULT_ACCOUNT, UpstreamAuth, type UpstreamAuthDeps } from "./upstream-auth.ts";

export interface WiredAuthDeps
  extends Pick<UpstreamAuthDeps, "protocol" | "receiver" | "store" | "live" | "clock" | "random" | "log"> {
  readonly accounts: AccountStore;
  readonly broadcaster: Broadcaster;
  readonly resolveLaunch: ResolveLaunch;
  /** The server that all share; undefined when there is none of that name. */
  readonly server: (name: string) => ManagedServer | undefined;
  readonly instances: () => ManagedServer[];
  /** An account of a server that is not the default one can be used. */
  readonly accountSignedIn: (name: string, account: string) => void;
  readonly serverChanged: (server: ManagedServer) => void;
}

/** Ties sign-ins to the hub's servers and to those who watch them. */
export function wireUpstreamAuth(deps: WiredAuthDeps): UpstreamAuth {
  const { broadcaster, log } = deps;
  return new UpstreamAuth({
    protocol: deps.protocol,
    receiver: deps.receiver,
    store: deps.store,
    accounts: deps.accounts,
    live: deps.live,
    clock: deps.clock,
    random: deps.random,
    log,
    async launch(name) {
      const server = deps.server(name);
      if (server === undefined) throw new Error(`there is no server named ${name}`);
      return deps.resolveLaunch(name, server.config, null);
    },
    changed(name) {
      const server = deps.server(name);
      if (server !== undefined) deps.serverChanged(server);
      broadcaster.emit("accountsChanged", { name });
    },
    signInChanged({ id, server, account, state }, message) {
      broadcaster.emit("signInChanged", { id, server, account, state, message });
    },
    signedIn(name, account) {
      if (account !== DEFAULT_ACCOUNT) deps.accountSignedIn(name, account);
      for (const instance of deps.instances()) {
        if (instance.name !== name || (instance.place?.account ?? DEFAULT_ACCOUNT) !== account) continue;
        instance.reset();
        instance.need();
      }
    },
    signInNeeded(server, account, reason) {
      log("warn", `${server}: the sign-in as ${account} is over: ${reason}`);
      broadcaster.emit("signInNeeded", { server, account, reason });
    },
  });
}

/** Transports whose requests to remote servers carry what their account has signed in for. */
export function authorizedTransports(
  transports: TransportFactory,
  auth: () => UpstreamAuth,
): TransportFactory {
  return {
    open(launch, events) {
      const authorization = auth().authorizationFor(launch, launch.account ?? DEFAULT_ACCOUNT);
      return transports.open(authorization === undefined ? launch : { ...launch, authorization }, events);
    },
  };
}
