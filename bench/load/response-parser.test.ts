import { describe, expect, it } from "vitest";
import { ResponseParser } from "./response-parser.ts";

const fixed = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const chunked =
  "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\n, wonderful worl\r\n1\r\nd\r\n0\r\n\r\n";

/** Feeds a text cut into pieces of a size, and gives the responses that came out. */
function parse(text: string, size: number): { status: number; body: string }[] {
  const parser = new ResponseParser();
  const found: { status: number; body: string }[] = [];
  for (let at = 0; at < text.length; at += size) {
    const response = parser.push(Buffer.from(text.slice(at, at + size)));
    if (response !== undefined) found.push({ status: response.status, body: response.body.toString() });
  }
  return found;
}

describe("the response parser", () => {
  for (const size of [1, 2, 3, 7, 1000]) {
    it(`reads a body of a known length in pieces of ${size}`, () => {
      expect(parse(fixed, size)).toEqual([{ status: 200, body: "hello" }]);
    });

    it(`joins a chunked body in pieces of ${size}`, () => {
      expect(parse(chunked, size)).toEqual([{ status: 202, body: "hello, wonderful world" }]);
    });
  }

  it("reads one response after the other", () => {
    const parser = new ResponseParser();
    for (const text of [fixed, chunked, fixed])
      expect(parser.push(Buffer.from(text))?.head).toContain("HTTP/1.1");
  });
});
