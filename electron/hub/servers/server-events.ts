import { isInputMethod } from "../../core/mcp/stateless-era/capabilities.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { Consent } from "../consent/consent.ts";
import { serverGone } from "../consent/texts.ts";
import type { Broadcaster } from "../control/broadcaster.ts";
import type { ServerMessages } from "../endpoint/server-messages.ts";
import type { Subscriptions } from "../endpoint/subscriptions.ts";
import type { Health } from "../health/health.ts";
import type { Pins } from "../pins/pins.ts";
import type { Storage } from "../ports/storage.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { UpstreamAuth } from "../upstream-auth/upstream-auth.ts";
import { catalogOwner } from "./catalog-owner.ts";
import type { ManagedServer } from "./managed-server.ts";
import type { RegistryDeps, ServerRegistry } from "./registry.ts";

interface Parts {
  readonly servers: ServerRegistry;
  readonly serverMessages: ServerMessages;
  readonly subscriptions: Subscriptions;
  readonly packageStarted: (server: ManagedServer) => void;
  readonly consent: Pick<Consent, "withdrawWhere">;
  readonly storage: Pick<Storage, "catalogs">;
  readonly pins: Pins;
  readonly catalog: CatalogService;
  readonly upstreamAuth: UpstreamAuth;
  readonly tasks: Tasks;
  readonly health: Health<ManagedServer>;
  readonly telemetry: Pick<Telemetry, "serverEnded">;
  readonly broadcaster: Broadcaster;
}

/** What else has to know when a server is ready, ends, offers something else or is removed. */
export function serverEvents(
  parts: () => Parts,
): Pick<RegistryDeps, "onReady" | "onEnded" | "onCatalogChanged" | "onRemoved"> {
  return {
    onReady(server) {
      const { subscriptions, packageStarted } = parts();
      subscriptions.renew(server);
      packageStarted(server);
    },
    onEnded(server) {
      const { serverMessages, consent, telemetry } = parts();
      telemetry.serverEnded(server);
      serverMessages.serverEnded(server);
      consent.withdrawWhere(
        (call) => (isInputMethod(call.method) && call.server === server ? serverGone(call) : undefined),
        "the server has ended",
      );
    },
    onCatalogChanged(instance) {
      const { servers, storage, pins, catalog } = parts();
      const server = catalogOwner(servers, instance);
      if (server === undefined) return;
      storage.catalogs.save(server.name, server.key, server.catalog.parts);
      pins.review(server);
      catalog.invalidate();
      // It was started only to learn what it offers: calls go to the instances of the projects.
      if (server.config.isolation === "project") void server.stop();
    },
    onRemoved(name) {
      const { upstreamAuth, storage, tasks, pins, health, broadcaster } = parts();
      upstreamAuth.serverRemoved(name);
      storage.catalogs.remove(name);
      tasks.book.serverRemoved(name);
      pins.remove(name);
      health.removed(name);
      broadcaster.emit("serverRemoved", { name });
    },
  };
}
