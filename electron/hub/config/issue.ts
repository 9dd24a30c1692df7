import { GatehouseError } from "../../../shared/errors.ts";

/** One complaint about gatehouse.json. Line and column count from 1; `key` is a path such as `mcpServers.files.args[0]`. */
export interface ConfigIssue {
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly message: string;
}

export type KeyPath = readonly (string | number)[];

/** A path as one would write it: `mcpServers.files.args[0]`, `mcpServers["my.server"]`. "" is the whole file. */
export function keyText(path: KeyPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** Line and column, from 1, of an offset. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at += 1) {
    const character = text[at];
    if (character === "\n" || (character === "\r" && text[at + 1] !== "\n")) {
      line += 1;
      lineStart = at + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}

/** One issue on one line: `gatehouse.json:3:7: consent.default: must be …`. */
export function issueLine(file: string, issue: ConfigIssue): string {
  const key = issue.key === "" ? "" : ` ${issue.key}:`;
  return `${file}:${issue.line}:${issue.column}:${key} ${issue.message}`;
}

/** The error for a configuration that cannot be used: one line an issue. */
export function invalidConfig(file: string, issues: readonly ConfigIssue[]): GatehouseError {
  return new GatehouseError(
    "config_invalid",
    `the configuration cannot be used\n${issues.map((issue) => `  ${issueLine(file, issue)}`).join("\n")}`,
    "Correct the file; a running hub picks the change up by itself.",
  );
}
