import {
  getLocation,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { type ConfigIssue, type KeyPath, keyText, positionOf } from "./issue.ts";

/** A parsed file: its plain value, and where each part of it stands. */
export interface ConfigTree {
  readonly value: unknown;
  /** An issue at a path's value, at its key, or at the nearest part above that exists. */
  issueAt(path: KeyPath, at: "value" | "key", message: string): ConfigIssue;
}

/** Parses JSON with comments and trailing commas; keys that stand twice in one object are errors. */
export function parseConfigTree(text: string): { tree: ConfigTree } | { errors: ConfigIssue[] } {
  if (text.trim() === "") {
    return {
      errors: [{ line: 1, column: 1, key: "", message: "the file is empty; write {} for the defaults" }],
    };
  }
  // A byte order mark is blanked, so that every offset stays what the person's editor shows.
  const source = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  const syntax: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(source, syntax, { allowTrailingComma: true, allowEmptyContent: true });
  } catch {
    return { errors: [{ line: 1, column: 1, key: "", message: "the file is nested too deep" }] };
  }
  // After the first error the parser guesses: what it says then would only confuse.
  const first = syntax[0];
  if (first !== undefined) {
    const key = keyText(getLocation(source, first.offset).path.filter((part) => part !== ""));
    return { errors: [{ ...positionOf(source, first.offset), key, message: syntaxSentence(source, first) }] };
  }
  const errors: ConfigIssue[] = [];
  // Only comments: the defaults.
  const value = root === undefined ? {} : plainValue(source, root, [], errors);
  if (errors.length > 0) return { errors };
  return { tree: { value, issueAt: (path, at, message) => issueAt(source, root, path, at, message) } };
}

function issueAt(
  source: string,
  root: Node | undefined,
  path: KeyPath,
  at: "value" | "key",
  message: string,
): ConfigIssue {
  let node = root;
  let offset = root?.offset ?? 0;
  for (const [depth, part] of path.entries()) {
    const property = typeof part === "string" ? findProperty(node, part) : undefined;
    node = typeof part === "number" ? node?.children?.[part] : property?.children?.[1];
    if (node === undefined) break;
    offset = at === "key" && depth === path.length - 1 ? (property?.offset ?? node.offset) : node.offset;
  }
  return { ...positionOf(source, offset), key: keyText(path), message };
}

const findProperty = (node: Node | undefined, name: string): Node | undefined =>
  node?.type === "object" ? node.children?.find((child) => child.children?.[0]?.value === name) : undefined;

/** The plain value of a node; notes duplicate keys on the way. */
function plainValue(source: string, node: Node, path: KeyPath, errors: ConfigIssue[]): unknown {
  if (node.type === "array")
    return (node.children ?? []).map((child, index) => plainValue(source, child, [...path, index], errors));
  if (node.type !== "object") return node.value;
  const object: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [keyNode, valueNode] = property.children ?? [];
    if (keyNode === undefined || valueNode === undefined) continue;
    const key = String(keyNode.value);
    const at = [...path, key];
    const complain = (message: string): void => {
      errors.push({ ...positionOf(source, keyNode.offset), key: keyText(at), message });
    };
    if (key === "__proto__") complain("this key is not allowed");
    else if (Object.hasOwn(object, key)) complain(`${JSON.stringify(key)} stands here a second time`);
    else object[key] = plainValue(source, valueNode, at, errors);
  }
  return object;
}

const SYNTAX: Record<ReturnType<typeof printParseErrorCode>, string> = {
  InvalidSymbol: "this is no JSON value",
  InvalidNumberFormat: "this is no valid number",
  PropertyNameExpected: "a key in double quotes is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: "a colon is missing before this",
  CommaExpected: "a comma is missing before this",
  CloseBraceExpected: "a closing } is missing",
  CloseBracketExpected: "a closing ] is missing",
  EndOfFileExpected: "the file should end before this",
  InvalidCommentToken: "a comment is not possible here",
  UnexpectedEndOfComment: "the comment is never closed",
  UnexpectedEndOfString: "the text has no closing double quote on its line",
  UnexpectedEndOfNumber: "the number is incomplete",
  InvalidUnicode: "\\u needs four hexadecimal digits",
  InvalidEscapeCharacter: "this backslash sequence is unknown; for a backslash write \\\\",
  InvalidCharacter: "control characters and tabs are not allowed inside text",
  "<unknown ParseErrorCode>": "the file is no valid JSON here",
};

function syntaxSentence(source: string, error: ParseError): string {
  const sentence = SYNTAX[printParseErrorCode(error.error as ParseErrorCode)];
  const found = source.slice(error.offset, error.offset + error.length);
  if (error.offset >= source.trimEnd().length) return `${sentence} (the file ends too early)`;
  if (found.startsWith("'")) return "text and keys need double quotes, not single ones";
  return sentence;
}
