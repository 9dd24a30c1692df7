import type { JsonNode } from "../lib/json/parse.ts";

/** A part of a file that is replaced. */
export interface Edit {
  readonly before: string;
  readonly after: string;
}

/** The names under which tools take the old text and the new one. */
const PAIRS: readonly (readonly [before: RegExp, after: RegExp])[] = [
  [/^old_?(?:text|string|str|content|code)?$/i, /^new_?(?:text|string|str|content|code)?$/i],
  [
    /^(?:before|original|search)(?:_?(?:text|content|block))?$/i,
    /^(?:after|updated|replace(?:ment)?)(?:_?(?:text|content|block))?$/i,
  ],
];

/** The edit that an object's members describe, with the names of the two members that it stands in. */
export function editOf(
  keys: readonly string[],
  children: readonly JsonNode[],
): { readonly edit: Edit; readonly keys: readonly [string, string] } | undefined {
  for (const [before, after] of PAIRS) {
    const first = keys.findIndex((key, at) => before.test(key) && children[at]?.kind === "string");
    const second = keys.findIndex((key, at) => after.test(key) && children[at]?.kind === "string");
    const old = children[first];
    const young = children[second];
    const [oldKey, newKey] = [keys[first], keys[second]];
    if (old?.kind !== "string" || young?.kind !== "string" || oldKey === undefined || newKey === undefined)
      continue;
    // A member that stands there twice is shown as it is: which one counts is the server's guess.
    if (
      keys.indexOf(oldKey) !== keys.lastIndexOf(oldKey) ||
      keys.indexOf(newKey) !== keys.lastIndexOf(newKey)
    )
      continue;
    return { edit: { before: old.text, after: young.text }, keys: [oldKey, newKey] };
  }
  return undefined;
}

/** Whether a text is a unified diff. */
export function isPatch(words: readonly string[], text: string): boolean {
  if (/^(?:---|\+\+\+|diff --git) \S.*$/m.test(text) && /^@@ .*@@/m.test(text)) return true;
  return words.some((word) => word === "patch" || word === "diff") && /^@@/m.test(text);
}
