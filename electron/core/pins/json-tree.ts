import { JsonLexer } from "../jsonrpc/lexer.ts";
import { decodeToken, decodeUtf8 } from "../jsonrpc/strings.ts";

/** Any JSON value with nothing lost: numbers as they were written, duplicate keys kept. */
export type JsonTree =
  | { readonly kind: "object"; readonly members: readonly JsonMember[] }
  | { readonly kind: "array"; readonly elements: readonly JsonTree[] }
  | { readonly kind: "string"; readonly value: string }
  /** A number or a word as written, or a value nested too deeply to be looked into, as raw text. */
  | { readonly kind: "raw"; readonly text: string };

export interface JsonMember {
  readonly key: string;
  readonly value: JsonTree;
}

/** Containers inside each other that are looked into; what is deeper stays raw text. */
const MAX_DEPTH = 200;

/** Reads one JSON value. Throws ScanError when the bytes hold anything else. */
export function readTree(bytes: Uint8Array): JsonTree {
  const lexer = new JsonLexer(bytes, bytes.length, Number.POSITIVE_INFINITY);
  let end = 0;
  const read = (start: number, depth: number): JsonTree => {
    const byte = lexer.at(start);
    if (byte === 0x22) {
      end = lexer.string(start);
      return { kind: "string", value: decodeToken(bytes, start, end) };
    }
    if (depth < MAX_DEPTH && byte === 0x7b) {
      const members: JsonMember[] = [];
      for (let at = lexer.enter(start, depth + 1); at !== -1; at = lexer.following(end)) {
        const key = decodeToken(bytes, lexer.keyStart, lexer.keyEnd);
        members.push({ key, value: read(at, depth + 1) });
      }
      end = lexer.next;
      return { kind: "object", members };
    }
    if (depth < MAX_DEPTH && byte === 0x5b) {
      const elements: JsonTree[] = [];
      for (let at = lexer.enterArray(start, depth + 1); at !== -1; at = lexer.followingElement(end))
        elements.push(read(at, depth + 1));
      end = lexer.next;
      return { kind: "array", elements };
    }
    end = lexer.value(start, depth);
    return { kind: "raw", text: decodeUtf8(bytes, start, end) };
  };
  const tree = read(lexer.space(0), 0);
  const rest = lexer.space(end);
  if (rest < bytes.length) lexer.expected("nothing after the value", rest);
  return tree;
}

/**
 * A text that two JSON values share exactly when they say the same: members sorted by key (duplicates in their order),
 * no white space, strings with one spelling of every character, numbers digit for digit.
 */
export function canonicalText(tree: JsonTree): string {
  switch (tree.kind) {
    case "string":
      return JSON.stringify(tree.value);
    case "raw":
      return tree.text;
    case "array":
      return `[${tree.elements.map(canonicalText).join(",")}]`;
    case "object":
      return `{${sorted(tree.members)
        .map(({ key, value }) => `${JSON.stringify(key)}:${canonicalText(value)}`)
        .join(",")}}`;
  }
}

/** The value for a person to read, two spaces a level. */
export function prettyText(tree: JsonTree, indent = ""): string {
  const inner = `${indent}  `;
  switch (tree.kind) {
    case "array":
      return tree.elements.length === 0
        ? "[]"
        : `[\n${tree.elements.map((each) => inner + prettyText(each, inner)).join(",\n")}\n${indent}]`;
    case "object":
      return tree.members.length === 0
        ? "{}"
        : `{\n${tree.members
            .map(({ key, value }) => `${inner}${JSON.stringify(key)}: ${prettyText(value, inner)}`)
            .join(",\n")}\n${indent}}`;
    default:
      return canonicalText(tree);
  }
}

/** Every string in a value: its keys too, as a schema's names of properties are read by models. */
export function stringsOf(tree: JsonTree): string[] {
  switch (tree.kind) {
    case "string":
      return [tree.value];
    case "raw":
      return tree.text.length > 8 ? [tree.text] : [];
    case "array":
      return tree.elements.flatMap(stringsOf);
    case "object":
      return tree.members.flatMap(({ key, value }) => [key, ...stringsOf(value)]);
  }
}

function sorted(members: readonly JsonMember[]): JsonMember[] {
  return [...members].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
