import { LOG_LEVELS } from "../../../shared/model/log-level.ts";

/** One of MCP's log levels. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether a text names a log level. */
export function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}

/** The most verbose of the levels asked for; undefined when nobody asked. */
export function mostVerbose(levels: Iterable<LogLevel | undefined>): LogLevel | undefined {
  const asked = new Set(levels);
  return LOG_LEVELS.find((level) => asked.has(level));
}

/** Whether a message of `level` is for a listener who asked for `wanted` and above (undefined: for everything). */
export function isAtLeast(level: string, wanted: LogLevel | undefined): boolean {
  if (wanted === undefined || !isLogLevel(level)) return true;
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(wanted);
}
