import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import type { KeyPath } from "./issue.ts";

/**
 * Edits of JSON text that touch nothing but what they are about: comments, spacing and neighbours stay byte for byte.
 * (jsonc-parser's own `modify` formats the lines next to an edit anew.)
 */

/** Sets the value at a path of keys; objects on the way are made. The text must be valid and its root an object. */
export function setAt(text: string, path: KeyPath, value: unknown): string {
  const root = rootOf(text);
  const style = styleOf(text);
  const existing = findNodeAtLocation(root, [...path]);
  if (existing !== undefined) {
    const rendered = render(value, lineIndent(text, existing.offset), style);
    return splice(text, existing.offset, existing.offset + existing.length, rendered);
  }
  let depth = path.length - 1;
  let container = findNodeAtLocation(root, path.slice(0, depth));
  while (container === undefined && depth > 0) {
    depth -= 1;
    container = findNodeAtLocation(root, path.slice(0, depth));
  }
  if (container?.type !== "object") throw new Error("only members of objects can be added");
  const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const key = JSON.stringify(String(path[depth]));
  const member = (indent: string): string => `${key}: ${render(nested, indent, style)}`;
  return insert(text, container, member, isContainer(nested), style);
}

/** Adds an item at the end of the list at a path of keys, which is made when it is missing. */
export function appendAt(text: string, path: KeyPath, item: unknown): string {
  const list = findNodeAtLocation(rootOf(text), [...path]);
  if (list?.type !== "array") return setAt(text, path, [item]);
  const style = styleOf(text);
  return insert(text, list, (indent) => render(item, indent, style), isContainer(item), style);
}

/** Puts an item into the list at a path of keys, before the one at `index`; at the end when there is none. */
export function insertItemAt(text: string, path: KeyPath, index: number, item: unknown): string {
  const list = findNodeAtLocation(rootOf(text), [...path]);
  const before = list?.type === "array" ? list.children?.[index] : undefined;
  if (before === undefined) return appendAt(text, path, item);
  const style = styleOf(text);
  const lineStart = text.lastIndexOf("\n", before.offset - 1) + 1;
  const lead = text.slice(lineStart, before.offset);
  const ownLine = lead.trim() === "";
  const rendered = render(item, ownLine ? lead : lineIndent(text, before.offset), style);
  return splice(text, before.offset, before.offset, `${rendered},${ownLine ? style.eol + lead : " "}`);
}

/** Moves an item of the list at a path of keys to another place; every item keeps its text, comments stay where they are. */
export function moveItemAt(text: string, path: KeyPath, from: number, to: number): string {
  const items = findNodeAtLocation(rootOf(text), [...path])?.children ?? [];
  const texts = items.map((node) => text.slice(node.offset, endOf(node)));
  const [moved] = texts.splice(from, 1);
  if (moved === undefined) return text;
  texts.splice(to, 0, moved);
  // From the last one on, so that the offsets of the others stay true.
  return items.reduceRight(
    (edited, node, index) => splice(edited, node.offset, endOf(node), texts[index] ?? ""),
    text,
  );
}

/**
 * Removes the member or list item at a path of keys and indexes, with the rest of its line; a text without it comes
 * back as it is.
 */
export function removeAt(text: string, path: KeyPath): string {
  const node = findNodeAtLocation(rootOf(text), [...path]);
  const property = node?.parent?.type === "property" ? node.parent : node;
  const container = property?.parent;
  if (property === undefined || container === undefined) return text;
  const siblings = container.children ?? [];
  const index = siblings.indexOf(property);
  const comma = commaAfter(text, endOf(property));
  let start = property.offset;
  let end = comma === undefined ? endOf(property) : comma + 1;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const restOfLine = /^[ \t]*(\/\/[^\r\n]*)?(?=\r?\n)/.exec(text.slice(end))?.[0];
  if (text.slice(lineStart, start).trim() === "" && lineStart > 0 && restOfLine !== undefined) {
    // Alone on its line: the line goes, with the comment at its end.
    start = text[lineStart - 2] === "\r" ? lineStart - 2 : lineStart - 1;
    end += restOfLine.length;
  } else if (index < siblings.length - 1) {
    end += /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  } else {
    start -= /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  }
  const removed = splice(text, start, end, "");
  // The last one takes the comma before it along, if it had none itself.
  const previous = siblings[index - 1];
  if (comma !== undefined || index < siblings.length - 1 || previous === undefined) return removed;
  const before = commaAfter(text, endOf(previous));
  return before === undefined ? removed : splice(removed, before, before + 1, "");
}

