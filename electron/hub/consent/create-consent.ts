import type { Config } from "../../../shared/model/config.ts";
import type { CatalogView } from "../../core/catalog/aggregate.ts";
import { describeTool } from "../../core/catalog/entry.ts";
import type { Patience } from "../../core/consent/patience.ts";
import { isInputMethod } from "../../core/mcp/stateless-era/capabilities.ts";
import type { Audit } from "../audit.ts";
import type { Broadcaster } from "../control/broadcaster.ts";
import type { Given, Questions } from "../control/questions.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import { pausedOutcome } from "../pipeline/limit-step.ts";
import { findRoute } from "../pipeline/route.ts";
import { unknownOutcome } from "../pipeline/steps.ts";
import { argumentsRefusal } from "../pipeline/validate-step.ts";
import type { PolicyService, Ruling } from "../policy/policy-service.ts";
import type { Storage } from "../ports/storage.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { ConfigAccess } from "../state.ts";
import { Consent } from "./consent.ts";
import type { ConsentClock } from "./deps.ts";
import { previousArguments } from "./previous.ts";
import type { ServerClaims } from "./question.ts";
import { saveRule } from "./save-rule.ts";
import { deniedByRule, serverGone } from "./texts.ts";

/** The hub's own time: a clock that may jump over the machine's sleep, which consent sees through. */
const systemClock: ConsentClock = {
  reading: () => performance.now(),
  wall: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The parts of the hub that asking needs. */
export interface ConsentParts {
  readonly policy: PolicyService;
  readonly patience: Patience;
  readonly questions: Questions;
  readonly broadcaster: Broadcaster;
  readonly store: ConfigAccess;
  readonly storage: Storage;
  readonly audit: Audit;
  readonly paused: () => boolean;
  readonly server: (name: string) => ManagedServer | undefined;
  readonly view: (call: Call) => CatalogView;
  readonly clock?: ConsentClock | undefined;
}

/** Wires asking to the rest of the hub. */
export function createConsent(parts: ConsentParts): Consent {
  const { policy, storage, store, broadcaster } = parts;
  const config = (): Config => store.config;
  const audit = (act: string, detail: string, { caller }: Given): void =>
    parts.audit.record(caller, act, detail);
  /** Much can have happened while a person thought. */
  const obstacle = (call: Call, { decision }: Ruling, edited: boolean): Outcome | undefined => {
    if (parts.paused()) return pausedOutcome(call);
    if (!isSameServer(call, parts.server)) return serverGone(call);
    if (!isInputMethod(call.method)) {
      const now: Call = { ...call };
      findRoute(now, parts.view(call));
      if (now.route?.server !== call.route?.server || now.ownKey !== call.ownKey) return unknownOutcome(call);
    }
    if (edited) {
      const refusal = argumentsRefusal(parts.server(call.route?.server ?? ""), call);
      if (refusal !== undefined) return refusal;
    }
    return decision.decision === "deny" ? deniedByRule(call, decision) : undefined;
  };
  return new Consent({
    questions: parts.questions,
    emit: broadcaster.emit,
    policy,
    patience: parts.patience,
    clock: parts.clock ?? systemClock,
    timeoutMs: () => config().consent.timeoutSeconds * 1_000,
    claims: (call) => claimsOf(call, parts.server),
    previous: (call) => previousArguments(storage.calls, call),
    obstacle,
    async saveRule(rule, askedBy, given) {
      const saved = await saveRule(store, rule, askedBy, given.caller.role);
      audit("rule.add", JSON.stringify(saved), given);
      broadcaster.emit("rulesChanged", {});
    },
    audit,
  });
}

/** Whether the server that a call was asked about is still there, enabled, and defined as it was. */
export function isSameServer(call: Call, server: (name: string) => ManagedServer | undefined): boolean {
  const now = server(call.route?.server ?? "");
  return now?.config.enabled === true && now.key === call.server?.key;
}

function claimsOf(call: Call, server: (name: string) => ManagedServer | undefined): ServerClaims {
  const entry =
    call.target.space === "tools"
      ? server(call.route?.server ?? "")?.catalog.tools?.find(({ key }) => key === call.ownKey)
      : undefined;
  if (entry === undefined) return { title: null, description: null, annotations: null };
  const { title, description, annotations } = describeTool(entry, entry.key);
  return { title, description, annotations };
}
