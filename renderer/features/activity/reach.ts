import { useStore } from "zustand";
import { isPartial, reachSentence, type Searched } from "../../../shared/model/call.ts";
import { percent } from "../../lib/format.ts";
import type { CallsStore } from "./calls-store.ts";

/** How far a search reached that did not reach all calls, and how the index gets on; null: it reached all. */
export function useReach({ store }: CallsStore): string | null {
  const searched = useStore(store, (state) => state.searched);
  const indexed = useStore(store, (state) => state.indexed);
  return reachWords(searched, indexed);
}

/** The same of what is known: of the search itself, and of the index since. */
export function reachWords(searched: Searched | null, indexed: Searched | null): string | null {
  if (searched === null || !isPartial(searched)) return null;
  const sentence = reachSentence(searched);
  if (searched.noIndex === true || indexed === null || indexed.of === 0) return sentence;
  return `${sentence.replace(/\.$/, "")} (${percent(Math.floor((indexed.through / indexed.of) * 100))} done).`;
}
