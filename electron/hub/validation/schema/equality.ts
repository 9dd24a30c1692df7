import type { Run } from "./run.ts";

/**
 * A text that two JSON values share if and only if they are equal (members in any order, 1 equal to 1.0). Numbers that
 * JSON.parse may have rounded make the run unsure: they can be unequal where their texts are not.
 */
export function canonical(value: unknown, run: Run): string {
  run.spend(1);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) run.unsure += 1;
    return String(value);
  }
  if (typeof value === "string") {
    run.spend(value.length / 64);
    return JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  run.enter();
  const text = Array.isArray(value)
    ? `[${value.map((each) => canonical(each, run)).join()}]`
    : `{${Object.entries(value)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each, run)}`)
        .join()}}`;
  run.leave();
  return text;
}
