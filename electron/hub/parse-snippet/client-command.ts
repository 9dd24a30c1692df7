import type { Found } from "./parse-snippet.ts";

const VARIADIC = new Map([
  ["-e", "env"],
  ["--env", "env"],
  ["-H", "headers"],
  ["--header", "headers"],
]);
const WITH_VALUE = new Set([
  ..."-s --scope -t --transport --type --url --client-id --callback-port --cwd".split(" "),
  "--bearer-token-env-var",
]);

/**
 * Reads the words of `claude mcp add …` (and of Codex's and Gemini's, which are alike) as an entry.
 * Undefined when the words are no such command. Throws an Error whose message says what is wrong.
 */
export function readClientCommand(words: readonly string[]): Found | undefined {
  const [program, group, verb] = words;
  if (!/^(claude|codex|gemini)$/.test(program ?? "") || group !== "mcp" || !/^add(-json)?$/.test(verb ?? ""))
    return undefined;
  const env: Record<string, string> = {};
  const headers: Record<string, string> = {};
  const values = new Map<string, string>();
  const positional: string[] = [];
  const rest = words.slice(3);
  for (let at = 0; at < rest.length; at += 1) {
    const [word = "", inline] = splitOption(rest[at] ?? "");
    const isRemote = /^(http|sse|streamable-http)$/.test(values.get("-t") ?? values.get("--transport") ?? "");
    if (word === "--") {
      positional.push(...rest.slice(at + 1));
      break;
    }
    const many = VARIADIC.get(word);
    // Behind a local program everything is its own.
    if (!word.startsWith("-") || (positional.length >= 2 && !isRemote && many !== "headers"))
      positional.push(rest[at] ?? "");
    else if (many !== undefined) {
      const separator = many === "env" ? "=" : ":";
      const take = (pair: string): void => assign(many === "env" ? env : headers, pair, separator);
      take(inline ?? rest[++at] ?? "");
      const more = many === "env" ? /^\w+=/ : /^[\w-]+:\s/;
      while (inline === undefined && more.test(rest[at + 1] ?? "")) take(rest[++at] ?? "");
    } else if (WITH_VALUE.has(word)) values.set(word, inline ?? rest[++at] ?? "");
  }
  const [name, target, ...args] = positional;
  if (name === undefined) throw new Error("the command names no server");
  if (verb === "add-json") return { name, entry: JSON.parse(target ?? "") as Record<string, unknown> };
  const url = values.get("--url") ?? (/^https?:\/\//i.test(target ?? "") ? target : undefined);
  const transport = values.get("-t") ?? values.get("--transport");
  const bearer = values.get("--bearer-token-env-var");
  if (bearer !== undefined) headers.Authorization = `Bearer \${env:${bearer}}`;
  if (url !== undefined)
    return { name, entry: { url, headers, ...(transport === undefined ? {} : { type: transport }) } };
  if (target === undefined) throw new Error("the command says neither what to run nor what to connect to");
  return { name, entry: { command: target, args, env } };
}

const splitOption = (word: string): [string, string | undefined] => {
  const match = /^(--[\w-]+)=(.*)$/s.exec(word);
  return match === null ? [word, undefined] : [match[1] ?? word, match[2]];
};

function assign(record: Record<string, string>, pair: string, separator: string): void {
  const at = pair.indexOf(separator);
  if (at <= 0) throw new Error(`"${pair}" should be NAME${separator}VALUE`);
  record[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
}
