import type { Config } from "../../../shared/model/config.ts";
import { heldRoute } from "../../core/catalog/aggregate.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { Consent } from "../consent/consent.ts";
import type { Projects } from "../endpoint/projects.ts";
import type { ServerMessages } from "../endpoint/server-messages.ts";
import type { Subscriptions } from "../endpoint/subscriptions.ts";
import type { Recording } from "../history/recording.ts";
import type { PolicyService } from "../policy/policy-service.ts";
import type { Storage } from "../ports/storage.ts";
import type { RuleUses } from "../rules/rule-uses.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { ServerRegistry } from "../servers/registry.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { compose, type Step } from "./call.ts";
import type { CallLoad } from "./call-load.ts";
import { consentStep } from "./consent-step.ts";
import { keenStep } from "./keen-step.ts";
import type { KeepRow } from "./kept-row.ts";
import { limitStep } from "./limit-step.ts";
import { projectStep } from "./project-step.ts";
import { rateStep } from "./rate-step.ts";
import { type Recorded, recordStep } from "./record.ts";
import { findRoute, type RouteDeps, routeCall } from "./route.ts";
import { authorizeStep, lookupStep } from "./steps.ts";
import { validateStep } from "./validate-step.ts";

/** The parts of the hub that a call meets on its way. */
export interface CallPipelineDeps {
  readonly storage: Pick<Storage, "calls">;
  /** Told of every call once its row is committed. */
  readonly recorded: Recorded;
  /** What becomes of calls while none can be recorded. */
  readonly recording: Recording;
  readonly catalog: CatalogService;
  readonly servers: ServerRegistry;
  readonly tasks: Tasks;
  readonly projects: Projects;
  readonly policy: PolicyService;
  readonly consent: Consent;
  readonly ruleUses: RuleUses;
  readonly subscriptions: Subscriptions;
  readonly serverMessages: ServerMessages;
  /** Puts a call into its trace. */
  readonly trace: Step;
  readonly config: () => Config;
  readonly paused: () => boolean;
  /** Told of a server with a new problem. */
  readonly serverChanged: (server: ManagedServer) => void;
  readonly route: Omit<RouteDeps, "refusal">;
  /** Counts the calls under way. */
  readonly load: CallLoad;
  /** What of a call is written to the log. */
  readonly keepRow: KeepRow;
}

/** The way of every call, in its order: each step wraps those below it. */
export function composeCalls(deps: CallPipelineDeps): ReturnType<typeof compose> {
  const { catalog, servers, tasks, projects, consent } = deps;
  const route: RouteDeps = { ...deps.route, refusal: () => deps.recording.refusal() };
  return compose(
    [
      keenStep(() => consent.waiting),
      recordStep(
        deps.storage.calls,
        deps.recorded,
        () => consent.waiting,
        deps.load,
        deps.keepRow,
        deps.recording,
      ),
      deps.trace,
      lookupStep({
        find(call) {
          if (call.target.space === "tasks") return call.route === undefined ? tasks.locate(call) : undefined;
          findRoute(call, catalog.view(call.scope, call.profile));
          call.server =
            call.route === undefined ? undefined : servers.instanceFor(call.route.server, call.session);
        },
        learning: ({ scope, profile, target }) =>
          catalog.unlearntFor(scope, profile, target).map((server) => server.learn()),
        fault: ({ scope }) => (scope.kind === "server" ? servers.get(scope.name)?.notLearnt : undefined),
      }),
      projectStep({
        isPerProject: (name) => servers.get(name)?.config.isolation === "project",
        asked: ({ session }) => projects.asked(session),
        find(call) {
          call.project = call.session.project;
          if (call.route !== undefined) call.server = servers.instanceFor(call.route.server, call.session);
        },
      }),
      authorizeStep((call) =>
        heldRoute(catalog.view(call.scope, call.profile), call.target.space, call.target.value),
      ),
      limitStep({ paused: deps.paused }),
      rateStep(() => deps.config().limits),
      validateStep((name) => servers.get(name), deps.serverChanged),
      consentStep(deps.policy, consent, deps.ruleUses),
      deps.subscriptions.step,
      deps.serverMessages.levelStep,
    ],
    (call) => routeCall(route, call),
  );
}
