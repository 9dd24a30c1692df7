import type { Command, Option } from "commander";
import type { Context } from "../commands/context.ts";
import type { Io } from "../io.ts";

/** What a group of commands is added to, and what its commands are given. */
export interface Group {
  readonly program: Command;
  readonly io: Io;
  /** Made when a command runs, not before. */
  context(): Context;
  /** `--json`. */
  jsonOption(): Option;
}

/** The options of a command that has `--json` alone. */
export interface Json {
  readonly json?: true;
}
