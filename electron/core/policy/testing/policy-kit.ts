import type { ArgCondition, Rule } from "../../../../shared/model/rule.ts";
import { encodeJson } from "../../jsonrpc/json.ts";
import { type Claims, NO_CLAIMS, type Outcome, type PolicyCall, type PolicyFacts } from "../call.ts";
import { compileRules } from "../compile.ts";

/** A call of read_file on the server files by claude-code, changed as told. */
export function callOf(
  change: Partial<Omit<PolicyCall, "arguments" | "claims">> & {
    /** A value, or raw JSON as bytes. */
    readonly args?: unknown;
    readonly claims?: Partial<Claims>;
  } = {},
): PolicyCall {
  const { args, claims, ...rest } = change;
  const bytes = args === undefined || args instanceof Uint8Array ? args : encodeJson(args);
  return {
    clientId: "c1",
    client: "claude-code",
    profile: "",
    project: "",
    server: "files",
    method: "tools/call",
    tool: "read_file",
    ...rest,
    claims: { ...NO_CLAIMS, ...claims },
    arguments: () => bytes,
  };
}

/** Links of a made-up disk, by the path that they stand at; null: where it leads cannot be told. */
export type Links = Readonly<Record<string, string | null>>;

/**
 * Facts of a made-up machine: the person's home is /home/u, the server runs in /home/u/proj. `links` are its links,
 * every other path is itself.
 */
export function factsOf(change: Partial<PolicyFacts> & { readonly links?: Links } = {}): PolicyFacts {
  const { links = {}, ...rest } = change;
  const windows = rest.platform === "win32";
  return {
    platform: "linux",
    caseInsensitive: windows,
    home: windows ? "C:\\Users\\u" : "/home/u",
    where: "local",
    cwd: windows ? "C:\\Users\\u\\proj" : "/home/u/proj",
    project: undefined,
    real: (path) => resolve(path, links, windows ? "\\" : "/", 20),
    now: Date.parse("2026-06-01T12:00:00Z"),
    history: [],
    ...rest,
  };
}

function resolve(path: string, links: Links, separator: string, left: number): string | undefined {
  if (left === 0) return undefined;
  const parts = path.split(separator);
  for (let length = 1; length <= parts.length; length += 1) {
    const at = parts.slice(0, length).join(separator) || separator;
    const target = Object.hasOwn(links, at) ? links[at] : undefined;
    if (target === null) return undefined;
    if (target !== undefined)
      return resolve([target, ...parts.slice(length)].join(separator), links, separator, left - 1);
  }
  return path;
}

/** A rule that allows, changed as told. */
export const allow = (change: Partial<Rule> = {}): Rule => ({ ...change, decision: "allow" });
export const deny = (change: Partial<Rule> = {}): Rule => ({ ...change, decision: "deny" });
export const ask = (change: Partial<Rule> = {}): Rule => ({ ...change, decision: "ask" });

/** What may be told of a call under test. */
export type CallChange = Parameters<typeof callOf>[0];

/** The decision on a call, and by what it was made: "ask rules[0]". */
export const decided = (
  rules: readonly Rule[],
  call: CallChange,
  fallback: Outcome = "ask",
  facts: PolicyFacts = factsOf(),
): string => {
  const { decision, by } = compileRules(rules).decide(callOf(call), facts, fallback);
  return `${decision} ${by}`;
};

/** A rule's condition on one argument. */
export const at = (test: Partial<ArgCondition>, path = "/a"): Partial<Rule> => ({
  args: [{ path, ...test }],
});
