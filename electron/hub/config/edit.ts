import { isDeepStrictEqual } from "node:util";
import { findNodeAtLocation, getNodeValue, parseTree } from "jsonc-parser";
import { GatehouseError } from "../../../shared/errors.ts";
import {
  type Profile,
  remoteServerSchema,
  type ServerConfig,
  stdioServerSchema,
  trustRule,
} from "../../../shared/model/config.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import type { KeyPath } from "./issue.ts";
import { defaultConfig } from "./parse.ts";
import { appendAt, insertItemAt, moveItemAt, removeAt, setAt } from "./splice.ts";

/** What a new gatehouse.json starts with. */
export const NEW_FILE = `// Gatehouse's configuration. Edit it by hand if you like: comments are kept, and a running hub
// picks up every change at once. A mistake is reported with its line while the last good version keeps running.
// Keep secrets out of it: write \${secret:NAME}, and set it with \`gatehouse secret set NAME\` or in the app.
{
}
`;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Adds a server, or changes one to be as given: only what differs is touched, so comments and keys of other
 * programs stay. Values that are defaults are not written.
 */
export function setServer(text: string, name: string, config: ServerConfig): string {
  const existing = valueAt(text, ["mcpServers", name]);
  if (!isObject(existing)) return write(text, ["mcpServers", name], minimal(config));
  const schema = config.type === "stdio" ? stdioServerSchema : remoteServerSchema;
  const wanted = minimal(config);
  let edited = text;
  // What belongs to the other kind of server goes; unknown keys are not ours to remove.
  const keys = new Set([...Object.keys(stdioServerSchema.shape), ...Object.keys(remoteServerSchema.shape)]);
  for (const key of keys) {
    const effective = (config as Record<string, unknown>)[key];
    if (key in schema.shape && isDeepStrictEqual(existing[key], effective)) continue;
    // A "url" alone says it already.
    if (key === "type" && existing.type === undefined && config.type === "http" && "url" in existing)
      continue;
    edited = merge(edited, ["mcpServers", name, key], existing[key], wanted[key]);
  }
  return edited;
}

/** Removes a server, and the rule of `trustServer`. Throws `not_found` when the file has none of that name. */
export function removeServer(text: string, name: string): string {
  requireServer(text, name);
  const edited = write(text, ["mcpServers", name], undefined);
  const at = trustIndex(edited, name);
  return at < 0 ? edited : removeAt(edited, ["rules", at]);
}

/** Lets clients call a server's tools without asking, by a rule after all others, so that narrower ones still decide. */
export function trustServer(text: string, name: string): string {
  return trustIndex(text, name) >= 0 ? text : appendAt(withRoot(text), ["rules"], trustRule(name));
}

function trustIndex(text: string, name: string): number {
  const rules = valueAt(text, ["rules"]);
  const wanted = trustRule(name);
  const same = (rule: unknown): boolean => isObject(rule) && isDeepStrictEqual({ ...rule }, wanted);
  return Array.isArray(rules) ? rules.findIndex(same) : -1;
}

/** Adds a rule before the one at a place, or after all others. */
export function insertRule(text: string, rule: Rule, at: number | undefined): string {
  const source = withRoot(text);
  return at === undefined ? appendAt(source, ["rules"], rule) : insertItemAt(source, ["rules"], at, rule);
}

/** Writes another rule in the place of one. */
export const replaceRule = (text: string, at: number, rule: Rule): string =>
  setAt(withRoot(text), ["rules", at], rule);

/** Takes the rule at a place, counted from 0, out of the file's text. */
export const removeRule = (text: string, at: number): string => removeAt(withRoot(text), ["rules", at]);

/** Moves a rule to another place in the order. */
export const moveRule = (text: string, from: number, to: number): string =>
  moveItemAt(withRoot(text), ["rules"], from, to);

/** Switches a server on or off. Throws `not_found` when the file has none of that name. */
export function setServerEnabled(text: string, name: string, enabled: boolean): string {
  requireServer(text, name);
  const path = ["mcpServers", name, "enabled"];
  const current = valueAt(text, path);
  if ((current ?? true) === enabled) return text;
  return write(text, path, enabled ? undefined : false);
}

