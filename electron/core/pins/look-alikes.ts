/** A tool, as far as another can be taken for it. */
export interface NamedLike {
  readonly server: string;
  readonly name: string;
  /** Of everything that is pinned of it: two servers from the same package have the same tools, and that is no trick. */
  readonly hash: string;
}

/** Letters and digits that a reader takes for one another, as the one that stands for them all. */
const CONFUSABLES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "l",
  i: "l",
  "|": "l",
  "5": "s",
  а: "a",
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  ѕ: "s",
  һ: "h",
  і: "l",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  п: "n",
  о: "o",
  р: "p",
  ԛ: "q",
  т: "t",
  у: "y",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  α: "a",
  ε: "e",
  ι: "l",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
};

/** What two names share when a reader could take one for the other. */
export function skeletonOf(name: string): string {
  return [...name.normalize("NFKC").toLowerCase()]
    .map((letter) => CONFUSABLES[letter] ?? letter)
    .join("")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Names that many servers use for things of their own (search, fetch, echo) say nothing. */
const isTelling = (name: string): boolean => name.length >= 6 && /[a-z0-9][-_.A-Z]/.test(name);

/**
 * Of another server's tools those that this one could be taken for, a sentence fragment each. `others` are the tools
 * that were approved before it.
 */
export function lookAlikesOf(tool: NamedLike, others: readonly NamedLike[]): string[] {
  const skeleton = skeletonOf(tool.name);
  return others
    .filter((other) => other.server !== tool.server && other.hash !== tool.hash)
    .filter((other) =>
      other.name === tool.name
        ? isTelling(tool.name)
        : tool.name.length >= 4 && skeletonOf(other.name) === skeleton,
    )
    .map((other) =>
      other.name === tool.name
        ? `has the name of a tool of ${other.server}`
        : `can be taken for ${other.name} of ${other.server}`,
    );
}

/** Tools of other servers that a text speaks of by name: it may try to steer their use. */
export function namesOthers(
  texts: readonly string[],
  tool: NamedLike,
  others: readonly NamedLike[],
  own: ReadonlySet<string>,
): string[] {
  const words = new Set(
    texts.flatMap((text) => text.slice(0, 100_000).match(/[A-Za-z0-9_.-]{6,128}/g) ?? []),
  );
  return others
    .filter(
      ({ server, name }) => server !== tool.server && isTelling(name) && !own.has(name) && words.has(name),
    )
    .map(({ server, name }) => `speaks of ${name}, a tool of ${server}`);
}
