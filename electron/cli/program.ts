import { Command, Option } from "commander";
import { GatehouseError } from "../../shared/errors.ts";
import { didYouMean } from "../hub/config/suggest.ts";
import { VERSION } from "../hub/version.ts";
import { type Context, createContext } from "./commands/context.ts";
import { addCallCommands } from "./groups/calls.ts";
import { addClientCommands } from "./groups/clients.ts";
import { addDiagnosisCommands } from "./groups/diagnosis.ts";
import type { Group } from "./groups/group.ts";
import { addHubCommands } from "./groups/hub.ts";
import { addQuestionCommands } from "./groups/questions.ts";
import { addRuleCommands } from "./groups/rules.ts";
import { addSecretCommands } from "./groups/secrets.ts";
import { addServerCommands } from "./groups/servers.ts";
import type { Io } from "./io.ts";

/** The whole command line. Nothing happens before it parses. */
export function createProgram(io: Io): Command {
  const program = new Command("gatehouse")
    .description("One local hub for every MCP client and server: supervised, asked for, recorded.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--home <folder>", "the home folder (else GATEHOUSE_HOME, else the platform's own place)")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage.");
  const context = (): Context => createContext(io, program.opts<{ home?: string }>().home);
  const jsonOption = (): Option =>
    new Option("--json", "print one JSON document, and nothing else, on stdout");
  const group: Group = { program, io, context, jsonOption };

  addHubCommands(group);
  addCallCommands(group);
  addQuestionCommands(group);
  addDiagnosisCommands(group);
  addClientCommands(group);
  addServerCommands(group);
  addRuleCommands(group);
  addSecretCommands(group);
  // Last: commands take over what their program allows when they are made, and none takes more than it says.
  program.allowExcessArguments().action(() => {
    const [unknown] = program.args;
    if (unknown === undefined) return program.outputHelp();
    const names = program.commands.map((command) => command.name());
    const advice = "See: gatehouse --help";
    throw new GatehouseError(
      "bad_usage",
      `unknown command "${unknown}"${didYouMean(unknown, names)}`,
      advice,
    );
  });
  return program;
}
