import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { STABLE_CODES } from "../shared/codes.ts";
import { parseErrorDocs } from "../shared/error-docs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = parseErrorDocs(readFileSync(join(root, "docs", "errors.md"), "utf8"));

/** Codes of somebody else, which no person of ours meets: zod's, OAuth's, and a state of the desktop. */
const FOREIGN = new Set(["custom"]);
const TEST_FILE = /(\.test|\.bench)\.tsx?$|\/(testing|fixtures)\//;

/** Where sources name a code: the first string of these, or of the member `code`. */
const USES = [
  /\bcode: "([a-z]+(?:_[a-z]+)*)"/g,
  /new (?:GatehouseError|ServerUnavailable)\(\s*"([a-z_]+)"/g,
  /(?:respondFailure\(\s*\w+,\s*\d+,|failureBody\()\s*"([a-z_]+)"/g,
  /\b(?:warn|fail)\(\s*"([a-z_]+)"/g,
];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(".ts") && !TEST_FILE.test(path));
}

describe("docs/errors.md", () => {
  test("has a section for every stable code, and none for another", () => {
    expect([...pages.keys()].sort()).toEqual(STABLE_CODES);
  });

  test("says of every code what it means and what to do, in sentences", () => {
    const poor = [...pages.values()].filter(
      ({ meaning, advice }) => !/[.!]$/.test(meaning) || !/[.!]$/.test(advice) || meaning.length < 20,
    );
    expect(poor).toEqual([]);
  });

  test("knows every code that a source uses", () => {
    const unknown: string[] = [];
    let found = 0;
    for (const path of [...sources("electron"), ...sources("shared")]) {
      const text = readFileSync(join(root, path), "utf8");
      for (const pattern of USES)
        for (const [, code = ""] of text.matchAll(pattern)) {
          found += 1;
          if (!pages.has(code) && !FOREIGN.has(code)) unknown.push(`${path}: ${code}`);
        }
    }
    expect(unknown).toEqual([]);
    expect(found).toBeGreaterThan(100);
  });

  test.each([
    ["### bare\n\nText.\n\n**What to do:** it.", 'the section "bare"'],
    ["### `a`\n\nText.", 'the section "`a`"'],
    ["### `a`\n\nT.\n\n**What to do:** x.\n\n### `a`\n\nT.\n\n**What to do:** x.", "the error code a"],
  ])("is refused when it is malformed: %j", (text, message) => {
    expect(() => parseErrorDocs(text)).toThrow(message);
  });
});
