const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;

/** RFC 5424's severities as MCP names them, from the least severe on. */
export type LogLevel = (typeof LEVELS)[number];

/** Whether a text names a log level. */
export function isLogLevel(text: string): text is LogLevel {
  return (LEVELS as readonly string[]).includes(text);
}

/** Whether a message of `level` is to be shown to one who asked for `wanted`; nobody who asked for none sees any. */
export function passesLevel(level: LogLevel, wanted: LogLevel | undefined): boolean {
  return wanted !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

/** The level to ask a shared session era server for: the least severe that anyone wants, undefined when nobody wants any. */
export function widestLevel(wanted: Iterable<LogLevel>): LogLevel | undefined {
  let widest: LogLevel | undefined;
  for (const level of wanted) {
    if (widest === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(widest)) widest = level;
  }
  return widest;
}
