import { describe, expect, it } from "vitest";
import { parseJson } from "./parse.ts";
import { allPaths, ancestors, findInJson, initiallyOpen, jsonRows, writeJson } from "./rows.ts";

const root = parseJson('{"a":[1,{"deep":"needle"}],"b":"x","Needle":true}').root;

describe("the JSON tree's rows", () => {
  it("shows only the root while nothing is open", () => {
    expect(jsonRows(root, new Set()).map((row) => row.path)).toEqual([""]);
  });

  it("shows the members of what is open, in order, with keys and indexes", () => {
    const rows = jsonRows(root, new Set(["", "/0"]));
    expect(rows.map(({ path, depth, key, index, open }) => ({ path, depth, key, index, open }))).toEqual([
      { path: "", depth: 0, key: undefined, index: undefined, open: true },
      { path: "/0", depth: 1, key: "a", index: undefined, open: true },
      { path: "/0/0", depth: 2, key: undefined, index: 0, open: false },
      { path: "/0/1", depth: 2, key: undefined, index: 1, open: false },
      { path: "/1", depth: 1, key: "b", index: undefined, open: false },
      { path: "/2", depth: 1, key: "Needle", index: undefined, open: false },
    ]);
  });

  it("opens small trees whole and leaves big branches folded", () => {
    expect(initiallyOpen(root)).toEqual(new Set(["", "/0", "/0/1"]));
    const wide = parseJson(JSON.stringify({ wide: Array.from({ length: 500 }, () => 0), small: [1] })).root;
    expect(initiallyOpen(wide)).toEqual(new Set(["", "/1"]));
  });

  it("finds keys and values in document order, whatever their case", () => {
    expect(findInJson(root, "needle")).toEqual(["/0/1/0", "/2"]);
    expect(findInJson(root, "")).toEqual([]);
  });

  it("knows what must be open to see a row", () => {
    expect(ancestors("/0/1/0")).toEqual(["", "/0", "/0/1"]);
    expect(ancestors("")).toEqual([]);
  });

  it("lists every container for expanding all", () => {
    expect(allPaths(root)).toEqual(new Set(["", "/0", "/0/1"]));
  });

  it("writes a node back with its numbers untouched", () => {
    const big = parseJson('{"n":12345678901234567890,"e":[],"l":[1]}').root;
    expect(writeJson(big)).toBe('{\n  "n": 12345678901234567890,\n  "e": [],\n  "l": [\n    1\n  ]\n}');
  });
});
