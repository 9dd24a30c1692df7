import type { ArgCondition, Rule } from "../../../shared/model/rule.ts";

const quoted = (text: string): string => JSON.stringify(text);

/**
 * A rule as one English sentence, shown before it is saved. What it names is foreign text and stands in quotes, escaped;
 * it may still hold letters that look like others.
 */
export function ruleInWords(rule: Rule): string {
  const deed = { allow: "Allow", ask: "Ask before", deny: "Deny" }[rule.decision];
  const parts = [deed, subject(rule)];
  if (rule.client !== undefined)
    parts.push(`${rule.decision === "allow" ? "for" : "from"} the client ${quoted(rule.client)}`);
  if (rule.profile !== undefined) parts.push(`under the profile ${quoted(rule.profile)}`);
  if (rule.project !== undefined) parts.push(`in the project ${quoted(rule.project)}`);
  const every = rule.decision === "allow";
  const conditions = (rule.args ?? []).map((condition) => conditionInWords(condition, every));
  if (conditions.length > 0) parts.push(`if ${conditions.join(" and ")}`);
  const past = afterInWords(rule);
  if (past !== undefined) parts.push(past);
  const { scope } = rule;
  if (scope === "once") parts.push("once");
  else if (scope === "session") parts.push("for this session");
  else if (typeof scope === "object") parts.push(`until ${scope.until}`);
  return `${parts.join(" ")}.`;
}

function subject({ method, tool, server, annotations }: Rule): string {
  const claims = Object.entries(annotations ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => CLAIMS[name]?.[value ? 0 : 1] ?? name);
  const calls = method === undefined || method === "tools/call" ? "" : `${quoted(method)} requests for `;
  const at = server === undefined || server === "*" ? "of any server" : `of the server ${quoted(server)}`;
  const what = tool === undefined || tool === "*" ? "everything" : `the tool ${quoted(tool)}`;
  if (claims.length === 0) return `${calls}${what} ${at}`;
  const said = claims.join(" and ");
  return tool === undefined || tool === "*"
    ? `${calls}every tool ${at} that its server calls ${said}`
    : `${calls}${what} ${at}, if the server calls it ${said},`;
}

const CLAIMS: Readonly<Record<string, readonly [string, string]>> = {
  readOnly: ["read-only", "not read-only"],
  destructive: ["destructive, or leaves that open,", "not destructive"],
  idempotent: ["safe to repeat", "not safe to repeat"],
  openWorld: ["open to the world, or leaves that open,", "closed to the world"],
};

function afterInWords({ after }: Rule): string | undefined {
  if (after === undefined) return undefined;
  const { server, tool, untrusted } = after;
  if (tool === undefined && server === undefined)
    return untrusted === true
      ? "once the session has read content that may come from anybody"
      : "once the session has used any tool";
  const what = tool === undefined ? "any tool" : `the tool ${quoted(tool)}`;
  const at = server === undefined ? "" : ` of the server ${quoted(server)}`;
  return `once the session has ${untrusted === true ? "read content that may come from anybody through" : "used"} ${what}${at}`;
}

function conditionInWords(condition: ArgCondition, every: boolean): string {
  const { path, equals, oneOf, glob, regex, under, host, min, max } = condition;
  const name = path === "" ? "the arguments" : argumentName(path, every);
  const be = path === "" ? "are" : "is";
  const values = (list: readonly unknown[]): string =>
    list.map((value) => JSON.stringify(value)).join(" or ");
  if (equals !== undefined)
    return path === ""
      ? `the arguments are exactly ${values([equals])}`
      : `${name} ${be} ${values([equals])}`;
  if (oneOf !== undefined) return `${name} ${be} ${values(oneOf)}`;
  if (glob !== undefined) return `${name} looks like ${quoted(glob)}`;
  if (regex !== undefined) return `${name} wholly matches the pattern ${quoted(regex)}`;
  if (under !== undefined)
    return `${name} ${be} under ${quoted(under)}${every ? ", and every other path too" : ""}`;
  if (host !== undefined) return `${name} ${be} a URL at ${quoted(host)}`;
  if (min === undefined) return `${name} ${be} at most ${max}`;
  return max === undefined ? `${name} ${be} at least ${min}` : `${name} ${be} from ${min} to ${max}`;
}

const argumentName = (path: string, every: boolean): string => {
  const text = quoted(/^\/[^/~*]+$/.test(path) ? path.slice(1) : path);
  return path.split("/").includes("*") ? `${every ? "each of" : "any of"} ${text}` : text;
};
