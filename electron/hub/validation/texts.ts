import type { Mismatch } from "./schema/run.ts";
import { placeOf, shortened } from "./schema/words.ts";

/** Mismatches that are told of. */
const MAX_TOLD = 6;
const MAX_SENTENCE = 600;

/**
 * A sentence for each mismatch: where, what is expected, and what stands there. The last is left out for a person's
 * list of problems: values of calls may be secret. Everything is bounded.
 */
export function sentencesOf(
  root: string,
  mismatches: readonly Mismatch[],
  values: "with values" | "without values",
): string[] {
  return mismatches.slice(0, MAX_TOLD).map(({ path, must, given }) => {
    const is = given === undefined || values === "without values" ? "" : `, but is ${given}`;
    return shortened(`${placeOf(root, path)} must ${must}${is}`, MAX_SENTENCE);
  });
}

/** What the model reads instead of a result. */
export function refusalText(tool: string, mismatches: readonly Mismatch[]): string {
  const sentences = sentencesOf("arguments", mismatches, "with values");
  const more = mismatches.length > sentences.length ? ["and more"] : [];
  const list = [...sentences, ...more].map((sentence) => `- ${sentence}`).join("\n");
  return `The arguments do not fit the input schema of ${tool}, so the call was not made:\n${list}\nCorrect them and call it again.`;
}
