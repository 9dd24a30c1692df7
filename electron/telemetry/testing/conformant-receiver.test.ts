import { expect, test } from "vitest";
import { decodeOtlp } from "./conformant-receiver.ts";

const span = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  name: "tools/call read",
  kind: 3,
  startTimeUnixNano: "1900000000000000000",
  attributes: [{ key: "a", value: { stringValue: "b" } }],
};
const bodyOf = (changes: object): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...changes }] }] }] });

test("a span by the official messages is taken", () => {
  decodeOtlp("/v1/traces", bodyOf({}));
});

test.each<[string, object]>([
  ["a field that there is not", { colour: "red" }],
  ["an id of base64", { traceId: "CvdlGRbNQ92ESOshHIAxnA==" }],
  ["an id of zeros", { spanId: "0".repeat(16) }],
  ["a time that is no integer", { startTimeUnixNano: "1.5" }],
  ["a kind that is no number of 32 bits", { kind: 1e12 }],
  ["an attribute without its wrapping", { attributes: [{ key: "a", value: "b" }] }],
  ["two values at once", { attributes: [{ key: "a", value: { stringValue: "b", intValue: "1" } }] }],
])("%s is refused", (_, changes) => {
  expect(() => decodeOtlp("/v1/traces", bodyOf(changes))).toThrow();
});
