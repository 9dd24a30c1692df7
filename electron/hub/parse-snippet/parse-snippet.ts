import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import { parseConfigTree } from "../config/tree.ts";
import { readClientCommand } from "./client-command.ts";
import { dangersOf, dangersOfScript } from "./dangers.ts";
import { isServerEntry, readServerEntry } from "./entries.ts";
import { deriveName, safeName, unusedName } from "./names.ts";
import { splitShellWords } from "./shell-words.ts";

/** One server found in a pasted text. */
export interface SnippetServer {
  readonly name: string;
  readonly config: ServerConfig;
  /** What a person should know before it is added: dangers first, then what was changed or left out. */
  readonly warnings: string[];
}

export interface ParsedSnippet {
  readonly servers: SnippetServer[];
  /** Why nothing, or not everything, could be read; null when all is well. */
  readonly problem: string | null;
}

/** A server's entry before it is understood; the name is undefined where the text gives none. */
export interface Found {
  readonly name: string | undefined;
  readonly entry: Record<string, unknown>;
}

/**
 * Reads a pasted text: JSON in the shape of any known client, a `claude mcp add …` line, a command line or a URL.
 * It only reads; nothing is run, looked up or connected to.
 */
export function parseSnippet(text: string): ParsedSnippet {
  const trimmed = unwrap(text);
  try {
    if (trimmed === "") throw new Error("Paste a client's JSON, a command line or a URL.");
    if (/^\s*\[+\s*mcp_servers?\s*[.\]]/m.test(trimmed))
      throw new Error(
        "This is Codex's TOML, which cannot be read here: paste the server's command line, its URL, or JSON instead.",
      );
    if (/^[{["]/.test(trimmed)) return build(fromJson(trimmed));
    if (/^https?:\/\/\S+$/i.test(trimmed)) return build([{ name: undefined, entry: { url: trimmed } }]);
    return build([fromCommandLine(trimmed)]);
  } catch (error) {
    return { servers: [], problem: sentenceOf(error) };
  }
}

/** Without what surrounds a snippet in documents: code fences and prompts. */
function unwrap(text: string): string {
  const fenced = /```[\w-]*\r?\n([\s\S]*?)```/.exec(text)?.[1] ?? text;
  return fenced
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(/^[$>%] /, "");
}

function build(found: readonly Found[]): ParsedSnippet {
  const servers: SnippetServer[] = [];
  const problems: string[] = [];
  const used = new Set<string>();
  for (const { name, entry } of found) {
    try {
      const { config, warnings } = readServerEntry(entry);
      const free = unusedName(name === undefined ? deriveName(config) : safeName(name), used);
      used.add(free.toLowerCase());
      if (name !== undefined && free !== name) warnings.push(`"${name}" is called "${free}" here`);
      servers.push({ name: free, config, warnings: [...dangersOf(config), ...warnings] });
    } catch (error) {
      problems.push(
        `${name === undefined ? "The server" : `"${name}"`} cannot be used: ${sentenceOf(error)}.`,
      );
    }
  }
  return { servers, problem: problems.length === 0 ? null : problems.join(" ") };
}

function fromJson(text: string): Found[] {
  // Documents often show the member alone: "name": { … }
  const whole = text.startsWith('"') ? `{${text.replace(/,\s*$/, "")}}` : text;
  const parsed = parseConfigTree(whole);
  if ("errors" in parsed) {
    const [issue] = parsed.errors;
    throw new Error(
      `The JSON has a mistake in line ${issue?.line}, column ${issue?.column}: ${issue?.message}.`,
    );
  }
  const found = serversIn(parsed.tree.value);
  if (found.length === 0) throw new Error('No server is described here: one has a "command" or a "url".');
  return found;
}

const CONTAINERS = [
  "mcpServers",
  "servers",
  "mcp",
  "context_servers",
  "mcp_servers",
  "mcp.servers",
  "amp.mcpServers",
];

function serversIn(value: unknown, depth = 0): Found[] {
  if (depth > 3 || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.filter(isServerEntry).map((entry) => ({ name: nameIn(entry), entry }));
  }
  if (isServerEntry(value)) return [{ name: nameIn(value), entry: value }];
  const object = value as Record<string, unknown>;
  const inside = CONTAINERS.flatMap((key) => serversIn(object[key], depth + 1));
  if (inside.length > 0) return inside;
  return Object.entries(object).flatMap(([name, entry]) => (isServerEntry(entry) ? [{ name, entry }] : []));
}

const nameIn = (entry: Record<string, unknown>): string | undefined =>
  typeof entry.name === "string" && entry.name !== "" ? entry.name : undefined;

function fromCommandLine(text: string): Found {
  const split = splitShellWords(text);
  if ("problem" in split) {
    const dangers = dangersOfScript(text);
    const marked = dangers.length === 0 ? "" : ` Dangerous: ${dangers.join("; ")}.`;
    throw new Error(
      `This needs a shell: it has ${split.problem}. Only one program with its arguments can be added.${marked}`,
    );
  }
  const asClient = readClientCommand(split.words);
  if (asClient !== undefined) return asClient;
  const words = split.words.map(fromHome);
  if (words[0] === "env") words.shift();
  const env: Record<string, string> = {};
  for (let pair = assignment(words[0]); pair !== undefined; pair = assignment(words[0])) {
    env[pair[0]] = pair[1];
    words.shift();
  }
  const [command, ...args] = words;
  if (command === undefined) throw new Error("This only sets variables: the program to run is missing.");
  return { name: undefined, entry: { command, args, env } };
}

/** What a shell does with a leading ~. */
const fromHome = (word: string): string => word.replace(/^~(?=\/|$)/, "${env:HOME}");

function assignment(word: string | undefined): [string, string] | undefined {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word ?? "");
  return match === null ? undefined : [match[1] ?? "", match[2] ?? ""];
}
