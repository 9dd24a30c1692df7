import { nameSchema } from "../../../shared/model/config.ts";

/** One `${…}` of a text. `project` stands for the client's project folder. */
export type Reference =
  | { readonly kind: "secret"; readonly name: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "project"; readonly text: string }
  /** Looks like a reference and is none of ours; it is passed on as it stands. */
  | { readonly kind: "foreign"; readonly text: string }
  | { readonly kind: "malformed"; readonly text: string; readonly why: string };

export type TextPart = string | Reference;

/** Splits a text at its `${…}` references. */
export function splitReferences(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf("${", at);
    if (start < 0) break;
    const end = text.indexOf("}", start);
    if (start > at) parts.push(text.slice(at, start));
    if (end < 0) {
      const rest = text.slice(start);
      parts.push(
        /^\$\{(secret|env):/.test(rest)
          ? { kind: "malformed", text: rest, why: "has no closing }" }
          : { kind: "foreign", text: rest },
      );
      return parts;
    }
    parts.push(readReference(text.slice(start, end + 1)));
    at = end + 1;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

function readReference(text: string): Reference {
  const inner = text.slice(2, -1);
  if (inner === "project") return { kind: "project", text };
  const colon = inner.indexOf(":");
  const kind = inner.slice(0, Math.max(colon, 0));
  const name = inner.slice(colon + 1);
  if (kind === "env") {
    // Parentheses: Windows has ProgramFiles(x86).
    if (/^[A-Za-z_][\w().]*$/.test(name)) return { kind, name };
    return { kind: "malformed", text, why: `names no environment variable: write \${env:NAME}` };
  }
  if (kind === "secret") {
    if (nameSchema.safeParse(name).success) return { kind, name };
    return {
      kind: "malformed",
      text,
      why: `names no secret: write \${secret:NAME} with letters, digits, '.', '_' and '-'`,
    };
  }
  return { kind: "foreign", text };
}
