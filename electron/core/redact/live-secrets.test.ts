import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { disguisesOf } from "./disguises.ts";
import { LiveSecrets } from "./live-secrets.ts";
import { redactedValue } from "./redaction.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function knowing(...values: string[]): LiveSecrets {
  const live = new LiveSecrets();
  live.set(
    {},
    values.map((value, index) => ({ name: `s${index}`, value })),
  );
  return live;
}

describe("a live secret is found in", () => {
  const value = 'sk-live/é"8+\\x& ~_end';
  const bytes = Buffer.from(value);
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const forms: Record<string, string> = {
    "plain text": value,
    JSON: json(value),
    "JSON in JSON": json(json(value)),
    "JSON in JSON in JSON": json(json(json(value))),
    "JSON with slashes escaped": json(value).replaceAll("/", "\\/"),
    "JSON in ASCII": json(value).replace("é", "\\u00e9"),
    "JSON in ASCII, in capitals": json(value).replace("é", "\\u00E9"),
    "JSON that is safe for HTML": json(value).replace("&", "\\u0026"),
    "a URL": encodeURIComponent(value),
    "a URL with small letters": encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
    "a form": new URLSearchParams({ q: value }).toString().slice(2),
    hex: bytes.toString("hex"),
    "hex in capitals": bytes.toString("hex").toUpperCase(),
    base64: bytes.toString("base64"),
    base64url: bytes.toString("base64url"),
    "base64 of something longer": Buffer.from(`user:${value}:more`).toString("base64"),
    "base64 one byte on": Buffer.from(`x${value}`).toString("base64"),
    "base64 two bytes on": Buffer.from(`xy${value}yz`).toString("base64url"),
  };
  for (const [what, form] of Object.entries(forms))
    test(what, () => {
      const clean = knowing(value).text(`before ${form} after`);
      expect(clean).toMatch(/^before .{0,8}\[secret:s0\].{0,8} after$/);
    });
});

test("nothing is copied when nothing is found, or nothing is secret", () => {
  const bytes = encode(JSON.stringify({ text: "x".repeat(10_000) }));
  expect(new LiveSecrets().bytes(bytes)).toBe(bytes);
  expect(knowing("not-in-there").bytes(bytes)).toBe(bytes);
  const value = { a: 1 };
  expect(redactedValue(knowing("not-in-there"), value)).toBe(value);
});

test("a value that is too short is not looked for", () => {
  const live = knowing("true", "1", "1234567");
  expect(live.text("true is 1, and 1234567")).toBe("true is 1, and 1234567");
});

test("each line of a key is found by itself, as output comes in lines", () => {
  const key = `-----BEGIN KEY-----\n${"QUJD".repeat(16)}\n${"REVG".repeat(16)}\n-----END KEY-----\n`;
  const live = knowing(key);
  expect(live.text(`line: ${"REVG".repeat(16)}`)).toBe("line: [secret:s0]");
  expect(live.text("-----BEGIN KEY-----")).toBe("-----BEGIN KEY-----");
  expect(live.text(JSON.stringify({ key }))).toBe('{"key":"[secret:s0]"}');
});

test("a secret is looked for as long as an owner has it", () => {
  const live = new LiveSecrets();
  const [one, other] = [{}, {}];
  live.set(one, [{ name: "a", value: "value-of-a" }]);
  live.set(other, [{ name: "a", value: "value-of-a" }]);
  live.remove(one);
  expect(live.text("value-of-a")).toBe("[secret:a]");
  live.set(other, [{ name: "a", value: "newer-value" }]);
  expect(live.text("value-of-a newer-value")).toBe("value-of-a [secret:a]");
  live.remove(other);
  expect([live.active, live.text("newer-value")]).toEqual([false, "newer-value"]);
});

test("the longer of two secrets that begin alike is named", () => {
  expect(knowing("abcdefgh", "abcdefgh-ijkl").text("abcdefgh-ijkl abcdefgh")).toBe("[secret:s1] [secret:s0]");
});

describe("JSON stays JSON where the secret is", () => {
  const cases: [string, string, string, unknown][] = [
    ["a number", "12345678", '{"a":12345678,"b":"12345678"}', { a: "[secret:s0]", b: "[secret:s0]" }],
    ["part of a number", "12345678", '{"a":-9912345678.5e3}', { a: "[secret:s0]" }],
    ["a whole document", '{"k":"v","n":1}', '{"a":{"k":"v","n":1}}', { a: "[secret:s0]" }],
    ["text across strings", 'one":"two', '{"one":"two","c":1}', { "***": "***", c: 1 }],
    ["after a line break", "nabcdefgh", '{"a":"\\nabcdefgh"}', { a: "\nabcdefgh" }],
    ["within an escape", "00e9abcd", '{"a":"\\u00e9abcd"}', { a: "éabcd" }],
    ["before an escaped quote", "abcdefgh\\", '{"a":"abcdefgh\\"b"}', { a: 'abcdefgh"b' }],
    ["ending in a backslash", "abcdefgh\\", '{"a":"abcdefgh\\\\"}', { a: "[secret:s0]" }],
  ];
  for (const [what, secret, text, expected] of cases)
    test(what, () => expect(JSON.parse(decode(knowing(secret).bytes(encode(text))))).toEqual(expected));
});

test("whatever is secret and wherever it stands, no string keeps it and the JSON can be read", () => {
  const secret = fc.string({ minLength: 8, maxLength: 24, unit: "grapheme" });
  fc.assert(
    fc.property(secret, fc.jsonValue(), fc.string(), fc.string(), (value, other, before, after) => {
      fc.pre(!"[secret:s0]****************".includes(value));
      const message = { other, text: before + value + after, nested: JSON.stringify({ value }), [value]: 1 };
      const clean = knowing(value).bytes(encode(JSON.stringify(message)));
      const read = JSON.parse(decode(clean)) as { text: string; nested: string };
      expect(Object.keys(read)).not.toContain(value);
      expect([read.text.includes(value), read.nested.includes(value)]).toEqual([false, false]);
    }),
    { numRuns: 300 },
  );
});

test("a secret has a bounded number of forms", () => {
  expect(disguisesOf("0123456789abcdef").length).toBeLessThan(10);
  expect(disguisesOf('a/b+c"d\\é&<>~ !').length).toBeLessThan(1_000);
});
