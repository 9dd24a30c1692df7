import { gramsOf } from "./grams.ts";
import { allCalls, type CallSet, intersect, unite } from "./posting.ts";
import type { SearchDb } from "./search-db.ts";

/** The calls of a segment (by its first id) that may hold a text; undefined: none. */
export type Finder = (segment: number) => CallSet | undefined;

/** Grams of a long text that are looked up; what more would leave out, the comparison does. */
const mostGrams = 24;

/** Finds what holds one of these texts, which are searchable and not empty. */
export function finderOf(db: Pick<SearchDb, "posting">, texts: readonly string[]): Finder {
  const ways = texts.map((text) => spread(gramsOf(text)));
  return (segment) => {
    let found: CallSet | undefined;
    for (const grams of ways) {
      const set = allCalls();
      const some = grams.every((gram) => {
        const posting = db.posting(segment, gram);
        return posting !== undefined && intersect(set, posting);
      });
      if (!some) continue;
      if (found === undefined) found = set;
      else unite(found, set);
    }
    return found;
  };
}

/** At most so many grams, from everywhere in the text. */
function spread(grams: readonly number[]): number[] {
  const step = Math.max(1, grams.length / mostGrams);
  return Array.from(
    { length: Math.min(grams.length, mostGrams) },
    (_, at) => grams[Math.floor(at * step)] ?? 0,
  );
}
