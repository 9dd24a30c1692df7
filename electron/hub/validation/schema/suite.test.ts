import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileSchema } from "./compile.ts";
import { Run } from "./run.ts";
import { isObject } from "./schema-error.ts";

/*
 * The tests of https://github.com/json-schema-org/JSON-Schema-Test-Suite (MIT licence, Copyright (c) 2012 Julian
 * Berman, commit 44401e0c): all that are required of draft 2020-12 and draft-07, and those optional ones that fit; a
 * line for each group.
 */
interface Group {
  readonly draft: "draft2020-12" | "draft7";
  readonly file: string;
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}
const groups = readFileSync(new URL("testing/json-schema-test-suite.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Group);

/** What is not decided, on purpose: it would have to be fetched, or JSON.parse has rounded it away. */
const UNDECIDED = new Set([
  "refRemote",
  "defs: validate definition against metaschema",
  "definitions: validate definition against metaschema",
  "ref: remote ref, containing refs itself",
  "dynamicRef: strict-tree schema, guards against misspelled properties",
  "dynamicRef: tests for implementation dynamic anchor and reference link",
  "dynamicRef: $ref and $dynamicAnchor are independent of order - $defs first",
  "dynamicRef: $ref and $dynamicAnchor are independent of order - $ref first",
  "dynamicRef: $ref to $dynamicRef finds detached $dynamicAnchor",
  "multipleOf: float division = inf",
  "optional/bignum: float comparison with high precision",
  "optional/bignum: float comparison with high precision on negative numbers",
]);

describe.each(["draft2020-12", "draft7"] as const)("the official tests of %s", (draft) => {
  const named = groups.filter((group) => group.draft === draft && group.file !== "vocabulary");
  it.each([...new Set(named.map(({ file }) => file))])("%s", (file) => {
    const wrong: string[] = [];
    for (const { description, schema, tests } of named.filter((group) => group.file === file)) {
      const { check } = compileSchema(
        draft === "draft7" && isObject(schema)
          ? { $schema: "http://json-schema.org/draft-07/schema#", ...schema }
          : schema,
      );
      const decided = !UNDECIDED.has(file) && !UNDECIDED.has(`${file}: ${description}`);
      for (const test of tests) {
        const run = new Run(100_000);
        const fits = check(test.data, run, undefined);
        if (fits !== test.valid && (decided || !fits || run.unsure === 0))
          wrong.push(`${description}: ${test.description}`);
        // The explanation comes to the same verdict, and says something.
        const explained = new Run(100_000);
        explained.mismatches = [];
        if (check(test.data, explained, undefined) !== fits || fits !== (explained.mismatches.length === 0))
          wrong.push(`explanation of ${description}: ${test.description}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
