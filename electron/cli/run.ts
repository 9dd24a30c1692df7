import { type Command, CommanderError } from "commander";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import { ChecksFailed } from "./commands/doctor.ts";
import { visibleLines } from "./escape.ts";
import type { Io } from "./io.ts";
import { createProgram } from "./program.ts";

/** Runs one command; resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  for (const command of withSubcommands(program)) {
    // Commander would print and exit by itself.
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: () => {}, outputError: () => {} });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      const isGroup = error.code === "commander.help";
      const message = isGroup ? "a command is missing" : error.message.replace(/^error: /, "");
      io.err(errorText("bad_usage", message, "See: gatehouse --help"));
      return 2;
    }
    if (error instanceof ChecksFailed) return 1;
    const known = error instanceof GatehouseError ? error : undefined;
    const code = known?.code ?? "internal";
    io.err(errorText(code, sentenceOf(error), adviceFor(io, code, known?.advice)));
    return known?.code === "bad_usage" ? 2 : 1;
  }
}

/** What to do, and for a person where more of it stands; wrong usage needs no more than its sentence. */
function adviceFor({ isTerminal }: Io, code: string, advice: string | undefined): string | undefined {
  if (!isTerminal || code === "bad_usage") return advice;
  const more = `More: gatehouse explain ${code}`;
  return advice === undefined ? more : `${advice}\n${more}`;
}

/** An error as a person and a script read it: `error: CODE: sentence`, and what to do next. */
export function errorText(code: string, sentence: string, advice: string | undefined): string {
  const lines = [`error: ${code}: ${sentence}`, ...(advice === undefined ? [] : [advice])];
  return `${visibleLines(lines.join("\n"))}\n`;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
