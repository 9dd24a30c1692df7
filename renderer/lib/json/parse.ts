/**
 * A lossless JSON parser for looking at payloads: numbers stay as they were written, key order and duplicate keys are
 * kept, and text that was cut off gives a tree with a marked end instead of an error. It holds its own stack, so that
 * depth costs nothing, and it can be run in slices, so that megabytes never block the page.
 */

export interface ContainerNode {
  readonly kind: "object" | "array";
  /** Keys of an object, parallel to `children`; empty for an array. */
  readonly keys: string[];
  readonly children: JsonNode[];
  /** The text ended inside it. */
  cut: boolean;
}
export interface ScalarNode {
  readonly kind: "string" | "number" | "boolean" | "null";
  /** For a string its value; otherwise the digits or the word as written. */
  readonly text: string;
  readonly cut: boolean;
}
export type JsonNode = ContainerNode | ScalarNode;

export interface JsonTree {
  readonly root: JsonNode;
  /** The text was cut off before its end. */
  readonly cut: boolean;
}

export interface JsonParser {
  /** Works until done or until `shouldPause` says so (asked every few thousand values). True when done. */
  run(shouldPause?: () => boolean): boolean;
  /** 0 to 1. */
  progress(): number;
  /** The tree; throws SyntaxError (with the place) when the text is not JSON. Call only when run() returned true. */
  result(): JsonTree;
}

interface Frame {
  readonly node: ContainerNode;
  key: string | undefined;
}

