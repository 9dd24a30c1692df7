import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SseParser } from "./parser.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Seen {
  events: string[];
  retries: number[];
  tooLong: number;
  id: string;
}

function read(chunks: readonly Uint8Array[], maxBytes?: number): Seen {
  const seen: Seen = { events: [], retries: [], tooLong: 0, id: "" };
  const parser = new SseParser({
    ...(maxBytes === undefined ? {} : { maxBytes }),
    onEvent: (type, data) =>
      seen.events.push(
        `${type}|${new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)}|${parser.lastEventId}`,
      ),
    onRetry: (ms) => seen.retries.push(ms),
    onTooLong: () => {
      seen.tooLong += 1;
    },
  });
  for (const chunk of chunks) parser.push(chunk);
  seen.id = parser.lastEventId;
  return seen;
}

const table: [string, string, Partial<Seen>][] = [
  ["an event of one line", "data: x\n\n", { events: ["message|x|"] }],
  ["no space after the colon", "data:x\n\n", { events: ["message|x|"] }],
  ["one space only is dropped", "data:  x\n\n", { events: ["message| x|"] }],
  [
    "lines of data are joined by a line feed",
    "data: a\ndata: b\r\ndata\rdata: c\n\n",
    { events: ["message|a\nb\n\nc|"] },
  ],
  ["an event without data is not given out", "event: x\n\ndata: y\n\n", { events: ["message|y|"] }],
  ["data of nothing is not given out", "data\n\ndata:\n\n", { events: [] }],
  [
    "a named event, and the name does not stick",
    "event: endpoint\ndata: /m\n\ndata: z\n\n",
    {
      events: ["endpoint|/m|", "message|z|"],
    },
  ],
  [
    "ids stick, an empty one resets, one with NUL is ignored",
    "id: 1\ndata: a\n\ndata: b\n\nid: x\0\ndata: c\n\nid\ndata: d\n\n",
    {
      events: ["message|a|1", "message|b|1", "message|c|1", "message|d|"],
    },
  ],
  [
    "an id counts without data, but not before its event ends",
    "id: 7\ndata:\n\nid: 8\n",
    { id: "7", events: [] },
  ],
  [
    "retry of digits only",
    "retry: 3000\nretry: 1e3\nretry: -1\nretry:\nretry: 99999999999\n",
    { retries: [3000] },
  ],
  [
    "comments and unknown fields are skipped",
    ": hello\n:\ndatax: 1\nfoo: bar\nDATA: 2\ndata: ok\n\n",
    {
      events: ["message|ok|"],
    },
  ],
  [
    "a byte-order mark at the front is dropped, another is not",
    "\ufeffdata: \ufeffx\n\n",
    { events: ["message|\ufeffx|"] },
  ],
  ["CR alone ends lines", "data: a\r\rdata: b\r\r", { events: ["message|a|", "message|b|"] }],
  ["CRLF", "id: é\r\ndata: a\r\n\r\ndata: 日本\r\n\r\n", { events: ["message|a|é", "message|日本|é"] }],
  ["an event that the end cuts off is lost", "data: a\n\ndata: b\n", { events: ["message|a|"] }],
  ["what is no event stream", '<html>\n\n{"a":1}\n\n\n\n::\n', { events: [] }],
];

describe("SseParser", () => {
  it.each(table)("%s", (_name, text, expected) => {
    expect(read([bytesOf(text)])).toMatchObject(expected);
  });

  it("says the same however the stream is cut", () => {
    for (const [, text] of table) {
      const bytes = bytesOf(text);
      const whole = read([bytes]);
      for (let cut = 0; cut <= bytes.length; cut++)
        expect(read([bytes.subarray(0, cut), new Uint8Array(0), bytes.subarray(cut)])).toEqual(whole);
      expect(read(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).toEqual(whole);
    }
  });

  it("gives back whatever text was framed, by any line end and any chunks", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.replace(/[\r\n]/g, "_")),
          { minLength: 1 },
        ),
        fc.constantFrom("\n", "\r", "\r\n"),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (texts, end, sizes) => {
          const bytes = bytesOf(texts.map((text) => `data: ${text}${end}${end}`).join(""));
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(read(chunks).events).toEqual(texts.map((text) => `message|${text}|`));
        },
      ),
    );
  });

  it("never throws on any bytes", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => void read(chunks)));
  });

  it("drops an event over the limit once, and goes on with the next", () => {
    const text = "data: 12345\ndata: 6\n\ndata: 1234\n\ndata: 12\ndata: 34\n\ndata: ok\n\n";
    for (const chunks of [[bytesOf(text)], Array.from(bytesOf(text), (byte) => Uint8Array.of(byte))])
      expect(read(chunks, 4)).toMatchObject({ events: ["message|1234|", "message|ok|"], tooLong: 2 });
  });

  it("takes a large event in single bytes and in large chunks whole", () => {
    const text = "0123456789abcdef".repeat(20_000);
    const bytes = bytesOf(`data: ${text}\n\n`);
    expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte))).events).toEqual([`message|${text}|`]);
    expect(read([bytes.subarray(0, 70_000), bytes.subarray(70_000)]).events).toEqual([`message|${text}|`]);
  });

  it("keeps nothing of endless comments and names", () => {
    expect(
      read([bytesOf(`:${"x".repeat(1e6)}`), bytesOf("y".repeat(1e6)), bytesOf("\ndata: z\n\n")]).events,
    ).toEqual(["message|z|"]);
  });
});
