import { disguisesOf } from "./disguises.ts";
import { type Hit, type Pattern, PatternSearch } from "./pattern-search.ts";
import type { Redaction } from "./redaction.ts";
import {
  cutsEscape,
  JsonStrings,
  mayBeStructure,
  type Replacement,
  replacementIn,
} from "./replace-in-json.ts";

/** A value that must not be seen, and what it is called where it was. */
export interface LiveSecret {
  /** As in `[secret:NAME]`: letters, digits and `._-:/`, so that it can stand anywhere. */
  readonly name: string;
  readonly value: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The secrets that something running was given, each with whoever needs it: a server's run, an OAuth grant. They are
 * looked for as long as an owner has them. What is found reads `[secret:NAME]`.
 */
export class LiveSecrets implements Redaction {
  readonly #owners = new Map<unknown, LiveSecret[]>();
  #search: PatternSearch | undefined;
  #isStale = false;
  readonly #marks = new Map<string, Uint8Array>();

  get active(): boolean {
    return this.#owners.size > 0;
  }

  /** An owner has these now, and no others. Values that are too short are not looked for (SHORTEST_REDACTED). */
  set(owner: unknown, secrets: readonly LiveSecret[]): void {
    if (secrets.length === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, [...secrets]);
    this.#isStale = true;
  }

  /** An owner needs its secrets no more. */
  remove(owner: unknown): void {
    if (this.#owners.delete(owner)) this.#isStale = true;
  }

  text(text: string): string {
    const search = this.#current();
    if (search === undefined) return text;
    const bytes = encoder.encode(text);
    const hits = search.find(bytes);
    if (hits === undefined) return text;
    return decoder.decode(
      spliced(
        bytes,
        hits.map((hit) => ({ start: hit.start, end: hit.end, bytes: this.#mark(hit.pattern.name) })),
      ),
    );
  }

  bytes(bytes: Uint8Array): Uint8Array {
    const search = this.#current();
    const hits = search?.find(bytes);
    return hits === undefined ? bytes : spliced(bytes, this.#inJson(bytes, hits));
  }

  #inJson(bytes: Uint8Array, hits: readonly Hit[]): Replacement[] {
    const replacements: Replacement[] = [];
    const strings = new JsonStrings(bytes);
    let reached = 0;
    for (const hit of hits) {
      if (cutsEscape(bytes, hit)) continue;
      const mark = this.#mark(hit.pattern.name);
      const { start, end } = hit;
      const replacement = mayBeStructure(hit.pattern.bytes)
        ? replacementIn(bytes, hit, strings, mark)
        : { start, end, bytes: mark };
      // A number that was taken whole may hold a second hit.
      if (replacement.start < reached) continue;
      replacements.push(replacement);
      reached = replacement.end;
    }
    return replacements;
  }

  #mark(name: string): Uint8Array {
    const known = this.#marks.get(name);
    if (known !== undefined) return known;
    const mark = encoder.encode(`[secret:${name}]`);
    this.#marks.set(name, mark);
    return mark;
  }

  #current(): PatternSearch | undefined {
    if (!this.#isStale) return this.#search;
    this.#isStale = false;
    this.#marks.clear();
    const patterns: Pattern[] = [];
    const seen = new Set<string>();
    for (const { name, value } of [...this.#owners.values()].flat()) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const bytes of disguisesOf(value)) patterns.push({ bytes, name });
    }
    this.#search = patterns.length === 0 ? undefined : new PatternSearch(patterns);
    return this.#search;
  }
}

function spliced(bytes: Uint8Array, replacements: readonly Replacement[]): Uint8Array {
  let length = bytes.length;
  for (const each of replacements) length += each.bytes.length - (each.end - each.start);
  const result = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const each of replacements) {
    result.set(bytes.subarray(from, each.start), to);
    to += each.start - from;
    result.set(each.bytes, to);
    to += each.bytes.length;
    from = each.end;
  }
  result.set(bytes.subarray(from), to);
  return result;
}
