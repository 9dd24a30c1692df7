import type { CallFilter, Texts } from "../../../../shared/model/call.ts";
import { type ListKey, parseFilter, projectPatterns } from "./parse.ts";
import { printDuration, printMoment } from "./times.ts";
import { quoted, writtenValue } from "./tokens.ts";

const ORDER = [
  "client",
  "server",
  "tool",
  "status",
  "project",
  "session",
  "method",
] as const satisfies ListKey[];

/** A filter as the text that means it: read again, it is the same filter. */
export function printFilter(filter: CallFilter): string {
  const words: string[] = [];
  const lists = (parties: NonNullable<CallFilter["not"]>, sign: string): void => {
    for (const key of ORDER) {
      const values = parties[key];
      if (values !== undefined)
        words.push(`${sign}${key}:${valuesOf(key, values).map(writtenValue).join(",")}`);
    }
  };
  lists(filter, "");
  if (filter.not !== undefined) lists(filter.not, "-");
  if (filter.minDurationUs !== undefined) words.push(`dur:>${printDuration(filter.minDurationUs)}`);
  if (filter.maxDurationUs !== undefined) words.push(`dur:<${printDuration(filter.maxDurationUs)}`);
  if (filter.environment !== undefined) words.push(`env:${writtenValue(filter.environment)}`);
  if (filter.team !== undefined) words.push(`team:${writtenValue(filter.team)}`);
  if (filter.since !== undefined) words.push(`since:${printMoment(filter.since)}`);
  if (filter.until !== undefined) words.push(`until:${printMoment(filter.until)}`);
  if ((filter.error ?? "") !== "") words.push(`error:${writtenValue(filter.error ?? "")}`);
  if ((filter.search ?? "") !== "") words.push(printText(filter.search ?? ""));
  return words.join(" ");
}

/** A text stands as it is, unless it would be read as something else. */
function printText(text: string): string {
  const { filter, problems } = parseFilter(text, 0);
  const isItself = problems.length === 0 && Object.keys(filter).length === 1 && filter.search === text;
  return isItself ? text : quoted(text);
}

/** The values as they are written: the patterns of a project's name are the name. */
function valuesOf(key: ListKey, values: Texts): string[] {
  const rest = typeof values === "string" ? [values] : [...values];
  if (key !== "project") return rest;
  const written: string[] = [];
  for (let first = rest.shift(); first !== undefined; first = rest.shift()) {
    written.push(first);
    const patterns = projectPatterns(first).slice(1);
    if (!/[/\\*]/.test(first) && patterns.every((pattern, index) => rest[index] === pattern))
      rest.splice(0, patterns.length);
  }
  return written;
}

/** Adds what a filter says to a text, in place of what the text says about the same keys. */
export function withFilter(text: string, key: string, value: string, negated = false): string {
  const { tokens } = parseFilter(text, 0);
  const kept = tokens.filter(
    (token) => token.kind === "text" || token.key !== key || token.negated !== negated,
  );
  const added = `${negated ? "-" : ""}${key}:${writtenValue(value)}`;
  return [...kept.map(({ from, to }) => text.slice(from, to)), added].join(" ");
}