/** Adds a profile, or changes one to be as given: what it shows already stays as it is written. */
export function setProfile(text: string, name: string, profile: Profile): string {
  const path = ["profiles", name];
  const existing = valueAt(text, path);
  const wanted = Object.fromEntries(
    Object.entries(profile).filter(
      ([, value]) => value !== undefined && value !== false && !isDeepStrictEqual(value, {}),
    ),
  ) as Record<string, Json>;
  return isObject(existing) ? merge(text, path, existing, wanted) : write(text, path, wanted);
}

/** Removes a profile. Throws `not_found` when the file has none of that name. */
export function removeProfile(text: string, name: string): string {
  if (valueAt(text, ["profiles", name]) === undefined)
    throw new GatehouseError(
      "not_found",
      `there is no profile "${name.slice(0, 80)}"`,
      'They stand in gatehouse.json, under "profiles".',
    );
  return write(text, ["profiles", name], undefined);
}

/** Has the rules that name a client, ignoring case as client names do, name it as it is called now. */
export function ruleOfClientRenamed(text: string, from: string, to: string): string {
  const rules = valueAt(text, ["rules"]);
  if (!Array.isArray(rules)) return text;
  return rules.reduce<string>((edited, rule: unknown, index) => {
    const client = isObject(rule) ? rule.client : undefined;
    if (typeof client !== "string" || client.toLowerCase() !== from.toLowerCase()) return edited;
    return write(edited, ["rules", index, "client"], to);
  }, text);
}

/** Sets any value, or removes it (undefined). A default that is not written is left unwritten. */
export function setValue(text: string, path: KeyPath, value: unknown): string {
  const current = valueAt(text, path);
  if (isDeepStrictEqual(current, value)) return text;
  if (current === undefined && isDeepStrictEqual(defaultAt(path), value)) return text;
  return write(text, path, value);
}

/** A server's entry as one would write it: without defaults. */
function minimal(config: ServerConfig): Record<string, Json> {
  const entry: Record<string, Json> = {};
  const bare: Record<string, unknown> =
    config.type === "stdio"
      ? stdioServerSchema.parse({ command: "x" })
      : remoteServerSchema.parse({ type: "http", url: "http://x" });
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const always = key === "command" || key === "url" || (key === "type" && value !== "stdio");
    if (always || !isDeepStrictEqual(bare[key], value)) entry[key] = value as Json;
  }
  return entry;
}

/** Changes what differs inside objects; anything else is replaced whole. */
function merge(text: string, path: KeyPath, existing: unknown, wanted: Json | undefined): string {
  if (isDeepStrictEqual(existing, wanted)) return text;
  if (!isObject(existing) || !isObject(wanted)) return write(text, path, wanted);
  let edited = text;
  for (const key of new Set([...Object.keys(existing), ...Object.keys(wanted)]))
    edited = merge(edited, [...path, key], existing[key], wanted[key] as Json | undefined);
  return edited;
}

/** The text with an object at its root: comments alone stay above a new one. */
function withRoot(text: string): string {
  if (text.trim() === "") return NEW_FILE;
  return valueAt(text, []) === undefined ? `${text.trimEnd()}\n{\n}\n` : text;
}

function write(text: string, path: KeyPath, value: unknown): string {
  const source = withRoot(text);
  return value === undefined ? removeAt(source, path) : setAt(source, path, value);
}

function valueAt(text: string, path: KeyPath): unknown {
  const root = parseTree(text, [], { allowTrailingComma: true, allowEmptyContent: true });
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  return node === undefined ? undefined : getNodeValue(node);
}

function defaultAt(path: KeyPath): unknown {
  let at: unknown = defaultConfig();
  for (const part of path) at = isObject(at) ? at[String(part)] : undefined;
  return at;
}

function requireServer(text: string, name: string): void {
  if (valueAt(text, ["mcpServers", name]) === undefined)
    throw new GatehouseError("not_found", `there is no server "${name}"`, "See: gatehouse server list");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
