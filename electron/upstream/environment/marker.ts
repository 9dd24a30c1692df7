/** The variable that every server's process carries, and passes on to whatever it starts. */
export const MARK_VARIABLE = "MCP_HUB_MARK";

/**
 * The mark of one started server: `<instance>:<server>:<n>`. `instance` is random for each start of the hub, so
 * everything that one hub has ever started can be told from everything else on the machine.
 */
export const formatMark = (instance: string, server: string, n: number): string =>
  `${instance}:${server.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}:${n}`;

/** What every mark of one hub begins with. */
export const instancePrefix = (instance: string): string => `${instance}:`;

/** The mark in a NUL-separated environment block, or null. */
export function markInEnvironment(block: string): string | null {
  const name = `\0${MARK_VARIABLE}=`;
  const fenced = `\0${block}\0`;
  const start = fenced.indexOf(name);
  if (start < 0) return null;
  return fenced.slice(start + name.length, fenced.indexOf("\0", start + 1)) || null;
}
