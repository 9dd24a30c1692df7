import type { Resource } from "./resources.ts";

/** Where something is within the checked value. */
export type Path = readonly (string | number)[];

/** One way in which a value does not fit. `must` completes a sentence about the place, from the schema alone. */
export interface Mismatch {
  readonly path: Path;
  readonly must: string;
  /** What stands there, shortened; undefined when the sentence says it all. */
  readonly given: string | undefined;
}

/** A check costs more than its bound, or recurses without end: nothing is known about the value. */
export class TooCostly extends Error {}

/** Most mismatches that are collected. */
const MAX_MISMATCHES = 20;
/** Steps that a sentence costs. */
const WORDS = 50;
/** Deepest nesting of schemas within schemas, on the way into a value. */
const MAX_DEPTH = 400;

/** What one check of one value carries along. */
export class Run {
  /** Collects mismatches when it is there; without it a check ends at the first. */
  mismatches: Mismatch[] | undefined;
  /**
   * Counts passes that are not certain: a reference that is not followed, a pattern that is not run, a number beyond
   * what JSON.parse keeps. A refusal must never rest on one (within `not` or `oneOf`, say).
   */
  unsure = 0;
  readonly path: (string | number)[] = [];
  /** The schema resources that were entered, outermost first ($dynamicRef). */
  readonly scope: Resource[] = [];
  #depth = 0;
  #steps: number;

  /** `steps` bounds the work; a step is some ten nanoseconds. */
  constructor(steps: number) {
    this.#steps = steps;
  }

  /** Throws TooCostly when the bound is passed. */
  readonly spend = (steps: number): void => {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooCostly("it takes too long to check");
  };

  enter(): void {
    this.spend(1);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new TooCostly("it is nested too deeply");
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Notes a mismatch at the current place; always false. */
  fail(must: () => string, given?: () => string): false {
    if (this.mismatches === undefined || this.mismatches.length >= MAX_MISMATCHES) return false;
    this.spend(WORDS);
    this.mismatches.push({ path: [...this.path], must: must(), given: given?.() });
    return false;
  }

  /** Runs a check that only asks, and explains nothing. */
  quietly<T>(check: () => T): T {
    const { mismatches } = this;
    this.mismatches = undefined;
    const result = check();
    this.mismatches = mismatches;
    return result;
  }

  /** Runs a check, and keeps its mismatches apart. */
  apart(check: () => boolean): { readonly fits: boolean; readonly mismatches: Mismatch[] } {
    const before = this.mismatches;
    const own: Mismatch[] = [];
    this.mismatches = own;
    const fits = check();
    this.mismatches = before;
    return { fits, mismatches: own };
  }
}

/** The members and elements that a schema has looked at (JSON Schema 2020-12 Core, 11: unevaluated locations). */
export class Seen {
  members: Set<string> | "all" = new Set();
  /** Elements before this index. */
  upTo = 0;
  elements: Set<number> | undefined;

  member(key: string): void {
    if (this.members !== "all") this.members.add(key);
  }

  hasMember(key: string): boolean {
    return this.members === "all" || this.members.has(key);
  }

  element(index: number): void {
    this.elements ??= new Set();
    this.elements.add(index);
  }

  hasElement(index: number): boolean {
    return index < this.upTo || this.elements?.has(index) === true;
  }

  add(other: Seen): void {
    if (other.members === "all") this.members = "all";
    else for (const key of other.members) this.member(key);
    this.upTo = Math.max(this.upTo, other.upTo);
    for (const index of other.elements ?? []) this.element(index);
  }
}

/** Whether a value fits one schema, or one keyword of it. */
export type Check = (value: unknown, run: Run, seen: Seen | undefined) => boolean;
