import { describe, expect, test } from "vitest";
import type { Envelope, Span } from "./envelope.ts";
import { ScanError, type ScanOptions, scanMessage } from "./scan.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const scan = (text: string, options?: ScanOptions): Envelope => scanMessage(bytesOf(text), options);
const refused = (text: string, options?: ScanOptions): ScanError => {
  try {
    scan(text, options);
  } catch (error) {
    if (error instanceof ScanError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 200)}`);
};
const text = (json: string, span: Span | undefined): string | undefined =>
  span && new TextDecoder().decode(bytesOf(json).subarray(span.start, span.end));
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("what a scan finds", () => {
  test("a request's id, method, params and members are found as spans of its bytes", () => {
    const json =
      ' {"jsonrpc":"2.0", "id" : "a\\"1", "method":"tools\\/call","params":{"name":"é","_meta": {"progressToken":9007199254740993 ,"x":[1,{"y":{}}]},"arguments":{"a":1.10}} } ';
    const envelope = scan(json);
    expect({
      ...envelope,
      id: text(json, envelope.id),
      params: text(json, envelope.params),
      paramsMembers: envelope.paramsMembers.map(({ key, value }) => [key, text(json, value)]),
      metaMembers: envelope.metaMembers.map(({ key, value }) => [key, text(json, value)]),
    }).toEqual({
      kind: "request",
      id: '"a\\"1"',
      method: "tools/call",
      params: json.slice(json.indexOf('{"name"'), json.lastIndexOf("} } ") + 1).trim(),
      result: undefined,
      error: undefined,
      paramsMembers: [
        ["name", '"é"'],
        ["_meta", '{"progressToken":9007199254740993 ,"x":[1,{"y":{}}]}'],
        ["arguments", '{"a":1.10}'],
      ],
      metaMembers: [
        ["progressToken", "9007199254740993"],
        ["x", '[1,{"y":{}}]'],
      ],
      hasLineBreak: false,
      resultIsError: false,
      resultType: undefined,
    });
  });

  test.each<[string, Partial<Envelope>]>([
    ['{"jsonrpc":"2.0","method":"n"}', { kind: "notification", id: undefined, method: "n" }],
    ['{"jsonrpc":"2.0","method":"n","params":[1,2]}', { kind: "notification", paramsMembers: [] }],
    ['{"jsonrpc":"2.0","method":"n","params":{"_meta":[1]}}', { kind: "notification", metaMembers: [] }],
    ['{"jsonrpc":"2.0","id":-1.5e3,"method":""}', { kind: "request", method: "" }],
    ['{"jsonrpc":"2\\u002e0","id":1,"m\\u0065thod":"n"}', { kind: "request", method: "n" }],
    ['{"jsonrpc":"2.0","id":1,"result":null}', { kind: "result", method: "" }],
    ['{"jsonrpc":"2.0","id":"x","result":{"isError":true}}', { kind: "result", resultIsError: true }],
    ['{"jsonrpc":"2.0","id":1,"result":{"is\\u0045rror":true}}', { kind: "result", resultIsError: true }],
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":"true"}}', { kind: "result", resultIsError: false }],
    ['{"jsonrpc":"2.0","id":1,"result":{"a":{"isError":true}}}', { kind: "result", resultIsError: false }],
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":true,"isError":false}}', { resultIsError: false }],
    [
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input\\u005frequired"}}',
      { resultType: "input_required" },
    ],
    ['{"jsonrpc":"2.0","id":1,"result":{"resultType":7}}', { resultType: null }],
    ['{"jsonrpc":"2.0","id":1,"result":{"x":{"a":1,"a":2}}}', { kind: "result" }],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}', { kind: "error" }],
    ['{"jsonrpc":"2.0","error":{"code":1,"message":""}}', { kind: "error", id: undefined }],
    ['{"jsonrpc":"2.0","id":1,"method":"n","extra":1,"_x":{}}', { kind: "request" }],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":{"x":{"a":1,"a":2}}}', { kind: "request" }],
    ['{"jsonrpc":"2.0","method":"\\ud800"}', { method: "\ud800" }],
    [
      '{"jsonrpc":"2.0","method":"n","params":{"__proto__":1,"constructor":2,"toString":3}}',
      { kind: "notification" },
    ],
  ])("%s is taken", (json, expected) => {
    expect(scan(json)).toMatchObject(expected);
  });

  test.each([
    ['{"jsonrpc":"2.0","method":"n"}', false],
    ['{"jsonrpc":"2.0","method":"n"}\n', true],
    ['\r{"jsonrpc":"2.0","method":"n"}', true],
    ['{"jsonrpc":"2.0","method":"n","params":{"a":[1,\n2]}}', true],
    ['{"jsonrpc":"2.0","method":"n","params":{"a":"\\n\\r"},\t"x": 1 }', false],
  ])("a raw line break between tokens is noticed: %j", (json, expected) => {
    expect(scan(json).hasLineBreak).toBe(expected);
  });

  test("a message that is a view into a larger buffer is scanned within its bounds", () => {
    const json = `{"jsonrpc":"2.0","id":1,"result":{"text":"${"long ".repeat(200)}"}}`;
    for (let skew = 0; skew < 8; skew++) {
      const whole = bytesOf(`${'"'.repeat(skew)}${json}${'"'.repeat(8)}`);
      const envelope = scanMessage(whole.subarray(skew, skew + json.length));
      expect(text(json, envelope.result)).toBe(json.slice(33, -1));
    }
  });
});

describe("what is no JSON-RPC message", () => {
  test.each([
    ['{"jsonrpc":"2.0","id":1,"method":"n","id":2}', /duplicate key at byte 37/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","x":2,"\\u0078":3}', /duplicate key at byte 43/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":{"a":1,"\\u0061":2}}', /duplicate key at byte 53/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":{"_meta":{"t":1,"t":2}}}', /duplicate key at byte 62/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":{},"params":[]}', /duplicate key at byte 49/],
    ['{"jsonrpc":"2.0","id":1,"Method":"n"}', /differs from "method" only in case at byte 24/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","PARAMS":{}}', /only in case/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","param\u017f":{}}', /differs from "params" only in case/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","\\u0050arams":{}}', /differs from "params" only in case/],
    ['{"jsonrpc":"1.0","id":1,"method":"n"}', /jsonrpc is not "2.0" at byte 11/],
    ['{"jsonrpc":2.0,"id":1,"method":"n"}', /jsonrpc is not "2.0"/],
    ['{"id":1,"method":"n"}', /jsonrpc is missing/],
    ['{"jsonrpc":"2.0","id":1}', /no method, no result and no error/],
    ['{"jsonrpc":"2.0","id":1,"method":7}', /method is not a string/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":null}', /neither an object nor an array/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","params":"x"}', /neither an object nor an array/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","result":{}}', /a method and also a result/],
    ['{"jsonrpc":"2.0","id":1,"method":"n","error":{}}', /a method and also a result or an error/],
    ['{"jsonrpc":"2.0","id":1,"result":1,"error":{}}', /both a result and an error/],
    ['{"jsonrpc":"2.0","id":1,"error":"x"}', /error is not an object/],
  ])("%s is refused, and the id is named", (json, message) => {
    const error = refused(json);
    expect(error).toMatchObject({ code: -32600, batch: false, message: expect.stringMatching(message) });
    if (!json.includes('"id":2')) expect(text(json, error.id)).toBe("1");
  });

  test.each([
    '{"jsonrpc":"2.0","id":true,"method":"n"}',
    '{"jsonrpc":"2.0","id":{},"method":"n"}',
    '{"jsonrpc":"2.0","id":null,"method":"n"}',
    '{"jsonrpc":"2.0","id":null,"result":{}}',
    '{"jsonrpc":"2.0","result":{}}',
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"n"}',
    '{"jsonrpc":"2.0","id":1,"ID":2,"method":"n"}',
    "{}",
    "7",
    '"x"',
    "null",
  ])("%s is refused, and no id is named", (json) => {
    expect(refused(json)).toMatchObject({ code: -32600, id: undefined, batch: false });
  });

  test("an id that stands behind the fault is still named", () => {
    const json = '{"jsonrpc":"2.0","method":"n","params":{"a":1,"a":2},"id":"late"}';
    expect(text(json, refused(json).id)).toBe('"late"');
  });

  test("an array is refused as a batch, and a broken one as no JSON", () => {
    expect(refused(' [{"jsonrpc":"2.0","method":"n"}]')).toMatchObject({ code: -32600, batch: true });
    expect(refused('[{"jsonrpc":"2.0"},')).toMatchObject({ code: -32700, batch: false });
  });
});

describe("duplicates deep in params", () => {
  test.each([
    '{"arguments":{"a":1,"a":2}}',
    '{"arguments":[[{"x":{"a":1,"b":2,"\\u0061":2}}]]}',
    '{"arguments":{"x":{},"y":{"x":1},"x":[]}}',
    '{"_meta":{"x":{"\\ud83d\\ude00":1,"😀":2}}}',
    '[{"a":1,"a":2}]',
  ])("%s is refused in deep mode only", (params) => {
    const json = `{"jsonrpc":"2.0","id":1,"method":"n","params":${params}}`;
    expect(scan(json).kind).toBe("request");
    const error = refused(json, { duplicates: "deep" });
    expect(error).toMatchObject({
      code: -32600,
      message: expect.stringMatching(/^duplicate key at byte \d+$/),
    });
    expect(text(json, error.id)).toBe("1");
  });

  test("equal keys in different objects are no duplicates", () => {
    const json = '{"jsonrpc":"2.0","method":"n","params":{"a":[{"a":1},{"a":{"a":2}},{"a":3}],"b":{"a":{}}}}';
    expect(scan(json, { duplicates: "deep" }).kind).toBe("notification");
  });

  test.each(["envelope", "deep"] as const)("a million keys are looked through in mode %s", (duplicates) => {
    const keys = Array.from({ length: 1e6 }, (_, i) => `"${i}":0`).join();
    const message = (more: string): string =>
      `{"jsonrpc":"2.0","method":"n","params":${duplicates === "deep" ? `{"x":{${keys}${more}}}` : `{${keys}${more}}`}}`;
    expect(scan(message(""), { duplicates }).kind).toBe("notification");
    expect(refused(message(',"777777":1'), { duplicates }).message).toMatch(/duplicate key/);
  });
});

describe("nesting", () => {
  test("containers are counted from the message on, and one too many is refused", () => {
    const message = (levels: number): string => `{"jsonrpc":"2.0","id":5,"result":${nested(levels)}}`;
    expect(scan(message(511)).kind).toBe("result");
    const error = refused(message(512));
    expect(error).toMatchObject({ code: -32600, message: expect.stringContaining("nested too deeply") });
    expect(text(message(512), error.id)).toBe("5");
    expect(scan(message(100_000), { maxDepth: 100_001 }).kind).toBe("result");
  });

  test.each([
    ['{"jsonrpc":"2.0","method":"n","params":{"_meta":{}}}', 3],
    ['{"jsonrpc":"2.0","method":"n","params":{"a":{}}}', 3],
    ['{"jsonrpc":"2.0","method":"n","params":[[[]]]}', 4],
    ['{"jsonrpc":"2.0","id":1,"result":{"a":[]}}', 3],
    ['{"jsonrpc":"2.0","id":1,"error":{}}', 2],
  ])("%s needs %d levels", (json, levels) => {
    expect(scan(json, { maxDepth: levels }).kind).toBeDefined();
    expect(refused(json, { maxDepth: levels - 1 }).message).toContain("nested too deeply");
  });
});

describe("what is no JSON", () => {
  test.each([
    ["", "the text ends at byte 0, where a value is expected"],
    ["\ufeff{}", "expected a value at byte 0"],
    ["{", "the text ends at byte 1, where a key is expected"],
    ['{"a"', "the text ends at byte 4, where ':' is expected"],
    ['{"a":', "the text ends at byte 5, where a value is expected"],
    ['{"a":1', "the text ends at byte 6, where ',' or '}' is expected"],
    ['{"a":1,}', "expected a key at byte 7"],
    ['{"a":[1,]}', "expected a value at byte 8"],
    ['{"a":[1 2]}', "expected ',' or ']' at byte 8"],
    ["{a:1}", "expected a key at byte 1"],
    ["{'a':1}", "expected a key at byte 1"],
    ['{"a":01}', "expected ',' or '}' at byte 6"],
    ['{"a":-}', "expected a digit at byte 6"],
    ['{"a":1.}', "expected a digit at byte 7"],
    ['{"a":.5}', "expected a value at byte 5"],
    ['{"a":+1}', "expected a value at byte 5"],
    ['{"a":1e}', "expected a digit at byte 7"],
    ['{"a":tru}', "expected a value at byte 5"],
    ['{"a":NaN}', "expected a value at byte 5"],
    ['{"a":"\\x"}', "expected an escape's letter at byte 7"],
    ['{"a":"\\u12g4"}', "expected a hexadecimal digit at byte 10"],
    ['{"a":"\n"}', "control character in a string at byte 6"],
    ['{"a":"b', "the text ends at byte 7, where the end of a string is expected"],
    ["{}}", "expected nothing after the message at byte 2"],
    ["{} //", "expected nothing after the message at byte 3"],
    ["{\u00a0}", "expected a key at byte 1"],
    ["{\f}", "expected a key at byte 1"],
  ])("%j: %s", (json, message) => {
    expect(() => JSON.parse(json)).toThrow(SyntaxError);
    expect(refused(json)).toMatchObject({ code: -32700, message, id: undefined });
  });

  test("an id that was found before the text breaks off is named", () => {
    const json = '{"jsonrpc":"2.0","id":12,"method":"n","params":{';
    expect(text(json, refused(json).id)).toBe("12");
  });

  test("a control character or a quote is found wherever it stands in a long string", () => {
    for (let at = 0; at < 80; at++) {
      for (const bad of ["\u0000", "\u001f", '"', "\\"]) {
        const json = `{"a":"${"é".repeat(3)}${"x".repeat(at)}${bad}${"y".repeat(80)}"}`;
        expect(refused(json).code).toBe(-32700);
      }
    }
  });
});
