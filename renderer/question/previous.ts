import { type JsonNode, parseJson } from "../lib/json/parse.ts";
import { type Argument, readArguments } from "./readers.ts";

/** How an argument compares with the last allowed call of the same tool. */
export type Novelty = "first" | "same" | "new" | "changed";

export interface Compared {
  readonly arguments: readonly (Argument & {
    readonly novelty: Novelty;
    readonly previous: Argument | undefined;
  })[];
  /** Arguments that the last allowed call had and this one has not. */
  readonly gone: readonly Argument[];
  /** Everything is as it was in the last allowed call. */
  readonly identical: boolean;
}

/** The arguments of a call beside those of the last allowed one; undefined when they cannot be read as an object. */
export function compareArguments(text: string, previousText: string | null): Compared | undefined {
  const now = read(text);
  if (now === undefined) return undefined;
  const before = previousText === null ? undefined : read(previousText);
  if (before === undefined)
    return {
      arguments: now.map((one) => ({ ...one, novelty: "first", previous: undefined })),
      gone: [],
      identical: false,
    };
  const old = new Map(before.map((one) => [one.key, one]));
  const compared = now.map((one) => {
    const previous = old.get(one.key);
    const novelty: Novelty = previous === undefined ? "new" : previous.raw === one.raw ? "same" : "changed";
    return { ...one, novelty, previous };
  });
  const keys = new Set(now.flatMap((one) => [one.key, ...one.with]));
  const gone = before.filter((one) => !keys.has(one.key));
  return {
    arguments: compared,
    gone,
    identical: gone.length === 0 && compared.every(({ novelty }) => novelty === "same"),
  };
}

function read(text: string): Argument[] | undefined {
  const root = parsed(text);
  return root === undefined ? undefined : readArguments(root);
}

/** The tree of a JSON text; undefined when it is none. */
export function parsed(text: string): JsonNode | undefined {
  try {
    return parseJson(text).root;
  } catch {
    return undefined;
  }
}
