/** SQL, as far as a person who is asked about it needs it: is it SQL, what in it destroys, and its words by kind. */

const VERBS =
  "select|insert|update|delete|create|drop|alter|truncate|grant|revoke|merge|replace|with|pragma|vacuum|attach|detach|copy|explain|begin|call|exec|execute|set|show|describe|use";
const begins = new RegExp(`^\\s*(?:--[^\\n]*\\n\\s*|/\\*[\\s\\S]{0,400}?\\*/\\s*)*(?:${VERBS})\\b`, "i");
const SECOND =
  /\b(?:from|into|table|set|values|where|index|view|database|schema|on|as|role|user|privileges)\b/i;

/** Whether a string is SQL, by its member's name or by how it reads. */
export function looksLikeSql(words: readonly string[], text: string): boolean {
  if (words.includes("sql")) return /\S/.test(text);
  if (!begins.test(text.slice(0, 2_000))) return false;
  return (
    /^\s*(?:select\b[\s\S]*\bfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|create\s+\w+|drop\s+\w+|alter\s+\w+|truncate\s+\w+|grant\s+[\s\S]+\bto|revoke\s+[\s\S]+\bfrom|with\s+\w+[\s\S]*\bas\s*\(|pragma\s+\w+|attach\s+)/i.test(
      text,
    ) ||
    (words.some((word) => word === "query" || word === "statement") && SECOND.test(text))
  );
}

const token =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?)|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<other>[\s\S])/g;
const KEYWORDS = new Set(
  `${VERBS}|from|into|table|values|where|and|or|not|null|is|in|like|join|left|right|inner|outer|full|on|as|group|by|order|having|limit|offset|union|all|distinct|case|when|then|else|end|exists|between|primary|key|foreign|references|default|index|view|database|schema|if|cascade|returning|asc|desc|commit|rollback|transaction|to|using`.split(
    "|",
  ),
);
const DANGER = new Set(["drop", "truncate", "delete", "alter", "grant", "revoke", "update", "attach"]);

export interface SqlToken {
  readonly kind: "keyword" | "danger" | "string" | "number" | "comment" | "plain";
  readonly text: string;
}

/** The text in tokens that joined are the text. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  const add = (kind: SqlToken["kind"], piece: string): void => {
    const last = tokens.at(-1);
    if (last?.kind === kind && kind === "plain")
      tokens[tokens.length - 1] = { kind, text: last.text + piece };
    else tokens.push({ kind, text: piece });
  };
  for (const { 0: piece, groups } of text.matchAll(token)) {
    if (groups?.comment !== undefined) add("comment", piece);
    else if (groups?.string !== undefined) add("string", piece);
    else if (groups?.number !== undefined) add("number", piece);
    else if (groups?.word !== undefined && DANGER.has(piece.toLowerCase())) add("danger", piece);
    else if (groups?.word !== undefined && KEYWORDS.has(piece.toLowerCase())) add("keyword", piece);
    else add("plain", piece);
  }
  return tokens;
}

/** What a person should know before they allow it, each a short sentence. */
export function sqlWarnings(text: string): string[] {
  const words = sqlTokens(text).filter(({ kind }) => kind !== "comment" && kind !== "string");
  const bare = words
    .map((one) => one.text)
    .join("")
    .toLowerCase();
  const warnings: string[] = [];
  const statements = bare.split(";").filter((part) => /\S/.test(part));
  if (statements.length > 1) warnings.push(`${statements.length} statements, one after the other.`);
  for (const statement of statements) {
    const verb = /^\s*(\w+)/.exec(statement)?.[1] ?? "";
    if ((verb === "delete" || verb === "update") && !/\bwhere\b/.test(statement))
      warnings.push(`${verb.toUpperCase()} without WHERE: it reaches every row.`);
    if (/\bdrop\s+\w+|\btruncate\b/.test(statement)) warnings.push("It destroys whole tables or more.");
  }
  return [...new Set(warnings)];
}
