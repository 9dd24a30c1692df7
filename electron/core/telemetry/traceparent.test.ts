import { expect, test } from "vitest";
import { readTraceParent, readTraceState, writeTraceParent } from "./traceparent.ts";

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

test.each([
  ["a=1", "a=1"],
  [" rojo=00f067aa , ,congo@sys=t61/rc:Wk ", "rojo=00f067aa,congo@sys=t61/rc:Wk"],
  ["0a_b-c*d/e=x y", "0a_b-c*d/e=x y"],
])("the tracestate %j is read as %j", (text, members) => {
  expect(readTraceState(text)).toBe(members);
});

test.each(["", " , ", "a", "a=", "A=1", "a=b=c", "a=\u00e9", "a=\n", "a=1,b", `a=${"x".repeat(257)}`])(
  "the tracestate %j is discarded",
  (text) => {
    expect(readTraceState(text)).toBeUndefined();
  },
);
