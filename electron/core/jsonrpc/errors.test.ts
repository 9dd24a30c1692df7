import { describe, expect, test } from "vitest";
import { errorMessage, INVALID_PARAMS, PARSE_ERROR, resultMessage } from "./errors.ts";
import { scanMessage } from "./scan.ts";
import { joinParts } from "./splice.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("responses of the hub's own", () => {
  test("an error carries the raw id, its code, message and data, and scans as an error", () => {
    const bytes = errorMessage(bytesOf('"\\u0061 1"'), INVALID_PARAMS, 'no tool "é\n"', { tool: ["x"] });
    expect(textOf(bytes)).toBe(
      '{"jsonrpc":"2.0","id":"\\u0061 1","error":{"code":-32602,"message":"no tool \\"é\\n\\"","data":{"tool":["x"]}}}',
    );
    expect(scanMessage(bytes)).toMatchObject({ kind: "error", hasLineBreak: false });
  });

  test("an error to an unknown request has a null id, and no data where none is given", () => {
    expect(textOf(errorMessage(null, PARSE_ERROR, "x"))).toBe(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}',
    );
  });

  test("a result is carried as the very bytes that were given", () => {
    const result = bytesOf('{ "n": 9007199254740993.10 }');
    const parts = resultMessage(bytesOf("1e2"), result);
    expect(textOf(joinParts(parts))).toBe('{"jsonrpc":"2.0","id":1e2,"result":{ "n": 9007199254740993.10 }}');
    expect(parts).toContain(result);
    expect(scanMessage(joinParts(parts)).kind).toBe("result");
  });
});
