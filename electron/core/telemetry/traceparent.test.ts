import { expect, test } from "vitest";
import { readTraceParent, writeTraceParent } from "./traceparent.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

test("a traceparent is read and written again", () => {
  for (const flags of ["00", "01"]) {
    const text = `00-${trace}-${span}-${flags}`;
    const read = readTraceParent(text);
    expect(read).toEqual({ traceId: trace, spanId: span, sampled: flags === "01" });
    expect(read === undefined ? "" : writeTraceParent(read)).toBe(text);
  }
});

test("a later version may have more fields", () => {
  expect(readTraceParent(`cc-${trace}-${span}-01-more`)).toMatchObject({ traceId: trace, sampled: true });
});

test.each([
  "",
  `ff-${trace}-${span}-01`,
  `00-${trace}-${span}-01-more`,
  `00-${"0".repeat(32)}-${span}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${span}-01`,
  `00-${trace}-${span}`,
  ` 00-${trace}-${span}-01`,
])("%j is ignored", (text) => {
  expect(readTraceParent(text)).toBeUndefined();
});
