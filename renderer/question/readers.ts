/**
 * Tells what an argument of a call is, so that it can be shown as that: a path, SQL, a shell command, an address, an
 * edit of a file, long text, or plain JSON. Reading never hides anything: whatever is not recognized is shown as JSON,
 * and what is recognized is shown whole. Pure.
 */
import { keyWords, PATH_WORDS } from "../../shared/argument-names.ts";
import { isContainer, type JsonNode } from "../lib/json/parse.ts";
import { writeJson } from "../lib/json/rows.ts";
import { type Edit, editOf, isPatch } from "./readers-edit.ts";
import { commandLine, looksLikeShell } from "./shell.ts";
import { looksLikeSql } from "./sql.ts";

/** What an argument is, with the text to show. */
export type Reading =
  | { readonly kind: "path"; readonly text: string }
  | { readonly kind: "url"; readonly text: string }
  | { readonly kind: "sql"; readonly text: string }
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "edits"; readonly edits: readonly Edit[] }
  | { readonly kind: "patch"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "word"; readonly text: string; readonly type: "string" | "number" | "boolean" | "null" }
  | { readonly kind: "list"; readonly items: readonly Reading[] }
  | { readonly kind: "json"; readonly node: JsonNode };

/** One argument: its name as the call has it, what it is, and its raw JSON for comparing. */
export interface Argument {
  readonly key: string;
  /** Members that were read together ("command" with "args"). */
  readonly with: readonly string[];
  readonly reading: Reading;
  readonly raw: string;
}

const PLACE_WORDS = new Set([
  "cwd",
  "root",
  "source",
  "destination",
  "src",
  "dest",
  "target",
  "from",
  "to",
  "output",
]);
const URL_WORDS = new Set(["url", "urls", "uri", "href", "link", "endpoint", "webhook"]);
const ARGS_KEYS = new Set(["args", "argv", "arguments"]);
/** A string up to this long, without a line break, is a word; a longer one is text. */
const LONGEST_WORD = 160;
/** A list longer than this is shown as JSON. */
const LONGEST_LIST = 50;

/** The arguments of a call in their order; undefined when they are no object. */
export function readArguments(root: JsonNode): Argument[] | undefined {
  if (root.kind !== "object") return undefined;
  const { keys, children } = root;
  const edit = editOf(keys, children);
  const taken = new Set<string>(edit?.keys ?? []);
  const found: Argument[] = [];
  for (const [index, key] of keys.entries()) {
    const node = children[index];
    if (node === undefined) continue;
    if (edit !== undefined && edit.keys[0] === key) {
      found.push({
        key,
        with: edit.keys.slice(1),
        reading: { kind: "edits", edits: [edit.edit] },
        raw: edit.keys.map((name) => raw(keys, children, name)).join(","),
      });
      continue;
    }
    if (taken.has(key)) continue;
    const joined = commandWithArgs(key, node, keys, children);
    if (joined !== undefined) {
      taken.add(joined.key);
      found.push({
        key,
        with: [joined.key],
        reading: { kind: "shell", text: joined.text },
        raw: `${writeJson(node)},${raw(keys, children, joined.key)}`,
      });
      continue;
    }
    found.push({ key, with: [], reading: readValue(key, node), raw: writeJson(node) });
  }
  return found;
}

/** What one value is, judged by its member's name and by itself. */
export function readValue(key: string, node: JsonNode): Reading {
  if (node.kind === "string") return readString(key, node.text);
  if (node.kind === "array") {
    const edits = node.children.map((child) =>
      child.kind === "object" ? editOf(child.keys, child.children) : undefined,
    );
    if (
      edits.length > 0 &&
      edits.every((one, at) => one !== undefined && isWholeEdit(node.children[at], one.keys))
    )
      return { kind: "edits", edits: edits.flatMap((one) => (one === undefined ? [] : [one.edit])) };
    const items = node.children.map((child) => (isContainer(child) ? undefined : readValue(key, child)));
    if (items.length > 0 && items.length <= LONGEST_LIST && items.every((item) => item !== undefined))
      return { kind: "list", items: items.filter((item) => item !== undefined) };
  }
  if (isContainer(node)) return { kind: "json", node };
  return { kind: "word", text: node.text, type: node.kind };
}

function readString(key: string, text: string): Reading {
  const words = keyWords(key);
  if (isPatch(words, text)) return { kind: "patch", text };
  if (isAddress(words, text)) return { kind: "url", text };
  if (looksLikeSql(words, text)) return { kind: "sql", text };
  if (looksLikeShell(words, text)) return { kind: "shell", text };
  if (isPath(words, text)) return { kind: "path", text };
  if (text.includes("\n") || text.length > LONGEST_WORD) return { kind: "text", text };
  return { kind: "word", text, type: "string" };
}

function isAddress(words: readonly string[], text: string): boolean {
  if (/[\s]/.test(text.trim()) || text.length > 8_000) return false;
  if (/^[a-z][a-z0-9+.-]*:\/\/\S/i.test(text.trim())) return URL.canParse(text);
  return words.some((word) => URL_WORDS.has(word)) && /^(?:https?|wss?|ftp|file|data|mailto):/i.test(text);
}

function isPath(words: readonly string[], text: string): boolean {
  if (text === "" || text.length > 4_096 || /[\n\r]/.test(text)) return false;
  if (/^(?:\/(?!\/)|~[\\/]?|\.{1,2}[\\/]|[A-Za-z]:[\\/]|\\\\)/.test(text) && !/^~\S*\s/.test(text))
    return !/^\/\S*\s+\S+\s+\S+\s+\S+/.test(text) || words.some((word) => PATH_WORDS.has(word));
  if (words.some((word) => PATH_WORDS.has(word))) return true;
  return words.some((word) => PLACE_WORDS.has(word)) && /[\\/]/.test(text) && !/\s/.test(text);
}

/** `command` beside `args`: one command line. */
function commandWithArgs(
  key: string,
  node: JsonNode,
  keys: readonly string[],
  children: readonly JsonNode[],
): { key: string; text: string } | undefined {
  if (node.kind !== "string" || !/^(?:command|cmd|executable|program|binary)$/i.test(key)) return undefined;
  const at = keys.findIndex((name) => ARGS_KEYS.has(name.toLowerCase()));
  const args = children[at];
  const name = keys[at];
  if (name === undefined || args?.kind !== "array") return undefined;
  const words: string[] = [];
  for (const child of args.children) {
    if (child.kind !== "string") return undefined;
    words.push(child.text);
  }
  return { key: name, text: commandLine([node.text, ...words]) };
}

/** Whether nothing stands beside an edit that its diff would not show. */
function isWholeEdit(node: JsonNode | undefined, keys: readonly string[]): boolean {
  return node?.kind === "object" && node.keys.every((key) => keys.includes(key));
}

function raw(keys: readonly string[], children: readonly JsonNode[], key: string): string {
  const node = children[keys.lastIndexOf(key)];
  return node === undefined ? "" : writeJson(node);
}
