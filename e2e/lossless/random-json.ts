import fc from "fast-check";

/** What a parser may pass between two tokens. */
const space = fc.constantFrom("", "", "", "", " ", "\n", "\r\n", "\t", " \r ");

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength });
const integer = fc.oneof(
  fc.constantFrom("0", "9007199254740993", "-9223372036854775808", "18446744073709551615"),
  digits(40).map((text) => text.replace(/^0+(?=.)/, "")),
);
const number = fc
  .tuple(
    fc.constantFrom("", "-"),
    integer,
    fc.option(digits(30), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom("e", "E", "e+", "E-"), digits(3)), { nil: undefined }),
  )
  .map(([sign, whole, fraction, exponent]) => {
    const signed = whole.startsWith("-") ? whole : sign + whole;
    return `${signed}${fraction === undefined ? "" : `.${fraction}`}${exponent?.join("") ?? ""}`;
  });

const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF"), minLength: 4, maxLength: 4 });
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 6 }).map(asWritten) },
  { weight: 2, arbitrary: fc.constantFrom("é", "😀", "\u2028", "\u2029", "\u202e", "\ufeff", "\u007f", "ﷺ") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\\n", '\\"', "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t", "\\u0000"),
  },
  { weight: 1, arbitrary: fc.constantFrom("\\ud800", "\\udfff", "\\udc00\\ud800", "\\ud83d\\ude00") },
  { weight: 1, arbitrary: hex.map((code) => `\\u${code}`) },
);
const string = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join("")}"`);
const key = fc.oneof(
  { weight: 4, arbitrary: string },
  {
    weight: 1,
    arbitrary: fc.constantFrom('""', '"__proto__"', '"10"', '"9"', '"type"', '"constructor"', '"$ref"'),
  },
);

/** Text that may stand in a string as it is: what JSON wants escaped is, lone surrogates are left out. */
function asWritten(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}

/** The text of an object; keys, as decoded, are unique, and none is of `without`. */
function objectOf(value: fc.Arbitrary<string>, without: readonly string[] = []): fc.Arbitrary<string> {
  return members(value, without).chain((list) => object(list));
}

/** Raw members, `"key":value`, of unique decoded keys. */
function members(value: fc.Arbitrary<string>, without: readonly string[]): fc.Arbitrary<string[]> {
  const keys = fc
    .uniqueArray(key, { maxLength: 5, selector: (raw) => JSON.parse(raw) as string })
    .map((all) => all.filter((raw) => !without.includes(JSON.parse(raw) as string)));
  return keys.chain((all) =>
    all.length === 0
      ? fc.constant([])
      : fc.tuple(
          ...all.map((raw) => fc.tuple(space, space, value).map(([a, b, each]) => `${raw}${a}:${b}${each}`)),
        ),
  );
}

/** The text of an object with exactly these raw members, with odd space around them. */
function object(raw: readonly string[]): fc.Arbitrary<string> {
  return fc.array(space, { minLength: 2 * raw.length + 1, maxLength: 2 * raw.length + 1 }).map((spaces) => {
    const inside = raw.map((each, at) => `${spaces[2 * at]}${each}${spaces[2 * at + 1]}`);
    return `{${inside.join(",")}${spaces.at(-1)}}`;
  });
}

const arrayOf = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(space, value, space), { maxLength: 4 })
    .map((all) => `[${all.map((each) => each.join("")).join(",")}]`);

const { tree } = fc.letrec<{ tree: string; object: string; array: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: "json" },
    fc.oneof(fc.constantFrom("null", "true", "false", '""', "{}", "[]"), number, string),
    tie("object"),
    tie("array"),
  ),
  object: objectOf(tie("tree")),
  array: arrayOf(tie("tree")),
}));

/** A value inside up to 300 containers. */
const deep = fc
  .tuple(
    fc.nat(300),
    tree,
    fc.constantFrom(["[", "]"] as const, ['{"":', "}"] as const, ['[{"a":', "}]"] as const),
  )
  .map(([depth, inner, [open, close]]) => {
    const levels = open.length === 1 || open === '{"":' ? depth : depth >> 1;
    return open.repeat(levels) + inner + close.repeat(levels);
  });

/** The text of any JSON value: odd numbers, strings, space and depth. */
export const json: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: tree },
  { weight: 1, arbitrary: deep },
);

/** The text of any JSON string. */
export const jsonString: fc.Arbitrary<string> = string;

/** The text of an object of any values. */
export const jsonObject: fc.Arbitrary<string> = objectOf(json);

/** Raw members of an object that the protocol gives no meaning: none of `known`. */
export const unknownMembers = (...known: string[]): fc.Arbitrary<string[]> => members(json, known);

/** A content block, of a known type with unknown members or of an unknown type. */
const block = fc
  .tuple(
    fc.oneof(
      jsonString.map((text) => ['"type":"text"', `"text":${text}`]),
      fc.constant(['"type":"image"', '"data":"AA=="', '"mimeType":"image/png"']),
      fc.constant(['"type":"resource_link"', '"uri":"demo://x"', '"name":""']),
      jsonString.map((type) => [`"type":${type}`]),
    ),
    unknownMembers("type", "text", "data", "mimeType", "uri", "name"),
  )
  .chain(([own, unknown]) => shuffled([...own, ...unknown]));
export const content: fc.Arbitrary<string> = arrayOf(block);

/** An object of these raw members in any order. */
export function shuffled(raw: readonly string[]): fc.Arbitrary<string> {
  return fc.shuffledSubarray([...raw], { minLength: raw.length }).chain(object);
}
