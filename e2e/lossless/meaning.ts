import { isContainer, type JsonNode, member, parseJson } from "../../renderer/lib/json/parse.ts";

/** Members that are left out of an object before it is compared, by their decoded keys. */
export interface Without {
  readonly members?: readonly string[];
  /** The same inside its `_meta`. */
  readonly meta?: readonly string[];
  /** A `_meta` with nothing in it counts as none. */
  readonly emptyMeta?: boolean;
}

/** A JSON text that two texts share exactly when they mean the same: numbers digit by digit, members in any order. */
export function meaning(text: string, without: Without = {}): string {
  const { root } = parseJson(text);
  return write(root, (key, node) => {
    if (without.members?.includes(key)) return undefined;
    if (key !== "_meta") return write(node);
    const meta = write(node, (name, value) => (without.meta?.includes(name) ? undefined : write(value)));
    return without.emptyMeta === true && meta === "{}" ? undefined : meta;
  });
}

/** The same for one member of an object, undefined when it has none of that name. */
export function memberMeaning(text: string, key: string, without?: Without): string | undefined {
  const raw = rawMemberText(text, key);
  return raw === undefined ? undefined : meaning(raw, without);
}

/** A member's canonical text: numbers, strings and order as they are. */
function rawMemberText(text: string, key: string): string | undefined {
  const node = member(parseJson(text).root, key);
  return node === undefined ? undefined : write(node);
}

function write(
  node: JsonNode,
  each: (key: string, value: JsonNode) => string | undefined = (_, value) => write(value),
): string {
  if (!isContainer(node)) return node.kind === "string" ? JSON.stringify(node.text) : node.text;
  if (node.kind === "array") return `[${node.children.map((child) => write(child)).join(",")}]`;
  const members = node.children.flatMap((child, at) => {
    const key = node.keys[at] ?? "";
    const value = each(key, child);
    return value === undefined ? [] : [`${JSON.stringify(key)}:${value}`];
  });
  return `{${members.sort().join(",")}}`;
}
