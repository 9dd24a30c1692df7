import type { Path } from "./run.ts";

/** Text of servers and clients, cut to a length. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not between the halves of a character.
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A value in a sentence: `the string "a"`, `an array`, `nothing` … */
export function given(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  switch (typeof value) {
    case "string":
      return `the string ${JSON.stringify(shortened(value, 80))}`;
    case "number":
      return `the number ${value}`;
    case "boolean":
      return String(value);
    default:
      return "an object";
  }
}

/** A constant of a schema, as JSON. */
export function constant(value: unknown): string {
  return shortened(JSON.stringify(value) ?? "", 80);
}

/** A list in a sentence, cut after some entries. */
export function listed(texts: readonly string[], most = 20): string {
  const shown = texts.slice(0, most).join(", ");
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}

/** A place, as one would write it in code: `arguments.items[2]["a b"]`. */
export function placeOf(root: string, path: Path): string {
  const text = path
    .map((token) =>
      typeof token === "number"
        ? `[${token}]`
        : /^[A-Za-z_$][\w$]*$/.test(token) && token.length <= 60
          ? `.${token}`
          : `[${JSON.stringify(shortened(token, 60))}]`,
    )
    .join("");
  return shortened(root + text, 300);
}

/** "a string", "an integer": a type in a sentence. */
export function typeWord(type: string): string {
  return type === "null" ? "null" : /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;
}
