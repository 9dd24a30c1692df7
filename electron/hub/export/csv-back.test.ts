import { expect, test } from "vitest";
import { csvColumns } from "./csv.ts";
import { csvRecords, isCsvHead, lineOfCsv } from "./csv-back.ts";

async function records(text: string, piece: number): Promise<string[][]> {
  const pieces = async function* () {
    for (let at = 0; at < text.length; at += piece) yield text.slice(at, at + piece);
  };
  const all: string[][] = [];
  for await (const record of csvRecords(pieces())) all.push(record);
  return all;
}

test.each<[string, string, string[][]]>([
  [
    "quotes, commas and lines within",
    'a,"b ""c"", d\r\ne",\r\n"",x',
    [
      ["a", 'b "c", d\r\ne', ""],
      ["", "x"],
    ],
  ],
  [
    "line feeds alone",
    "a,b\nc,d\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["a quote in the middle of a cell", 'a"b,c\n', [['a"b', "c"]]],
  ["an empty last cell", "a,", [["a", ""]]],
  [
    "quoted ends",
    '"a","b"\r\n"c","d"',
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["nothing", "", []],
])("a CSV with %s is read, wherever its pieces end", async (_, text, cells) => {
  for (const piece of [1, 2, 3, 1_000]) expect(await records(text, piece)).toEqual(cells);
});

test("a record that is no call says why", () => {
  expect(isCsvHead(csvColumns.join())).toBe(true);
  expect(() => lineOfCsv(csvColumns, ["1"])).toThrow(`it has 1 cells, the first line ${csvColumns.length}`);
  expect(() => lineOfCsv(["durationUs"], ["-1"])).toThrow("durationUs must be a whole number");
});

test("a CSV from which somebody took payloads and sizes away is still one of calls", () => {
  const names = ["id", "startedAt", "method", "status", "durationUs", "consentUs", "requestBytes", "request"];
  const cells = ["3", "2030-01-01T00:00:00.000Z", "ping", "ok", "5", "0", "", ""];
  const call = {
    ...{ id: 3, startedAt: "2030-01-01T00:00:00.000Z", method: "ping", status: "ok", durationUs: 5 },
    times: { consent: 0 },
  };
  expect(JSON.parse(lineOfCsv(names, cells))).toEqual({ ...call, request: null });
  expect(JSON.parse(lineOfCsv(names.slice(0, 6), cells.slice(0, 6)))).toEqual(call);
});
