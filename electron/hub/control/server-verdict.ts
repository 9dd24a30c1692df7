import type { Config, Rule } from "../../../shared/model/config.ts";
import type { Verdict } from "../../../shared/model/server.ts";
import { NO_CLAIMS, type PolicyFacts } from "../../core/policy/call.ts";
import { compileRules } from "../../core/policy/compile.ts";

const any = (pattern: string | undefined): boolean => pattern === undefined || /^\*+$/.test(pattern);

/**
 * What happens to calls of a server's tools where no narrower rule says otherwise: rules for certain clients, profiles,
 * projects, tools or arguments are left out, and so is what holds only for a time.
 */
export function serverVerdict(
  { rules, consent }: Pick<Config, "rules" | "consent">,
  server: string,
): Verdict {
  // Left out rules keep their place, so that what is named stays the number that the file shows.
  const broad = rules.map((rule) => (isBroad(rule) ? rule : { server: "", decision: "ask" as const }));
  const { decision, by } = compileRules(broad).decide(
    {
      clientId: null,
      client: "",
      profile: "",
      project: "",
      server,
      method: "tools/call",
      tool: "",
      claims: NO_CLAIMS,
      arguments: () => undefined,
    },
    NO_FACTS,
    consent.default,
  );
  return { decision, by };
}

const isBroad = (rule: Rule): boolean =>
  any(rule.client) &&
  any(rule.profile) &&
  any(rule.project) &&
  any(rule.tool) &&
  rule.annotations === undefined &&
  rule.after === undefined &&
  (rule.scope === undefined || rule.scope === "always") &&
  (rule.args ?? []).length === 0;

/** Broad rules look at nothing of the machine. */
const NO_FACTS: PolicyFacts = {
  platform: "",
  caseInsensitive: undefined,
  home: "",
  where: "remote",
  cwd: undefined,
  project: undefined,
  real: () => undefined,
  now: 0,
  history: undefined,
};
