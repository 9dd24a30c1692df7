/**
 * Command lines for cmd.exe, which batch files (npx.cmd) need. cmd.exe reads the line before the program does, so that
 * quoting for the program alone leaves holes (CVE-2024-24576). The rules here are those of Rust's standard library,
 * written after that hole: quote whatever is not known to be safe, double every quote (which keeps cmd.exe's idea of
 * inside and outside in step), double backslashes before quotes, and break up %NAME% so that no variable is expanded.
 * Delayed expansion (!NAME!) is switched off. What no quoting can carry is refused.
 */
import { GatehouseError } from "../../../shared/errors.ts";

// Beyond this cmd.exe cuts the line.
const MAX_LINE = 8_191;

const SAFE = /^[A-Za-z0-9#$*+\-./:?@\\_]+$/;
// Expands to nothing, and cmd.exe takes the % that follows as a plain character.
const PERCENT = "%%cd:~,%";

function refuse(what: string): never {
  throw new GatehouseError(
    "unsupported",
    `${what}, which cannot be passed to a batch file safely.`,
    "Name the program behind the batch file instead, for instance node.exe with the script's path.",
  );
}

/** One argument of a batch file, as it must stand in cmd.exe's line. Throws GatehouseError for what cannot be passed. */
export function quoteBatchArgument(argument: string): string {
  if (/[\0\r\n]/.test(argument)) refuse("An argument holds a line break or a NUL character");
  if (SAFE.test(argument) && !argument.endsWith("\\")) return argument;
  const escaped = argument
    .replaceAll(/(\\*)"/g, '$1$1""')
    .replace(/(\\+)$/, "$1$1")
    .replaceAll("%", PERCENT);
  return `"${escaped}"`;
}

/**
 * The arguments for cmd.exe that run a batch file, to be handed over verbatim (windowsVerbatimArguments).
 * Throws GatehouseError for what cannot be passed.
 */
export function batchArguments(script: string, args: readonly string[]): string[] {
  if (/["\0\r\n%]/.test(script) || script.endsWith("\\"))
    refuse(`The path ${JSON.stringify(script)} holds a special character`);
  const line = [`"${script}"`, ...args.map(quoteBatchArgument)].join(" ");
  if (line.length > MAX_LINE - 64) refuse(`The command line is ${line.length} characters long`);
  // /d: no AutoRun; /e:ON: extensions, which the % device needs; /v:OFF: no !NAME!; /s: only the outer quotes go.
  return ["/d", "/e:ON", "/v:OFF", "/s", "/c", `"${line}"`];
}
