import type { ParsedParams } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import type { RuleTest } from "../../../shared/model/consent.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { membersOf } from "../../core/jsonrpc/json.ts";
import { ScanError } from "../../core/jsonrpc/scan.ts";
import { NO_CLAIMS, type PolicyCall } from "../../core/policy/call.ts";
import type { HubState } from "../state.ts";

type Tried = Omit<ParsedParams<"rules.test">, "rules">;

/** What would happen to a call, rule by rule. */
export function testRules(state: HubState, tried: Tried, rules: readonly Rule[] | undefined): RuleTest {
  const raw = new TextEncoder().encode(tried.arguments);
  try {
    membersOf(raw, { start: 0, end: raw.length });
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    throw new GatehouseError("bad_request", `the arguments are no JSON object: ${error.message}`);
  }
  const { decision, by, why, steps } = state.policy.explain(
    callOf(state, { ...tried, profile: null, arguments: raw }),
    rules,
  );
  return {
    decision,
    by,
    why,
    steps: steps.map((step) => ({
      by: step.by,
      words: step.words,
      matched: step.match === "yes",
      why: step.why,
    })),
  };
}

/** A call as the rules see it, of names that somebody gives. */
export function callOf(
  state: HubState,
  given: {
    readonly client: string;
    readonly profile: string | null;
    readonly project: string | null;
    readonly server: string;
    readonly method: string;
    readonly tool: string;
    readonly arguments: Uint8Array | undefined;
  },
): PolicyCall {
  const { client, server, method } = given;
  const known = state.identities.find(client);
  const isTool = method === "tools/call";
  return {
    clientId: known?.id ?? null,
    client,
    profile: given.profile ?? known?.profile ?? "",
    project: given.project ?? "",
    server,
    method,
    tool: isTool ? given.tool : "",
    claims: isTool ? state.policy.claims(server, given.tool) : NO_CLAIMS,
    arguments: () => given.arguments,
  };
}
