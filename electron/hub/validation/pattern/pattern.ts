import { buildAutomaton, type State } from "./automaton.ts";
import { PatternError } from "./pattern-error.ts";
import { type PatternNode, parsePattern } from "./syntax.ts";

/** A regular expression that is matched in time linear in the text, whatever its author has written. */
export interface Pattern {
  /** States of its automaton: what a set of patterns may add up to is the caller's to bound. */
  readonly size: number;
  /** Whether it is found anywhere in the text. `spend` is told the steps that are about to be done; it may throw. */
  test(text: string, spend: (steps: number) => void): boolean;
}

/** Largest automaton. */
const MAX_STATES = 5_000;
/** Sets of states that are remembered at most; then they are found anew. */
const MAX_REMEMBERED = 400;

/** Compiles an ECMAScript regular expression. Throws PatternError for one that is wrong, or that only backtracking decides. */
export function compilePattern(source: string): Pattern {
  const node = parsePattern(source);
  if (node.size > MAX_STATES) throw new PatternError("it is too large");
  let matcher: Matcher | undefined;
  return {
    size: node.size,
    test(text, spend) {
      matcher ??= new Matcher(node);
      return matcher.test(text, spend);
    },
  };
}

/** Where the automaton can be after some text: a state of the deterministic automaton, made when first reached. */
interface Place {
  /** States that wait for a character. */
  readonly waiting: readonly number[];
  readonly matched: boolean;
  readonly matchedAtEnd: boolean;
  /** By ASCII code; beyond it the next place is found each time. */
  readonly next: (Place | undefined)[];
}

class Matcher {
  readonly #states: readonly State[];
  readonly #first: number;
  readonly #start: Place;
  #places = new Map<string, Place>();
  /** States looked at to find the latest place. */
  #visited = 0;

  constructor(node: PatternNode) {
    const { states, first } = buildAutomaton(node);
    this.#states = states;
    this.#first = first;
    this.#start = this.#place([first], true);
  }

  test(text: string, spend: (steps: number) => void): boolean {
    let place = this.#start;
    spend(text.length / 8);
    for (let at = 0; at < text.length; ) {
      if (place.matched) return true;
      const code = text.charCodeAt(at);
      let next = code < 128 ? place.next[code] : undefined;
      if (next === undefined) {
        const codePoint = text.codePointAt(at) ?? code;
        next = this.#after(place, codePoint);
        spend(2 * this.#visited);
        if (code < 128) place.next[code] = next;
        if (codePoint > 0xffff) at += 1;
      }
      // Nothing can match any more: not from here, and not from a later beginning.
      if (next.waiting.length === 0 && !next.matched && !next.matchedAtEnd) return false;
      place = next;
      at += 1;
    }
    return place.matched || place.matchedAtEnd;
  }

  #after(place: Place, codePoint: number): Place {
    const reached: number[] = [];
    this.#visited = place.waiting.length + 1;
    for (const index of place.waiting) {
      const state = this.#states[index];
      if (state?.type === "set" && state.matches(codePoint)) reached.push(state.next);
    }
    // The match may begin at any later character, too.
    reached.push(this.#first);
    return this.#place(reached, false);
  }

  #place(from: readonly number[], atStart: boolean): Place {
    const now = this.#closure(from, atStart, false);
    const key = `${atStart}${now.matched}${now.matchedAtEnd}${now.waiting.join()}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.#places.size >= MAX_REMEMBERED) {
      // What was remembered is let go as a whole: the places hold each other.
      for (const place of this.#places.values()) place.next.fill(undefined);
      this.#places = new Map();
    }
    const place: Place = { ...now, next: new Array<Place | undefined>(128).fill(undefined) };
    this.#places.set(key, place);
    return place;
  }

  /** Every state that is reached without reading a character. */
  #closure(from: readonly number[], atStart: boolean, atEnd: boolean): Omit<Place, "next"> {
    const seen = new Set<number>();
    const waiting: number[] = [];
    const todo = [...from];
    let matched = false;
    let endSeen = false;
    for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
      const state = this.#states[index];
      if (state === undefined || seen.has(index)) continue;
      seen.add(index);
      this.#visited += 1;
      if (state.type === "match") matched = true;
      else if (state.type === "split") todo.push(...state.next);
      else if (state.type === "set") waiting.push(index);
      else if (state.type === "start") {
        if (atStart) todo.push(state.next);
      } else if (atEnd) todo.push(state.next);
      else endSeen = true;
    }
    waiting.sort((a, b) => a - b);
    const matchedAtEnd = matched || (endSeen && this.#closure(from, atStart, true).matched);
    return { waiting, matched, matchedAtEnd };
  }
}
