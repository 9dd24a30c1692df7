import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Envelope, Span } from "./envelope.ts";
import { elementsOf, membersOf } from "./json.ts";
import { ScanError, scanMessage } from "./scan.ts";
import { blankLineBreaks } from "./splice.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** JSON as a tree whose objects are lists of members, so that keys may repeat and order is kept. */
type Node = string | number | bigint | boolean | null | { list: Node[] } | { members: [string, Node][] };

const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 6,
  }),
  fc.constantFrom("", "a", "b", "__proto__", "_meta", "id", "\u2028", "\ud800", '"\\/\b\f\n\r\t'),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    word,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("node"), { maxLength: 5 }).map((list) => ({ list })),
    fc.array(fc.tuple(word, tie("node")), { maxLength: 5 }).map((members) => ({ members })),
  ),
}));

/** Chooses between spellings, from a list of numbers used over and over. */
const chooser = (style: readonly number[]): ((choices: number) => number) => {
  let i = 0;
  return (choices) => (style.length === 0 ? 0 : (style[i++ % style.length] as number) % choices);
};

/** One of the many texts of a tree: any white space, any spelling of strings and numbers. */
function render(value: Node, choose: (choices: number) => number): string {
  const blank = (): string => ["", "", " ", "\n", "\r\n", "\t \t"][choose(6)] as string;
  const inside = (text: string): string => `${blank()}${text}${blank()}`;
  const spell = (char: string, code: number): string =>
    char.isWellFormed() && code > 0x1f && char !== '"' && char !== "\\" && choose(4) > 0
      ? char
      : Array.from({ length: char.length }, (_, i) => {
          const hex = char.charCodeAt(i).toString(16).padStart(4, "0");
          return `\\u${choose(2) === 0 ? hex : hex.toUpperCase()}`;
        }).join("");
  const quote = (text: string): string => {
    if (choose(3) === 0) return JSON.stringify(text);
    return `"${Array.from(text, (char) => spell(char, char.codePointAt(0) ?? 0)).join("")}"`;
  };
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") {
    const plain = Object.is(value, -0) ? "-0" : String(value);
    return [plain, value.toExponential(), value.toExponential().replace("e", "E")][choose(3)] as string;
  }
  if (value === null || typeof value !== "object") return String(value);
  if ("list" in value) return `[${inside(value.list.map((item) => inside(render(item, choose))).join())}]`;
  const members = value.members.map(([key, item]) => `${inside(quote(key))}:${inside(render(item, choose))}`);
  return `{${inside(members.join())}}`;
}

const json = fc
  .tuple(node, fc.array(fc.nat(1000), { maxLength: 40 }))
  .map(([tree, style]) => render(tree, chooser(style)));

/** Whole texts: bare documents, and documents in the places of a message. */
const text = fc.oneof(
  json,
  json.map((doc) => `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":${doc}}}`),
  json.map((doc) => `{"jsonrpc":"2.0","id":"x","method":"m","params":${doc}}`),
  json.map((doc) => `{"jsonrpc":"2.0","id":1,"result":${doc}}`),
  json.map((doc) => `{"result":{"isError":true,"x":${doc}},"jsonrpc":"2.0","id":1}`),
  fc.tuple(json, json).map(([a, b]) => `{"id":${a},"method":${b},"jsonrpc":"2.0"}`),
);

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom("flip", "set", "cut", "drop", "double", "insert"),
  byte: fc.oneof(
    fc.nat(255),
    fc.constantFrom(...Array.from('{}[],:"\\0123456789-+.eEtfnu \n', (c) => c.charCodeAt(0))),
  ),
});

function mutate(
  bytes: Uint8Array,
  { at, kind, byte }: { at: number; kind: string; byte: number },
): Uint8Array {
  const list = Array.from(bytes);
  const index = Math.floor(at * list.length);
  const old = list[index] ?? 0;
  if (kind === "flip") list[index] = old ^ (1 << (byte & 7));
  else if (kind === "set") list[index] = byte;
  else if (kind === "cut") list.length = index;
  else if (kind === "drop") list.splice(index, 1);
  else if (kind === "double") list.splice(index, 0, ...list.slice(index, index + (byte & 15)));
  else list.splice(index, 0, byte);
  return Uint8Array.from(list);
}

const parses = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(decoder.decode(bytes));
    return true;
  } catch {
    return false;
  }
};

const outcome = (bytes: Uint8Array, deep = false): Envelope | ScanError => {
  try {
    return scanMessage(bytes, deep ? { duplicates: "deep" } : {});
  } catch (error) {
    if (error instanceof ScanError) return error;
    throw error;
  }
};

const parsed = (bytes: Uint8Array, span: Span): unknown =>
  JSON.parse(decoder.decode(bytes.subarray(span.start, span.end)));

