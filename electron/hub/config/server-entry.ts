import { remoteServerSchema, type ServerConfig, stdioServerSchema } from "../../../shared/model/config.ts";
import type { ConfigIssue, KeyPath } from "./issue.ts";
import { type Reference, splitReferences } from "./references.ts";
import { checkWithSchema, described } from "./schema-issues.ts";
import { didYouMean, nearest } from "./suggest.ts";
import type { ConfigTree } from "./tree.ts";

const STDIO_KEYS = Object.keys(stdioServerSchema.shape);
const REMOTE_KEYS = Object.keys(remoteServerSchema.shape);
const ALL_KEYS = [...new Set([...STDIO_KEYS, ...REMOTE_KEYS])];

/** Other programs' words for the same transports. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  "streamable-http": "http",
  streamablehttp: "http",
  streamable_http: "http",
  remote: "http",
  local: "stdio",
  ws: "http",
};

/** Checks one entry of `mcpServers`. Unknown keys are warnings: entries are often copied from other programs. */
export function checkServerEntry(
  value: unknown,
  path: KeyPath,
  tree: ConfigTree,
): { config: ServerConfig; warnings: ConfigIssue[] } | { errors: ConfigIssue[] } {
  const refuse = (at: KeyPath, message: string): { errors: ConfigIssue[] } => ({
    errors: [tree.issueAt(at, "value", message)],
  });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(path, `must be an object in { } with "command" or "url", not ${described(value)}`);
  const entry = value as Record<string, unknown>;
  const kind = kindOf(entry);
  if ("problem" in kind) return refuse([...path, ...kind.at], kind.problem);

  const keys = kind.type === "stdio" ? STDIO_KEYS : REMOTE_KEYS;
  const known: Record<string, unknown> = { type: kind.type };
  const warnings: ConfigIssue[] = [];
  for (const [key, inside] of Object.entries(entry)) {
    if (keys.includes(key)) known[key] = inside;
    else warnings.push(tree.issueAt([...path, key], "key", extraKeySentence(key, inside, kind.type)));
  }
  const checked = checkWithSchema(
    kind.type === "stdio" ? stdioServerSchema : remoteServerSchema,
    known,
    path,
    tree,
  );
  if ("errors" in checked) return checked;
  const errors: ConfigIssue[] = [];
  checkReferences(checked.data, path, tree, errors, warnings);
  return errors.length > 0 ? { errors } : { config: checked.data, warnings };
}

type Kind = { type: "stdio" | "http" | "sse" } | { problem: string; at: string[] };

/** Decides what an entry means to be by `type`, `command` and `url`. */
function kindOf(entry: Record<string, unknown>): Kind {
  const command = Object.hasOwn(entry, "command");
  const url = Object.hasOwn(entry, "url");
  if (Object.hasOwn(entry, "type")) {
    const { type } = entry;
    if (type === "stdio") {
      if (!command) return { problem: 'has the type "stdio" but no "command"', at: [] };
      return url ? { problem: 'is for a remote server; a "stdio" server has none', at: ["url"] } : { type };
    }
    if (type === "http" || type === "sse") {
      if (!url) return { problem: `has the type "${type}" but no "url"`, at: [] };
      return command
        ? { problem: `is for a local server; an "${type}" server has none`, at: ["command"] }
        : { type };
    }
    const allowed = ["stdio", "http", "sse"];
    const other = typeof type === "string" ? OTHER_TYPES[type.toLowerCase()] : undefined;
    const hint =
      other !== undefined
        ? `; here it is called "${other}"`
        : typeof type === "string"
          ? didYouMean(type, allowed)
          : "";
    return { problem: `must be "stdio", "http" or "sse", not ${described(type)}${hint}`, at: ["type"] };
  }
  if (command && url) return { problem: 'has both "command" and "url": keep the one that is meant', at: [] };
  if (command) return { type: "stdio" };
  if (url) return { type: "http" };
  const renamed = Object.keys(entry).find((key) =>
    ["url", "command"].includes(nearest(key, ["url", "command"]) ?? ""),
  );
  const hint =
    renamed === undefined ? "" : `; "${renamed}" is called "${nearest(renamed, ["url", "command"])}" here`;
  return {
    problem: `has neither "command" nor "url": one of them says what to run or to connect to${hint}`,
    at: [],
  };
}

function extraKeySentence(key: string, value: unknown, type: string): string {
  if (key === "disabled") {
    return value === true
      ? '"disabled" has no effect here, the server is on: write "enabled": false'
      : '"disabled" has no effect here: "enabled" says it';
  }
  if (ALL_KEYS.includes(key)) return `has no effect on a server of the type "${type}"`;
  const near = nearest(key, ALL_KEYS);
  return `unknown key, it has no effect${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

/** Every text of an entry in which references are filled in, with its path. */
function* referenceTexts(config: ServerConfig): Generator<{ path: (string | number)[]; text: string }> {
  if (config.type === "stdio") {
    yield { path: ["command"], text: config.command };
    for (const [index, text] of config.args.entries()) yield { path: ["args", index], text };
    for (const [name, text] of Object.entries(config.env)) yield { path: ["env", name], text };
    if (config.cwd !== undefined) yield { path: ["cwd"], text: config.cwd };
  } else {
    yield { path: ["url"], text: config.url };
    for (const [name, text] of Object.entries(config.headers)) yield { path: ["headers", name], text };
  }
}

function checkReferences(
  config: ServerConfig,
  base: KeyPath,
  tree: ConfigTree,
  errors: ConfigIssue[],
  warnings: ConfigIssue[],
): void {
  for (const { path, text } of referenceTexts(config)) {
    for (const part of splitReferences(text)) {
      if (typeof part === "string") continue;
      const verdict = judge(part, String(path[0]));
      if (verdict === undefined) continue;
      (verdict.wrong ? errors : warnings).push(tree.issueAt([...base, ...path], "value", verdict.message));
    }
  }
}

function judge(reference: Reference, field: string): { wrong: boolean; message: string } | undefined {
  if (reference.kind === "malformed") return { wrong: true, message: `${reference.text} ${reference.why}` };
  if (reference.kind === "secret") {
    if (field === "command" || field === "cwd")
      return { wrong: true, message: `a secret cannot stand in "${field}"` };
    if (field === "args")
      return {
        wrong: false,
        message:
          "the server will not be started: every program of this computer can read arguments; hand the secret over in env",
      };
  }
  if (reference.kind === "project" && field !== "args" && field !== "cwd")
    return { wrong: true, message: `\${project} can only stand in "args" and "cwd"` };
  if (reference.kind === "foreign") return { wrong: false, message: foreignSentence(reference.text) };
  return undefined;
}

function foreignSentence(text: string): string {
  const name = /^\$\{(?:input:)?(\w+)/.exec(text)?.[1];
  const instead =
    name === undefined
      ? ""
      : text.startsWith("${input:")
        ? `; write \${secret:${name}}`
        : `; write \${env:${name}}`;
  return `${text} is passed on as it stands${instead} if a value is meant`;
}
