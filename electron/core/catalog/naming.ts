const HASH_LENGTH = 6;
const HASH_RANGE = 36 ** HASH_LENGTH;
const SHORTEST_MAX = HASH_LENGTH + 2;

/** A server's tool, to be named for clients. */
export interface NamedTool {
  readonly server: string;
  /** The server's prefix; "" exposes its own names. */
  readonly prefix: string;
  /** The server's own name of the tool. */
  readonly name: string;
}

/**
 * The names under which clients see the tools, in the order given: `PREFIX__TOOL` of
 * `[A-Za-z0-9_-]`, at most `max` (default 48) characters, no two equal when case is ignored and `-` counts as `_`.
 * Names too long, and all members of a colliding group, carry a hash of server and name, so that a name depends neither
 * on the tools' order nor on the run. Throws RangeError for a `max` below 8.
 */
export function exposeNames(tools: readonly NamedTool[], options: { readonly max?: number } = {}): string[] {
  const max = options.max ?? 48;
  if (max < SHORTEST_MAX)
    throw new RangeError(`tool names need at least ${SHORTEST_MAX} characters, not ${max}`);
  const bases = tools.map(baseName);
  const plain = plainNames(tools, bases, max);
  const taken = new Set<string>();
  for (const [i, base] of bases.entries()) if (plain[i]) taken.add(fold(base));
  const names = [...bases];
  for (const i of suffixedInFixedOrder(tools, plain)) {
    const { tool, base } = entry(tools, bases, i);
    let salt = 0;
    let name = suffixed(base, tool, salt, max);
    while (taken.has(fold(name))) name = suffixed(base, tool, ++salt, max);
    taken.add(fold(name));
    names[i] = name;
  }
  return names;
}

/** Whether a name that clients see may be one of a server with this prefix; its tools need not be known. */
export function mayExpose(prefix: string, exposed: string, max = 48): boolean {
  const start = prefix === "" ? "" : baseName({ server: "", prefix, name: "" });
  return exposed.startsWith(start.slice(0, max - HASH_LENGTH - 1));
}

/** Whether a server may call a tool so (MCP 2025-11-25, server/tools: 1 to 128 of `[A-Za-z0-9_.-]`). */
export function legalToolName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,128}$/.test(name);
}

function baseName({ prefix, name }: NamedTool): string {
  return (prefix === "" ? name : `${prefix}__${name}`).replace(/[^A-Za-z0-9_-]/gu, "_");
}

/** What decides whether two names count as equal. */
const fold = (name: string): string => name.toLowerCase().replaceAll("-", "_");

/** By index: whether the tool keeps its base name. It must fit, be alone, and not equal a name that carries a hash. */
function plainNames(tools: readonly NamedTool[], bases: readonly string[], max: number): boolean[] {
  const users = new Map<string, number>();
  for (const base of bases) users.set(fold(base), (users.get(fold(base)) ?? 0) + 1);
  const plain = bases.map((base) => base.length > 0 && base.length <= max && users.get(fold(base)) === 1);
  const hashed = new Set<string>();
  // A name that gives way gets a hash itself, which may meet another plain name: repeat until none does.
  let fresh = plain.flatMap((isPlain, i) => (isPlain ? [] : [i]));
  while (fresh.length > 0) {
    for (const i of fresh) {
      const { tool, base } = entry(tools, bases, i);
      hashed.add(fold(suffixed(base, tool, 0, max)));
    }
    fresh = bases.flatMap((base, i) => (plain[i] && hashed.has(fold(base)) ? [i] : []));
    for (const i of fresh) plain[i] = false;
  }
  return plain;
}

/** Indices of the tools that carry a hash, in an order that the order of the tools does not change. */
function suffixedInFixedOrder(tools: readonly NamedTool[], plain: readonly boolean[]): number[] {
  return tools
    .map((tool, index) => ({ index, key: JSON.stringify([tool.server, tool.name, tool.prefix]) }))
    .filter(({ index }) => !plain[index])
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ index }) => index);
}

function suffixed(base: string, { server, name }: NamedTool, salt: number, max: number): string {
  const hash = (hash53(`${server}\0${name}`, salt) % HASH_RANGE).toString(36).padStart(HASH_LENGTH, "0");
  return `${base.slice(0, max - HASH_LENGTH - 1)}_${hash}`;
}

function entry(
  tools: readonly NamedTool[],
  bases: readonly string[],
  index: number,
): { tool: NamedTool; base: string } {
  return { tool: tools[index] as NamedTool, base: bases[index] as string };
}

/** cyrb53: a fast 53-bit hash of the text's UTF-16 units, well mixed; not against an attacker (names stay unique anyway). */
function hash53(text: string, seed: number): number {
  let h1 = 0xdeadbeef ^ seed;
  let h2 = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ unit, 2654435761);
    h2 = Math.imul(h2 ^ unit, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
