import { expect, test } from "vitest";
import { chosenPartsRemover, patternFault } from "./chosen-parts.ts";

const run = (chosen: { fields?: string[]; patterns?: string[] }, json: string): string => {
  const remove = chosenPartsRemover({ fields: chosen.fields ?? [], patterns: chosen.patterns ?? [] });
  return Buffer.from(remove(Buffer.from(json))).toString();
};

test("members of a name go at any depth, in any case, whatever their value is", () => {
  expect(
    run(
      { fields: ["password", "Ünï"] },
      '{"a":[{"Password":{"x":[1,"}"]}},{"pass\\u0077ord" : 12 ,"b":true}],"ünï":null,"x":"password"}',
    ),
  ).toBe(
    '{"a":[{"Password":"[redacted]"},{"pass\\u0077ord" : "[redacted]" ,"b":true}],"ünï":"[redacted]","x":"password"}',
  );
});

test("a string that holds JSON is looked into, as tools answer so", () => {
  const inner = JSON.stringify({
    password: "p",
    n: 12345678901234567890n.toString(),
    list: [{ PASSWORD: 1 }],
  });
  const clean = JSON.parse(run({ fields: ["password"] }, JSON.stringify({ text: inner }))) as {
    text: string;
  };
  expect(JSON.parse(clean.text)).toEqual({
    password: "[redacted]",
    n: "12345678901234567890",
    list: [{ PASSWORD: "[redacted]" }],
  });
});

test("what a pattern finds goes out of strings and numbers, and what stays keeps its bytes", () => {
  expect(
    run(
      { patterns: ["\\b\\d{16}\\b", "(?i)bearer [a-z0-9]+"] },
      '{"card":4111111111111111,"big":12345678901234567890,"t":"x 4111111111111111 \\u0041", "h":"Bearer abc1, ok"}',
    ),
  ).toBe('{"card":"[redacted]","big":12345678901234567890,"t":"x [redacted] A", "h":"[redacted], ok"}');
});

test("the same array comes back when there was nothing", () => {
  const json = Buffer.from('{"a":[1,2.50,"text",{"b":null}]}');
  expect(chosenPartsRemover({ fields: ["c"], patterns: ["zzz"] })(json)).toBe(json);
});

test("a pattern that cannot be used is told in a sentence", () => {
  expect(patternFault("a(")).toContain("RE2");
  expect(patternFault("a*")).toContain("empty text");
  expect(patternFault("a+")).toBeUndefined();
});
