import type { Config } from "../../../shared/model/config.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { ClientAccess } from "../client-access.ts";
import type { Consent } from "../consent/consent.ts";
import { isSameServer } from "../consent/create-consent.ts";
import { serverGone } from "../consent/texts.ts";
import { keptHistory } from "../history/settings.ts";
import type { Pins } from "../pins/pins.ts";
import type { Storage } from "../ports/storage.ts";
import type { ServerRegistry } from "../servers/registry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What follows the configuration. */
export interface Followers {
  readonly storage: Pick<Storage, "history">;
  readonly servers: ServerRegistry;
  readonly pins: Pins;
  readonly consent: Consent;
  readonly catalog: CatalogService;
  readonly access: ClientAccess;
  readonly telemetry: Telemetry;
  /** False where the hub only answers a command: no server is started then, and nothing is told to a collector. */
  readonly runsServers: boolean;
}

/** Brings everything in step with a configuration; resolves when servers that are run otherwise have ended. */
export async function keepInStep(config: Config, followers: Followers): Promise<void> {
  const { storage, servers, pins, consent, catalog, access, telemetry, runsServers } = followers;
  storage.history.keep(keptHistory(config));
  const settled = servers.apply(config);
  pins.keepOnly(new Set(Object.keys(config.mcpServers)));
  for (const server of servers.all()) pins.review(server);
  consent.withdrawWhere(
    (call) => (isSameServer(call, (name) => servers.get(name)) ? undefined : serverGone(call)),
    "its server was removed or changed",
  );
  catalog.invalidate();
  access.recheck();
  if (runsServers) servers.wake();
  await Promise.all([settled, runsServers ? telemetry.apply(config.telemetry) : undefined]);
}
