import { remoteServerSchema, type ServerConfig, stdioServerSchema } from "../../../shared/model/config.ts";
import { PLACEHOLDER } from "../../../shared/secret-look.ts";
import { splitShellWords } from "./shell-words.ts";

type Entry = Record<string, unknown>;

const isObject = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether an object looks like one server, in any client's words. */
export function isServerEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { command } = value;
  const runs =
    typeof command === "string" || Array.isArray(command) || (isObject(command) && "path" in command);
  return runs || urlOf(value) !== undefined;
}

const urlOf = (entry: Entry): string | undefined =>
  [entry.url, entry.serverUrl, entry.httpUrl, entry.endpoint].find((url) => typeof url === "string");

/** Gatehouse's own options, of every kind of server: taken over as they are. */
const OPTIONS = Object.keys(stdioServerSchema.shape).filter(
  (key) => key in remoteServerSchema.shape && key !== "type" && key !== "enabled",
);

const TAKEN_OVER = new Set([
  ..."name type transport command args env environment cwd workingDirectory url serverUrl httpUrl endpoint".split(
    " ",
  ),
  ..."headers disabled enabled source".split(" "),
  ...OPTIONS,
]);

/** One server's entry of any client, in Gatehouse's own shape. Throws an Error whose message says what is wrong. */
export function readServerEntry(entry: Entry): { config: ServerConfig; warnings: string[] } {
  const warnings: string[] = [];
  const ignored = Object.keys(entry).filter((key) => !TAKEN_OVER.has(key));
  if (ignored.length > 0) warnings.push(`not taken over: ${ignored.join(", ")}`);
  const common: Entry = { enabled: entry.disabled !== true && entry.enabled !== false };
  for (const key of OPTIONS) if (entry[key] !== undefined) common[key] = entry[key];

  const url = urlOf(entry);
  if (url !== undefined) {
    if (entry.command !== undefined) throw new Error('it has both a "command" and a URL');
    const remote = {
      ...common,
      type: remoteType(entry, url),
      url: convertReferences(url, warnings),
      headers: texts(entry.headers, "headers", warnings),
    };
    return { config: checked(remoteServerSchema.safeParse(remote)), warnings };
  }
  const [command, ...args] = commandOf(entry, warnings);
  const cwd = entry.cwd ?? entry.workingDirectory;
  const zed = isObject(entry.command) ? entry.command.env : undefined;
  const local = {
    ...common,
    type: "stdio",
    command,
    args: args.map((word) => convertReferences(word, warnings)),
    env: texts(entry.env ?? entry.environment ?? zed, "env", warnings),
    ...(typeof cwd === "string" && cwd !== "" ? { cwd: convertReferences(cwd, warnings) } : {}),
  };
  return { config: checked(stdioServerSchema.safeParse(local)), warnings };
}

function remoteType(entry: Entry, url: string): "http" | "sse" {
  const said = String(entry.type ?? entry.transport ?? "").toLowerCase();
  if (said === "sse") return "sse";
  const isOpen = said === "" || said === "remote";
  return isOpen && entry.httpUrl === undefined && /\/sse\/?(\?|#|$)/.test(url) ? "sse" : "http";
}

function commandOf(entry: Entry, warnings: string[]): string[] {
  const { command } = entry;
  if (Array.isArray(command)) return [...command.map(plain), ...list(entry.args)];
  if (isObject(command)) return [plain(command.path), ...list(command.args)];
  const text = plain(command);
  // Only where it cannot be a path with a space in it.
  if (entry.args === undefined && /\s/.test(text.trim()) && !/[/\\]/.test(text.trim().split(/\s/)[0] ?? "")) {
    const split = splitShellWords(text);
    if ("problem" in split) throw new Error(`its command is a shell script with ${split.problem}`);
    warnings.push("the command was one text with spaces and has been split into a program and its arguments");
    return split.words;
  }
  return [text, ...list(entry.args)];
}

function list(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error('its "args" are no list');
  return value.map(plain);
}

function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error("a command or argument is no text");
}

function texts(value: unknown, what: string, warnings: string[]): Record<string, string> {
  const taken: Record<string, string> = {};
  if (!isObject(value)) return taken;
  for (const [name, raw] of Object.entries(value)) {
    if (raw === null || raw === undefined) {
      warnings.push(`${what}.${name} has no value and was left out`);
      continue;
    }
    const text = convertReferences(plain(raw), warnings);
    taken[name] = text;
    if (PLACEHOLDER.test(text.trim()))
      warnings.push(`${what}.${name} is a placeholder: put the real value in`);
  }
  return taken;
}

/** Other clients' references in our words: `${input:x}`, `${VAR}`, `${VAR:-default}`, `{env:VAR}`, `${workspaceFolder}`. */
function convertReferences(text: string, warnings: string[]): string {
  const note = (sentence: string): void => {
    if (!warnings.includes(sentence)) warnings.push(sentence);
  };
  return text
    .replace(/(?<!\$)\{env:(\w+)\}/g, "${env:$1}")
    .replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
      const input = /^input:([\w.-]+)$/.exec(inner)?.[1];
      if (input !== undefined) {
        const variable = input
          .replace(/[^A-Za-z0-9_]/g, "_")
          .replace(/^(?=\d)/, "_")
          .toUpperCase();
        note(
          `${whole} became \${env:${variable}}: set ${variable} in the environment that the hub is started in`,
        );
        return `\${env:${variable}}`;
      }
      if (/^workspace(Folder|Root)$/.test(inner)) {
        note(`${whole} became \${project}, which needs "isolation": "project"`);
        return "${" + "project}";
      }
      const variable = /^([A-Za-z_]\w*)(:-.*)?$/.exec(inner);
      if (variable === null || inner === "project") return whole;
      if (variable[2] !== undefined) note(`the default in ${whole} was dropped`);
      return `\${env:${variable[1]}}`;
    });
}

function checked<T>(
  result:
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
): T {
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not usable"}`.trim());
}
