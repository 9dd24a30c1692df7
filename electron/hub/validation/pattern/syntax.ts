import { type CharacterSet, singleCharacter } from "./character-set.ts";
import { PatternError } from "./pattern-error.ts";

/** A regular expression as a tree. `size` is the number of automaton states that the node expands to. */
export type PatternNode =
  | { readonly type: "set"; readonly matches: CharacterSet; readonly size: number }
  | { readonly type: "start" | "end"; readonly size: number }
  | { readonly type: "sequence" | "choice"; readonly parts: readonly PatternNode[]; readonly size: number }
  | {
      readonly type: "repeat";
      readonly part: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly size: number;
    };

/** A class, an escape (two of them for a surrogate pair), or ".". */
const SHORTHAND =
  /\[(?:\\[\s\S]|[^\\\]])*\]|\\u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|\\u(?:\{[^}]*\}|[\dA-Fa-f]{4})|\\x[\dA-Fa-f]{2}|\\c[A-Za-z]|\\[pP]\{[^}]*\}|\\[\s\S]|\./y;
/** Deepest nesting of groups. */
const MAX_DEPTH = 100;

/**
 * Parses an ECMAScript regular expression as JSON Schema uses it (with code points for characters). What a finite
 * automaton cannot decide (look-around, back references, word boundaries) is refused with a PatternError.
 */
export function parsePattern(source: string): PatternNode {
  const parser = new Parser(source);
  const node = parser.choice(0);
  if (parser.more()) throw new PatternError(`it has an unmatched ")" at ${parser.at}`);
  return node;
}

class Parser {
  at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  more(): boolean {
    return this.at < this.#source.length;
  }

  choice(depth: number): PatternNode {
    if (depth > MAX_DEPTH) throw new PatternError("its groups are nested too deeply");
    const parts = [this.#sequence(depth)];
    while (this.#take("|")) parts.push(this.#sequence(depth));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return { type: "choice", parts, size: sizeOf(parts) + parts.length };
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (this.more() && !this.#sees("|") && !this.#sees(")")) parts.push(this.#quantified(depth));
    return { type: "sequence", parts, size: sizeOf(parts) };
  }

  #quantified(depth: number): PatternNode {
    let node = this.#atom(depth);
    for (let times = this.#quantifier(); times !== undefined; times = this.#quantifier()) {
      if (node.type === "start" || node.type === "end") throw new PatternError("it repeats an assertion");
      if (node.type === "repeat") throw new PatternError(`it has nothing to repeat at ${this.at}`);
      this.#take("?");
      const copies = times.max === Number.POSITIVE_INFINITY ? times.min + 1 : times.max;
      node = { type: "repeat", part: node, ...times, size: (node.size + 1) * copies + 1 };
    }
    return node;
  }

  #quantifier(): { min: number; max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { min: 0, max: 1 };
    const counted = this.#match(/\{(\d{1,9})(,(\d{1,9})?)?\}/y);
    if (counted === undefined) return undefined;
    const min = Number(counted[1]);
    const max =
      counted[2] === undefined
        ? min
        : counted[3] === undefined
          ? Number.POSITIVE_INFINITY
          : Number(counted[3]);
    if (max < min) throw new PatternError(`it repeats from ${min} to ${max} times`);
    return { min, max };
  }

  #atom(depth: number): PatternNode {
    const start = this.at;
    if (this.#take("^")) return { type: "start", size: 1 };
    if (this.#take("$")) return { type: "end", size: 1 };
    if (this.#take("(")) return this.#group(depth);
    if (this.#match(/[*+?]/y)) throw new PatternError(`it has nothing to repeat at ${start}`);
    const shorthand = this.#match(SHORTHAND);
    if (shorthand !== undefined) return { type: "set", matches: singleCharacter(shorthand[0]), size: 1 };
    const codePoint = this.#source.codePointAt(this.at);
    if (codePoint === undefined || this.#sees("[") || this.#sees("\\"))
      throw new PatternError(`it is not closed at ${start}`);
    this.at += codePoint > 0xffff ? 2 : 1;
    return { type: "set", matches: (given) => given === codePoint, size: 1 };
  }

  #group(depth: number): PatternNode {
    if (this.#sees("?") && this.#match(/\?(?::|<[\p{ID_Start}$_][\p{ID_Continue}$]*>)/uy) === undefined)
      throw new PatternError(`it has a look-around or flags at ${this.at - 1}`);
    const inside = this.choice(depth + 1);
    if (!this.#take(")")) throw new PatternError("a group is not closed");
    // A group of its own, so that what is repeated twice by means of a group is no mistake.
    return { type: "sequence", parts: [inside], size: inside.size };
  }

  #sees(character: string): boolean {
    return this.#source[this.at] === character;
  }

  #take(character: string): boolean {
    const seen = this.#sees(character);
    if (seen) this.at += 1;
    return seen;
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.#source) ?? undefined;
    if (found !== undefined) this.at += found[0].length;
    return found;
  }
}

function sizeOf(parts: readonly PatternNode[]): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}
