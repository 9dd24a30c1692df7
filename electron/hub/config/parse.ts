import {
  type Config,
  configSchema,
  nameSchema,
  type Profile,
  type Rule,
  type ServerConfig,
} from "../../../shared/model/config.ts";
import { ruleIssues } from "../../core/policy/rule-issues.ts";
import { patternFault } from "../../core/redact/chosen-parts.ts";
import type { ConfigIssue } from "./issue.ts";
import { checkWithSchema, described } from "./schema-issues.ts";
import { checkServerEntry } from "./server-entry.ts";
import { type ConfigTree, parseConfigTree } from "./tree.ts";

export type ParsedConfig =
  | { readonly config: Config; readonly warnings: ConfigIssue[] }
  | { readonly errors: ConfigIssue[] };

/** The configuration of a home without gatehouse.json. */
export const defaultConfig = (): Config => ({
  ...configSchema.parse({}),
  mcpServers: emptyRecord(),
  profiles: emptyRecord(),
});

/**
 * Reads the text of gatehouse.json: JSON with comments and trailing commas.
 * Either the whole configuration with defaults filled in, or everything that is wrong with it, in the file's order.
 */
export function parseConfig(text: string): ParsedConfig {
  const parsed = parseConfigTree(text);
  if ("errors" in parsed) return parsed;
  const { tree } = parsed;
  const { value } = tree;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      errors: [tree.issueAt([], "value", `the file must hold an object in { }, not ${described(value)}`)],
    };
  }
  const { mcpServers, ...rest } = value as Record<string, unknown>;
  const errors: ConfigIssue[] = [];
  const warnings: ConfigIssue[] = [];
  const sections = checkWithSchema(configSchema, rest, [], tree);
  if ("errors" in sections) errors.push(...sections.errors);
  else errors.push(...unusableRules(sections.data.rules, tree), ...unusablePatterns(sections.data, tree));
  const servers = checkServers(mcpServers, tree, errors, warnings);
  if ("errors" in sections || errors.length > 0) return { errors: errors.sort(inFileOrder) };
  const profiles = Object.assign(emptyRecord<Profile>(), sections.data.profiles);
  const config = { ...sections.data, mcpServers: servers, profiles };
  warnings.push(...unknownServers(config, tree));
  return { config, warnings: warnings.sort(inFileOrder) };
}

/** Patterns in rules that no engine takes. */
const unusableRules = (rules: readonly Rule[], tree: ConfigTree): ConfigIssue[] =>
  rules.flatMap((rule, index) =>
    ruleIssues(rule).map(({ path, message }) => tree.issueAt(["rules", index, ...path], "value", message)),
  );

const unusablePatterns = ({ log }: Pick<Config, "log">, tree: ConfigTree): ConfigIssue[] =>
  log.redact.patterns.flatMap((pattern, index) => {
    const fault = patternFault(pattern);
    return fault === undefined ? [] : [tree.issueAt(["log", "redact", "patterns", index], "value", fault)];
  });

/** Without a prototype: a name from outside, such as "constructor", finds nothing that is not in the file. */
const emptyRecord = <T>(): Record<string, T> => Object.create(null);

function checkServers(
  value: unknown,
  tree: ConfigTree,
  errors: ConfigIssue[],
  warnings: ConfigIssue[],
): Record<string, ServerConfig> {
  const servers = emptyRecord<ServerConfig>();
  if (value === undefined) return servers;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    errors.push(
      tree.issueAt(
        ["mcpServers"],
        "value",
        `must be an object in { }, name by name, not ${described(value)}`,
      ),
    );
    return servers;
  }
  const seen = new Map<string, string>();
  for (const [name, entry] of Object.entries(value)) {
    const path = ["mcpServers", name];
    const checkedName = nameSchema.safeParse(name);
    if (!checkedName.success)
      errors.push(tree.issueAt(path, "key", checkedName.error.issues[0]?.message ?? "is no usable name"));
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      errors.push(tree.issueAt(path, "key", `differs from "${twin}" only in upper and lower case`));
    seen.set(name.toLowerCase(), name);
    const checked = checkServerEntry(entry, path, tree);
    if ("errors" in checked) errors.push(...checked.errors);
    else {
      servers[name] = checked.config;
      warnings.push(...checked.warnings);
    }
  }
  return servers;
}

/** Names in profiles that no server has: most likely misspelt. */
function* unknownServers(config: Config, tree: ConfigTree): Generator<ConfigIssue> {
  const sentence = (name: string): string => `there is no server "${name}" in mcpServers`;
  for (const [profile, { servers, tools }] of Object.entries(config.profiles)) {
    for (const [index, name] of (servers ?? []).entries())
      if (!(name in config.mcpServers))
        yield tree.issueAt(["profiles", profile, "servers", index], "value", sentence(name));
    for (const name of Object.keys(tools))
      if (!(name in config.mcpServers))
        yield tree.issueAt(["profiles", profile, "tools", name], "key", sentence(name));
  }
}

const inFileOrder = (a: ConfigIssue, b: ConfigIssue): number => a.line - b.line || a.column - b.column;
