import type { JsonValue } from "../../../shared/model/rule.ts";
import type { Span } from "../jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../jsonrpc/json.ts";
import { compareDecimals } from "./decimal.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/**
 * One value of a JSON text, read where it stands: numbers keep all their digits, and nothing is parsed that nobody asks
 * for. The text is well-formed, which whoever received it has made sure of.
 */
export class JsonView {
  readonly #bytes: Uint8Array;
  readonly #span: Span;
  /** The member's name that it stands under, or that its list stands under; "" at the top. */
  readonly key: string;
  #children: readonly JsonView[] | undefined;
  #text: string | undefined;
  readonly #memo = new Map<string, unknown>();

  constructor(bytes: Uint8Array, span: Span = trimmed(bytes), key = "") {
    this.#bytes = bytes;
    this.#span = span;
    this.key = key;
  }

  /** Where it begins in the bytes: tells values apart. */
  get at(): number {
    return this.#span.start;
  }

  /** Bytes of its JSON. */
  get size(): number {
    return this.#span.end - this.#span.start;
  }

  get kind(): JsonKind {
    switch (this.#bytes[this.#span.start]) {
      case 0x7b:
        return "object";
      case 0x5b:
        return "array";
      case 0x22:
        return "string";
      case 0x74:
      case 0x66:
        return "boolean";
      case 0x6e:
        return "null";
      default:
        return "number";
    }
  }

  /** Keeps what was found out about the value under a name, so that many rules find it out once. */
  remember<T>(name: string, find: () => T): T {
    if (!this.#memo.has(name)) this.#memo.set(name, find());
    return this.#memo.get(name) as T;
  }

  /** A string's text; of anything else its JSON. */
  get text(): string {
    this.#text ??= this.#read();
    return this.#text;
  }

  #read(): string {
    return this.kind === "string" ? decodeString(this.#bytes, this.#span) : textOf(this.#bytes, this.#span);
  }

  /** The elements of a list or the members' values of an object; [] of anything else. */
  children(): readonly JsonView[] {
    this.#children ??= this.#open();
    return this.#children;
  }

  #open(): JsonView[] {
    const { kind } = this;
    if (kind === "array")
      return elementsOf(this.#bytes, this.#span).map((span) => new JsonView(this.#bytes, span, this.key));
    if (kind !== "object") return [];
    return membersOf(this.#bytes, this.#span).map(({ key, value }) => new JsonView(this.#bytes, value, key));
  }

  /** What one segment of a JSON pointer leads to. */
  child(segment: string): JsonView | undefined {
    if (this.kind === "object") return this.children().find(({ key }) => key === segment);
    if (this.kind === "array" && /^(?:0|[1-9]\d*)$/.test(segment)) return this.children()[Number(segment)];
    return undefined;
  }

  /** Whether it is the same JSON value: numbers by value, exactly; members in any order. */
  equals(value: JsonValue): boolean {
    switch (this.kind) {
      case "string":
        return typeof value === "string" && this.text === value;
      case "number":
        return typeof value === "number" && compareDecimals(this.text, String(value)) === 0;
      case "boolean":
      case "null":
        return this.text === String(value) && typeof value !== "string";
      case "array": {
        const items = this.children();
        return (
          isList(value) && items.length === value.length && items.every((item, i) => sameAt(item, value[i]))
        );
      }
      case "object": {
        if (typeof value !== "object" || value === null || isList(value)) return false;
        const members = this.children();
        return (
          members.length === Object.keys(value).length &&
          members.every((member) => Object.hasOwn(value, member.key) && sameAt(member, value[member.key]))
        );
      }
    }
  }
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const sameAt = (view: JsonView, value: JsonValue | undefined): boolean =>
  value !== undefined && view.equals(value);

function trimmed(bytes: Uint8Array): Span {
  const blank = (byte: number | undefined): boolean =>
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  let start = 0;
  let end = bytes.length;
  while (start < end && blank(bytes[start])) start += 1;
  while (end > start && blank(bytes[end - 1])) end -= 1;
  return { start, end };
}

/** What a pointer leads to: values, and whether one of its ways leads to nothing. */
export interface Selection {
  readonly found: readonly JsonView[];
  readonly missing: boolean;
}

/** The segments of a JSON pointer (RFC 6901). */
export const segmentsOf = (pointer: string): readonly string[] =>
  pointer === ""
    ? []
    : pointer
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Follows a pointer, in which a segment `*` means every element or member. */
export function select(root: JsonView, segments: readonly string[]): Selection {
  let found = [root];
  let missing = false;
  for (const segment of segments) {
    const next: JsonView[] = [];
    for (const view of found) {
      const reached = segment === "*" ? view.children() : [view.child(segment)];
      if (reached.length === 0) missing = true;
      for (const each of reached) {
        if (each === undefined) missing = true;
        else next.push(each);
      }
    }
    found = next;
  }
  return { found, missing };
}

/**
 * Every text, number, boolean and null inside of values, themselves included. At most `most`; undefined when there are
 * more.
 */
export function leavesOf(views: readonly JsonView[], most: number): JsonView[] | undefined {
  const leaves: JsonView[] = [];
  const todo = [...views].reverse();
  for (let view = todo.pop(); view !== undefined; view = todo.pop()) {
    if (view.kind !== "object" && view.kind !== "array") leaves.push(view);
    else {
      const children = view.children();
      if (children.length + todo.length > 4 * most) return undefined;
      for (let i = children.length - 1; i >= 0; i -= 1) todo.push(children[i] ?? view);
    }
    if (leaves.length > most) return undefined;
  }
  return leaves;
}
