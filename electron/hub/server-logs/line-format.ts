import { type LogLine, logLineSchema } from "../../../shared/model/server.ts";

/** Longest text of a line, in characters; the rest is cut. */
const MAX_TEXT = 8_192;
const LINE = /^(\S+Z) (stderr|stdout|log|hub)(?:\/([a-z]+|-))?(?:\/(\S+))? (.*)$/s;

/** A line as it stands in a file, without its line end: `2026-11-22T14:03:27.120Z log/warning/db text`. */
export function formatLine({ at, stream, text, level, logger }: LogLine): string {
  const origin = [
    stream,
    ...(level === undefined && logger === undefined ? [] : [level ?? "-"]),
    ...(logger === undefined ? [] : [encodeURIComponent(logger.toWellFormed()) || "-"]),
  ];
  return `${new Date(at).toISOString()} ${origin.join("/")} ${text}`;
}

/** The line that stands there; undefined for what this module has not written. */
export function parseLine(written: string): LogLine | undefined {
  const [, time = "", stream, level, logger, text] = LINE.exec(written) ?? [];
  const parsed = logLineSchema.safeParse({
    at: Date.parse(time),
    stream,
    text,
    ...(level === undefined || level === "-" ? {} : { level }),
    ...(logger === undefined ? {} : { logger: decoded(logger) }),
  });
  return parsed.success && !Number.isNaN(parsed.data.at) ? parsed.data : undefined;
}

/** A text of several lines as lines of their own, each cut to a bounded length. */
export function splitLine(line: LogLine): LogLine[] {
  return line.text
    .slice(0, MAX_TEXT * 4)
    .split(/\r?\n|\r(?!\n)/)
    .map((text) => ({ ...line, text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text }));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
