import type { Held } from "../../../shared/model/consent.ts";
import { LIST_KINDS, type ListKind } from "../catalog/kinds.ts";
import { canonicalText, type JsonTree, prettyText, readTree, stringsOf } from "./json-tree.ts";

export type PinKind = Held["kind"];

/** The kind of pin for the entries of each list. */
export const PIN_KINDS: Readonly<Record<ListKind, Exclude<PinKind, "instructions" | "package">>> = {
  tools: "tool",
  prompts: "prompt",
  resources: "resource",
  templates: "template",
};

/** The list that a pinned entry stands in; undefined for what is no entry. */
export function listOf(kind: PinKind): ListKind | undefined {
  return LIST_KINDS.find((list) => PIN_KINDS[list] === kind);
}

/** What is pinned of an entry: everything that a model reads or that shapes a call. The order is that of showing. */
const MEMBERS: Readonly<Record<ListKind, readonly string[]>> = {
  tools: ["name", "title", "description", "annotations", "inputSchema", "outputSchema"],
  prompts: ["name", "title", "description", "arguments"],
  resources: ["uri", "name", "title", "description"],
  templates: ["uriTemplate", "name", "title", "description"],
};

/** Headings of the text that a person compares. */
const HEADINGS: Readonly<Record<string, string>> = {
  uri: "URI",
  uriTemplate: "URI template",
  inputSchema: "input schema",
  outputSchema: "output schema",
  installedAt: "installed",
};

/** The canonical text of what is pinned of an entry, given its raw JSON object. Throws ScanError for anything else. */
export function pinnedText(kind: ListKind, raw: Uint8Array): string {
  const tree = readTree(raw);
  const pinned = new Set(MEMBERS[kind]);
  return canonicalText(
    tree.kind === "object"
      ? { kind: "object", members: tree.members.filter(({ key }) => pinned.has(key)) }
      : tree,
  );
}

/** The canonical text of a plain text (instructions). */
export function pinnedString(text: string): string {
  return JSON.stringify(text);
}

/**
 * A canonical text for a person to read and compare: a heading a member, and under it the value, set in. Only headings
 * begin a line without a space, so that no value can pretend to be another member.
 */
export function readableText(canonical: string): string {
  const tree = treeOf(canonical);
  if (tree.kind === "string") return tree.value;
  if (tree.kind !== "object") return canonical;
  const order = [...Object.values(MEMBERS).flat(), "version", "publisher", "installedAt"];
  const place = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  return [...tree.members]
    .sort((a, b) => place(a.key) - place(b.key))
    .map(({ key, value }) => {
      const text = value.kind === "string" ? value.value : prettyText(value);
      const lines = text.split("\n").map((line) => `  ${line}`);
      return [HEADINGS[key] ?? key, ...lines].join("\n");
    })
    .join("\n");
}

/** Every string in a canonical text. */
export function pinnedStrings(canonical: string): string[] {
  return stringsOf(treeOf(canonical));
}

function treeOf(canonical: string): JsonTree {
  return readTree(new TextEncoder().encode(canonical));
}
