import type { Config } from "../../../shared/model/config.ts";
import type { Verdict } from "../../../shared/model/server.ts";
import { decide } from "../../core/policy/decide.ts";

const any = (pattern: string | undefined): boolean => pattern === undefined || /^\*+$/.test(pattern);

/**
 * What happens to calls of a server's tools where no narrower rule says otherwise: rules for certain clients, profiles,
 * tools or arguments are left out.
 */
export function serverVerdict(
  { rules, consent }: Pick<Config, "rules" | "consent">,
  server: string,
): Verdict {
  // Left out rules keep their place, so that what is named stays the number that the file shows.
  const broad = rules.map((rule) =>
    any(rule.client) && any(rule.profile) && any(rule.tool) && (rule.args ?? []).length === 0
      ? rule
      : { server: "", decision: "ask" as const },
  );
  return decide(broad, consent.default, { client: "", profile: "", server, method: "tools/call", tool: "" });
}
