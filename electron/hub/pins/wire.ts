import { sentenceOf } from "../../../shared/errors.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { Broadcaster } from "../control/broadcaster.ts";
import type { Questions } from "../control/questions.ts";
import type { Log } from "../log.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import { watchPackages } from "./packages/package-watch.ts";
import type { PackageSystem } from "./packages/system.ts";
import { PinQuestions } from "./pin-questions.ts";
import { Pins, type PinsDeps } from "./pins.ts";

interface Parts extends Pick<PinsDeps, "store" | "newTools"> {
  readonly catalog: () => CatalogService;
  readonly questions: Questions;
  readonly broadcaster: Broadcaster;
  readonly packages: PackageSystem | undefined;
  readonly log: Log;
}

/** The pins with their questions: a change of what is held cuts the catalogue anew, asks, and is told. */
export function wirePins({ store, newTools, catalog, questions, broadcaster, packages, log }: Parts): {
  readonly pins: Pins;
  readonly pinQuestions: PinQuestions;
  /** A server runs: its package is looked for, where that is possible, in the background. */
  packageStarted(server: ManagedServer): void;
} {
  const pinQuestions = new PinQuestions(questions, broadcaster);
  const pins: Pins = new Pins({
    store,
    newTools,
    changed: (server) => {
      catalog().invalidate();
      pinQuestions.changed(server, pins.held(server));
      broadcaster.emit("pinsChanged", { server, held: pins.count(server) });
    },
  });
  const watch = packages === undefined ? undefined : watchPackages(packages, pins);
  return {
    pins,
    pinQuestions,
    packageStarted: (server) => {
      watch?.(server).catch((error: unknown) =>
        log("warn", `the package of ${server.name} could not be found: ${sentenceOf(error)}`),
      );
    },
  };
}
