import type { CharacterSet } from "./character-set.ts";
import type { PatternNode } from "./syntax.ts";

/** One state of the non-deterministic automaton; `next` are indices of states. */
export type State =
  | { readonly type: "set"; readonly matches: CharacterSet; readonly next: number }
  | { readonly type: "start" | "end"; readonly next: number }
  | { readonly type: "split"; readonly next: readonly number[] }
  | { readonly type: "match" };

/** Thompson's construction: the states of a pattern, and the one to begin with. */
export function buildAutomaton(node: PatternNode): {
  readonly states: readonly State[];
  readonly first: number;
} {
  const states: State[] = [{ type: "match" }];
  const add = (state: State): number => states.push(state) - 1;

  /** Puts the states of a node before `next`; returns its first. Built from the back, so that nothing is patched. */
  const put = (part: PatternNode, next: number): number => {
    switch (part.type) {
      case "set":
        return add({ type: "set", matches: part.matches, next });
      case "start":
      case "end":
        return add({ type: part.type, next });
      case "sequence":
        return part.parts.reduceRight((after, inner) => put(inner, after), next);
      case "choice":
        return add({ type: "split", next: part.parts.map((inner) => put(inner, next)) });
      case "repeat":
        return repeat(part, next);
    }
  };

  const repeat = ({ part, min, max }: PatternNode & { type: "repeat" }, next: number): number => {
    let first = next;
    if (max === Number.POSITIVE_INFINITY) {
      const ways = [next];
      first = add({ type: "split", next: ways });
      ways.push(put(part, first));
    } else
      for (let extra = min; extra < max; extra += 1)
        first = add({ type: "split", next: [next, put(part, first)] });
    for (let times = 0; times < min; times += 1) first = put(part, first);
    return first;
  };

  return { first: put(node, 0), states };
}
