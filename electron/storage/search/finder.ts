import { gramsOf } from "./grams.ts";
import { framedAt } from "./merged-posting.ts";
import { allCalls, type CallSet, intersect, unite } from "./posting.ts";
import type { SearchDb } from "./search-db.ts";

/** The calls of a segment (by its first id) that may hold a text; undefined: none. */
export type Finder = (segment: number) => CallSet | undefined;

/** Grams of a long text that are looked up; what more would leave out, the comparison does. */
const mostGrams = 24;

/** A gram with what was read of it last. */
interface Sought {
  readonly gram: number;
  run: number;
  found: Buffer | undefined;
}

/** Finds what holds all texts of one of these lists, which are searchable and not empty. Segments are best asked for in order. */
export function finderOf(
  db: Pick<SearchDb, "locate" | "posting">,
  lists: readonly (readonly string[])[],
): Finder {
  const ways = lists.map((texts) =>
    texts.flatMap((text) =>
      spread(gramsOf(text)).map((gram): Sought => ({ gram, run: -1, found: undefined })),
    ),
  );
  let ordered = -1;
  return (segment) => {
    const location = db.locate(segment);
    if (location === undefined) return undefined;
    const { run, place } = location;
    if (run !== ordered) {
      // What was rare in the last run is looked up first, since it often leaves nothing for the others to do.
      for (const sought of ways) sought.sort((a, b) => (a.found?.length ?? 0) - (b.found?.length ?? 0));
      ordered = run;
    }
    let found: CallSet | undefined;
    for (const grams of ways) {
      const set = allCalls();
      const some = grams.every((sought) => {
        if (sought.run !== run) {
          sought.found = db.posting(run, sought.gram);
          sought.run = run;
        }
        const posting =
          sought.found === undefined || place === null ? sought.found : framedAt(sought.found, place);
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