/** Puts a member or item, rendered for its indent, at the end of its container; `large` ones get lines of their own. */
function insert(
  text: string,
  container: Node,
  member: (indent: string) => string,
  large: boolean,
  style: Style,
): string {
  const siblings = container.children ?? [];
  const base = lineIndent(text, container.offset);
  const last = siblings[siblings.length - 1];
  const close = endOf(container) - 1;
  if (last === undefined) {
    const inside = text.slice(container.offset + 1, close).trimEnd();
    const lines = `${inside}${style.eol}${base}${style.unit}${member(base + style.unit)}${style.eol}${base}`;
    return splice(text, container.offset + 1, close, lines);
  }
  const comma = commaAfter(text, endOf(last));
  const after = comma === undefined ? endOf(last) : comma + 1;
  const oneLine = !text.slice(container.offset, close).includes("\n");
  if (oneLine && !large) {
    const added = comma === undefined ? `, ${member(base)}` : ` ${member(base)},`;
    return splice(text, after, after, added);
  }
  const indent = oneLine ? base + style.unit : childIndent(text, last, base + style.unit);
  // Comments at the end of the line belong to the member before.
  const trailing =
    /^[ \t]*(\/\*[^\n]*?\*\/[ \t]*)*(\/\/[^\r\n]*)?(?=\r?\n)/.exec(text.slice(after))?.[0].length ?? 0;
  const at = after + trailing;
  const rest = text.slice(at, close + 1);
  const closing = /^\s*[}\]]$/.test(rest) && !rest.includes("\n") ? style.eol + base : "";
  const line = `${style.eol}${indent}${member(indent)}${comma === undefined ? "" : ","}${closing}`;
  const withLine = closing === "" ? splice(text, at, at, line) : splice(text, at, close, line);
  return comma === undefined ? splice(withLine, endOf(last), endOf(last), ",") : withLine;
}

interface Style {
  readonly unit: string;
  readonly eol: string;
}

/** The file's own habits, so that what is added looks like the rest. */
function styleOf(text: string): Style {
  const unit = /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
  return { unit: unit.startsWith("\t") ? "\t" : unit, eol: text.includes("\r\n") ? "\r\n" : "\n" };
}

/** Objects a member a line; lists of plain values on one line while they are short. */
function render(value: unknown, indent: string, style: Style): string {
  if (!isContainer(value)) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = indent + style.unit;
  if (isList && !value.some(isContainer)) {
    const flat = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    if (flat.length <= 100) return flat;
  }
  const items = isList
    ? value.map((item) => render(item, inner, style))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${render(item, inner, style)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (items.length === 0) return open + close;
  return `${open}${style.eol}${items.map((item) => inner + item).join(`,${style.eol}`)}${style.eol}${indent}${close}`;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

const endOf = (node: Node): number => node.offset + node.length;

const splice = (text: string, start: number, end: number, replacement: string): string =>
  text.slice(0, start) + replacement + text.slice(end);

function rootOf(text: string): Node {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root?.type !== "object") throw new Error("the root is no object");
  return root;
}

/** The white space at the start of the line of an offset. */
const lineIndent = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))?.[0] ?? "";

/** The indent of a member that stands at the start of its line. */
function childIndent(text: string, member: Node, otherwise: string): string {
  const before = text.slice(text.lastIndexOf("\n", member.offset - 1) + 1, member.offset);
  return before.trim() === "" ? before : otherwise;
}

/** Where the comma after an offset stands, comments and space skipped; undefined when something else comes. */
function commaAfter(text: string, offset: number): number | undefined {
  const gap = /^(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(offset))?.[0].length ?? 0;
  return text[offset + gap] === "," ? offset + gap : undefined;
}