const WORDS: Readonly<Record<string, ScalarNode["kind"]>> = {
  true: "boolean",
  false: "boolean",
  null: "null",
};
const PARTIAL_NUMBER = /^-?[0-9][0-9.eE+-]*$/;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Creates a parser of one JSON text. `truncated` allows the text to end anywhere. */
export function createJsonParser(text: string, truncated = false): JsonParser {
  const length = text.length;
  const stack: Frame[] = [];
  let at = 0;
  let root: JsonNode | undefined;
  let failure: SyntaxError | undefined;
  let finished = false;
  let cut = false;

  const fail = (what: string): undefined => {
    failure = new SyntaxError(`${what} at character ${at}`);
    finished = true;
  };
  const skipSpace = (): void => {
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      at += 1;
    }
  };
  /** Closes everything that the cut left open. */
  const endByCut = (): undefined => {
    if (!truncated) {
      fail("the text ends too early");
      return;
    }
    cut = true;
    for (const frame of stack) frame.node.cut = true;
    finished = true;
  };
  const place = (node: JsonNode): void => {
    const top = stack.at(-1);
    if (top === undefined) root = node;
    else {
      if (top.node.kind === "object") top.node.keys.push(top.key ?? "");
      top.node.children.push(node);
    }
  };
  /** Reads a string at the opening quote; undefined when the text is not one or ends inside it. */
  const readString = (): { value: string; cut: boolean } | undefined => {
    let end = at + 1;
    let escaped = false;
    for (;;) {
      const code = end < length ? text.charCodeAt(end) : -1;
      if (code === 0x22) break;
      if (code === -1) {
        if (!truncated) {
          fail("a string does not end");
          return undefined;
        }
        const raw = text.slice(at + 1).replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, "");
        at = length;
        return { value: escaped ? unescapeJson(raw) : raw, cut: true };
      }
      if (code === 0x5c) {
        escaped = true;
        end += 1;
      } else if (code < 0x20) {
        at = end;
        fail("a raw control character in a string");
        return undefined;
      }
      end += 1;
    }
    const raw = text.slice(at + 1, end);
    at = end + 1;
    return { value: escaped ? unescapeJson(raw) : raw, cut: false };
  };

  /** After a value: pops closed containers, or moves to the next member. */
  const afterValue = (): undefined => {
    for (;;) {
      const top = stack.at(-1);
      skipSpace();
      if (top === undefined) {
        if (at < length) fail("something follows the end");
        finished = true;
        return;
      }
      const character = text[at];
      if (character === undefined) return endByCut();
      if (character === ",") {
        at += 1;
        if (top.node.kind === "object") readKey(false);
        return;
      }
      if (character === (top.node.kind === "object" ? "}" : "]")) {
        at += 1;
        stack.pop();
        continue;
      }
      return fail(`expected "," or the end of the ${top.node.kind}`);
    }
  };
  const readKey = (first: boolean): undefined => {
    const top = stack.at(-1);
    if (top === undefined) return;
    skipSpace();
    const character = text[at];
    if (character === undefined) return endByCut();
    if (first && character === "}") {
      at += 1;
      stack.pop();
      return afterValue();
    }
    if (character !== '"') return fail("expected a key");
    const key = readString();
    if (key === undefined) return;
    if (key.cut) return endByCut();
    skipSpace();
    if (at >= length) return endByCut();
    if (text[at] !== ":") return fail('expected ":"');
    at += 1;
    top.key = key.value;
  };

  const readValue = (): undefined => {
    skipSpace();
    const character = text[at];
    if (character === undefined) return endByCut();
    if (character === "{" || character === "[") {
      const node: ContainerNode = {
        kind: character === "{" ? "object" : "array",
        keys: [],
        children: [],
        cut: false,
      };
      place(node);
      stack.push({ node, key: undefined });
      at += 1;
      if (node.kind === "object") return readKey(true);
      skipSpace();
      if (text[at] === "]") {
        at += 1;
        stack.pop();
        afterValue();
      }
      return;
    }
    if (character === '"') {
      const value = readString();
      if (value === undefined) return;
      place({ kind: "string", text: value.value, cut: value.cut });
      if (value.cut) return endByCut();
      return afterValue();
    }
    if (truncated && PARTIAL_NUMBER.test(text.slice(at, at + 400)) && length - at < 400) {
      place({ kind: "number", text: text.slice(at), cut: true });
      at = length;
      return endByCut();
    }
    number.lastIndex = at;
    const digits = number.exec(text)?.[0];
    if (digits !== undefined) {
      place({ kind: "number", text: digits, cut: false });
      at += digits.length;
      return afterValue();
    }
    for (const [word, kind] of Object.entries(WORDS)) {
      if (text.startsWith(word, at)) {
        place({ kind, text: word, cut: false });
        at += word.length;
        return afterValue();
      }
      const rest = length - at;
      if (truncated && rest < word.length && word.startsWith(text.slice(at))) return endByCut();
    }
    if (truncated && text.slice(at) === "-") return endByCut();
    fail("expected a value");
  };

  return {
    run(shouldPause) {
      let steps = 0;
      while (!finished) {
        readValue();
        steps += 1;
        if (shouldPause !== undefined && steps % 2048 === 0 && shouldPause()) return finished;
      }
      return true;
    },
    progress: () => (length === 0 ? 1 : at / length),
    result() {
      if (failure !== undefined) throw failure;
      if (root === undefined) throw new SyntaxError("the text is empty");
      return { root, cut };
    },
  };
}

/** Parses at once: for short texts such as schemas. Throws SyntaxError. */
export function parseJson(text: string, truncated = false): JsonTree {
  const parser = createJsonParser(text, truncated);
  parser.run();
  return parser.result();
}

const SIMPLE: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function unescapeJson(raw: string): string {
  return raw.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_, code: string | undefined, simple: string | undefined) =>
      code !== undefined
        ? String.fromCharCode(Number.parseInt(code, 16))
        : (SIMPLE[simple ?? ""] ?? simple ?? ""),
  );
}

/** The member of an object by key (the last one, as JSON.parse would), or undefined. */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== "object") return undefined;
  const index = (node as ContainerNode).keys.lastIndexOf(key);
  return index < 0 ? undefined : (node as ContainerNode).children[index];
}

/** The value of a string member, or undefined. */
export function stringMember(node: JsonNode | undefined, key: string): string | undefined {
  const found = member(node, key);
  return found?.kind === "string" ? found.text : undefined;
}

/** Whether a node holds others. */
export const isContainer = (node: JsonNode): node is ContainerNode =>
  node.kind === "object" || node.kind === "array";
