import type { HubDraining, Settings } from "../../shared/contract.ts";
import type { HubDeps } from "./hub-deps.ts";
import type { HubState } from "./state.ts";

/** What changes of the hub itself while it runs. */
interface Now {
  paused(): boolean;
  draining(): HubDraining | undefined;
  problems(): ReturnType<HubState["hub"]>["problems"];
}

/** What the hub says of itself, as from now on it is started. */
export function hubFacts(deps: HubDeps, now: Now): Pick<HubState, "hub" | "settings"> {
  const { store } = deps;
  const startedAt = new Date().toISOString();
  return {
    hub: () => ({
      pid: process.pid,
      url: deps.url() ?? null,
      version: deps.version,
      startedAt,
      paused: now.paused(),
      desktop: deps.desktop,
      problems: now.problems(),
      ...drainOf(now.draining()),
    }),
    settings: (): Settings => ({
      home: deps.home,
      configFile: deps.configFile,
      port: store.config.listen.port,
      consentDefault: store.config.consent.default,
      consentTimeoutSeconds: store.config.consent.timeoutSeconds,
      anonymous: store.config.access.anonymous,
      versions: { gatehouse: deps.version, node: process.versions.node },
      configError: deps.configError(),
    }),
  };
}

const drainOf = (draining: HubDraining | undefined): { draining?: HubDraining } =>
  draining === undefined ? {} : { draining };