/** Everything that an envelope says of its bytes, against what JSON.parse makes of them. */
function agrees(bytes: Uint8Array, envelope: Envelope): void {
  const message = JSON.parse(decoder.decode(bytes));
  for (const key of ["id", "params", "result", "error"] as const) {
    const span = envelope[key];
    expect(Object.hasOwn(message, key)).toBe(span !== undefined);
    if (span !== undefined) expect(parsed(bytes, span)).toEqual(message[key]);
  }
  expect(envelope.method).toBe(message.method ?? "");
  const entries = (members: Envelope["paramsMembers"]): object =>
    Object.fromEntries(members.map(({ key, value }) => [key, parsed(bytes, value)]));
  const isObject = (value: unknown): boolean =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const wanted = (value: unknown): object => (isObject(value) ? (value as object) : {});
  expect(entries(envelope.paramsMembers)).toEqual({ ...wanted(message.params) });
  const meta =
    isObject(message.params) && Object.hasOwn(message.params, "_meta") ? message.params._meta : undefined;
  expect(entries(envelope.metaMembers)).toEqual({ ...wanted(meta) });
  const result = wanted(message.result) as { isError?: unknown; resultType?: unknown };
  expect(envelope.resultIsError).toBe(Object.hasOwn(result, "isError") && result.isError === true);
  expect(envelope.resultType).toBe(typeof result.resultType === "string" ? result.resultType : undefined);
  if (!envelope.hasLineBreak) expect(bytes.includes(0x0a) || bytes.includes(0x0d)).toBe(false);
  expect(JSON.parse(decoder.decode(blankLineBreaks(bytes)))).toEqual(message);
}

const check = (bytes: Uint8Array): void => {
  for (const deep of [false, true]) {
    const found = outcome(bytes, deep);
    const isNoJson = found instanceof ScanError && found.code === -32700;
    expect(isNoJson, decoder.decode(bytes)).toBe(!parses(bytes));
    if (!(found instanceof ScanError)) agrees(bytes, found);
  }
};

describe("against JSON.parse", () => {
  test("any JSON text is taken as JSON, and an envelope says what JSON.parse says", () => {
    fc.assert(
      fc.property(text, (sample) => check(encoder.encode(sample))),
      { numRuns: 1500 },
    );
  });

  test("a damaged text is refused as no JSON exactly when JSON.parse refuses it", () => {
    fc.assert(
      fc.property(text, fc.array(mutation, { minLength: 1, maxLength: 3 }), (sample, mutations) => {
        check(mutations.reduce(mutate, encoder.encode(sample)));
      }),
      { numRuns: 4000 },
    );
  });

  test("short texts of JSON's own characters are judged as by JSON.parse", () => {
    const unit = fc.constantFrom(...Array.from('{}[],:"\\u0019-+.eE tfn\n'), "true", "null", '"a":', "\\u00");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (sample) => check(encoder.encode(sample))),
      { numRuns: 4000 },
    );
  });

  test("every byte in every place of a number, an escape and a literal is judged as by JSON.parse", () => {
    const sample = encoder.encode('{"a\\u00e9":[-10.5e+3,true,null,"é\\n"]}');
    for (let at = 0; at < sample.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const bytes = sample.with(at, byte);
        const found = outcome(bytes);
        if ((found instanceof ScanError && found.code === -32700) === parses(bytes)) check(bytes);
      }
    }
  });

  test("members and elements are those of JSON.parse", () => {
    fc.assert(
      fc.property(json, (sample) => {
        const bytes = encoder.encode(`  ${sample}\n`);
        const whole = { start: 1, end: bytes.length };
        const value: unknown = JSON.parse(sample);
        if (Array.isArray(value)) {
          expect(elementsOf(bytes, whole).map((span) => parsed(bytes, span))).toEqual(value);
        } else expect(() => elementsOf(bytes, whole)).toThrow(ScanError);
        if (typeof value === "object" && value !== null && !Array.isArray(value)) {
          const members = membersOf(bytes, whole).map(({ key, value }) => [key, parsed(bytes, value)]);
          expect(Object.fromEntries(members)).toEqual(value);
        } else expect(() => membersOf(bytes, whole)).toThrow(ScanError);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("duplicates against the tree that was written", () => {
  const repeats = (value: Node): boolean => {
    if (value === null || typeof value !== "object") return false;
    if ("list" in value) return value.list.some(repeats);
    const keys = value.members.map(([key]) => key);
    return new Set(keys).size < keys.length || value.members.some(([, item]) => repeats(item));
  };

  test("deep mode refuses a key that repeats at any depth, however it is spelt, and nothing else", () => {
    const few = fc.constantFrom("a", "b", "ab", "é", "\ud800", "", "1", '"1');
    const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.nat(9),
        fc.array(tie("tree"), { maxLength: 3 }).map((list) => ({ list })),
        fc.array(fc.tuple(few, tie("tree")), { maxLength: 3 }).map((members) => ({ members })),
      ),
    }));
    const styled = fc.tuple(tree, fc.array(fc.nat(1000), { maxLength: 20 }));
    fc.assert(
      fc.property(styled, ([value, style]) => {
        const doc = render(value, chooser(style));
        const bytes = encoder.encode(`{"jsonrpc":"2.0","method":"m","params":{"x":${doc}}}`);
        expect(outcome(bytes, true) instanceof ScanError, doc).toBe(repeats(value));
        expect(outcome(bytes)).not.toBeInstanceOf(ScanError);
      }),
      { numRuns: 2000 },
    );
  });

  test("an object of many keys is judged like one of few", () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 9, maxLength: 60 }), fc.nat(), (keys, again) => {
        const object = (list: string[]): Uint8Array =>
          encoder.encode(
            `{"jsonrpc":"2.0","method":"m","params":{${list.map((key) => `${JSON.stringify(key)}:0`)}}}`,
          );
        expect(outcome(object(keys))).not.toBeInstanceOf(ScanError);
        expect(outcome(object([...keys, keys[again % keys.length] as string]))).toBeInstanceOf(ScanError);
      }),
    );
  });
});
