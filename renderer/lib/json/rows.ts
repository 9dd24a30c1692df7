import { isContainer, type JsonNode } from "./parse.ts";

/** One line of the tree as shown. `path` is the way from the root in child indexes, joined by "/": stable while open. */
export interface JsonRow {
  readonly path: string;
  readonly depth: number;
  readonly key: string | undefined;
  /** The place in an array, when the parent is one. */
  readonly index: number | undefined;
  readonly node: JsonNode;
  readonly open: boolean;
}

/** Rows that are shown at most; the rest of a huge expanded tree is reached by searching or folding. */
const MAX_ROWS = 200_000;

/** The visible lines of a tree, given the paths that are open. The root's path is "". */
export function jsonRows(root: JsonNode, open: ReadonlySet<string>): JsonRow[] {
  const rows: JsonRow[] = [];
  interface Frame {
    readonly node: JsonNode;
    readonly path: string;
    readonly depth: number;
    next: number;
  }
  const push = (
    node: JsonNode,
    path: string,
    depth: number,
    key?: string,
    index?: number,
  ): Frame | undefined => {
    const isOpen = isContainer(node) && open.has(path);
    rows.push({ path, depth, key, index, node, open: isOpen });
    return isOpen ? { node, path, depth, next: 0 } : undefined;
  };
  const stack: Frame[] = [];
  const first = push(root, "", 0);
  if (first !== undefined) stack.push(first);
  for (let frame = stack.at(-1); frame !== undefined && rows.length < MAX_ROWS; frame = stack.at(-1)) {
    const { node } = frame;
    if (!isContainer(node) || frame.next >= node.children.length) {
      stack.pop();
      continue;
    }
    const index = frame.next;
    frame.next += 1;
    const child = node.children[index];
    if (child === undefined) continue;
    const isObject = node.kind === "object";
    const inner = push(
      child,
      `${frame.path}/${index}`,
      frame.depth + 1,
      isObject ? node.keys[index] : undefined,
      isObject ? undefined : index,
    );
    if (inner !== undefined) stack.push(inner);
  }
  return rows;
}

/** Which paths to open at first: level by level, while the result stays within `budget` rows. */
export function initiallyOpen(root: JsonNode, budget = 60): Set<string> {
  const open = new Set<string>();
  let rows = 1;
  let level: { node: JsonNode; path: string }[] = [{ node: root, path: "" }];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { node, path } of level) {
      if (!isContainer(node)) continue;
      if (path !== "" && rows + node.children.length > budget) continue;
      open.add(path);
      rows += node.children.length;
      if (rows > budget) continue;
      for (const [index, child] of node.children.entries())
        next.push({ node: child, path: `${path}/${index}` });
    }
    level = next;
  }
  return open;
}

/** Every container's path, up to `limit` of them: for "expand all". */
export function allPaths(root: JsonNode, limit = 20_000): Set<string> {
  const open = new Set<string>();
  const queue: { node: JsonNode; path: string }[] = [{ node: root, path: "" }];
  for (let at = 0; at < queue.length && open.size < limit; at += 1) {
    const entry = queue[at];
    if (entry === undefined || !isContainer(entry.node)) continue;
    open.add(entry.path);
    for (const [index, child] of entry.node.children.entries())
      if (isContainer(child)) queue.push({ node: child, path: `${entry.path}/${index}` });
  }
  return open;
}

/** Paths of the nodes whose key or value contains `query` (case-insensitive), in document order, at most `limit`. */
export function findInJson(root: JsonNode, query: string, limit = 1_000): string[] {
  const needle = query.toLowerCase();
  if (needle === "") return [];
  const found: string[] = [];
  const stack: { node: JsonNode; path: string; key: string | undefined }[] = [
    { node: root, path: "", key: undefined },
  ];
  for (let entry = stack.pop(); entry !== undefined && found.length < limit; entry = stack.pop()) {
    const { node, path, key } = entry;
    if (
      key?.toLowerCase().includes(needle) ||
      (!isContainer(node) && node.text.toLowerCase().includes(needle))
    )
      found.push(path);
    if (!isContainer(node)) continue;
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      const child = node.children[index];
      if (child !== undefined)
        stack.push({
          node: child,
          path: `${path}/${index}`,
          key: node.kind === "object" ? node.keys[index] : undefined,
        });
    }
  }
  return found;
}

/** The paths of all containers above `path`, the root's included. */
export function ancestors(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  const result = path === "" ? [] : [""];
  let current = "";
  for (const part of parts) {
    current += `/${part}`;
    result.push(current);
  }
  return result;
}

const INDENT = "  ";

/** The JSON of one node, indented, with numbers as written: for the clipboard. */
export function writeJson(node: JsonNode, indent = ""): string {
  if (!isContainer(node)) return node.kind === "string" ? JSON.stringify(node.text) : node.text;
  const [start, end] = node.kind === "array" ? ["[", "]"] : ["{", "}"];
  if (node.children.length === 0) return start + end;
  const inner = indent + INDENT;
  const lines = node.children.map((child, index) => {
    const key = node.kind === "object" ? `${JSON.stringify(node.keys[index])}: ` : "";
    return inner + key + writeJson(child, inner);
  });
  return `${start}\n${lines.join(",\n")}\n${indent}${end}`;
}
