import { type Command, Option } from "commander";
import { callStatusSchema } from "../../../shared/model/call.ts";
import { exportFormatSchema } from "../../../shared/model/export.ts";
import { type CallsOptions, calls } from "../commands/calls.ts";
import { type ExportOptions, exportCalls, importCalls, recordCalls } from "../commands/exports.ts";
import { backUp, verifyCalls } from "../commands/history.ts";
import { callTool, type OwnCallOptions, replayCall } from "../commands/own-calls.ts";
import type { Group, Json } from "./group.ts";
import { callId, count, pace, span } from "./option-values.ts";

/** Adds the call history, and the person's own calls. */
export function addCallCommands({ program, io, context, jsonOption }: Group): void {
  const history = program
    .command("calls")
    .description("show the call history, newest first")
    .addOption(jsonOption())
    .option("--limit <number>", "at most so many", count, 50)
    .option("--server <name>", "only calls to this server")
    .option("--tool <name>", "only calls of this tool")
    .option("--client <name>", "only calls by this client")
    .option("--project <folder>", "only calls for this project folder; * stands for any characters")
    .option("--environment <label>", "only calls of servers or clients with this label")
    .option("--team <label>", "only calls of servers or clients with this label")
    .addOption(new Option("--status <status>", "only calls that ended so").choices(callStatusSchema.options))
    .option("--since <time>", "only since then: 90s, 30m, 1h, 2d ago, or a date")
    .option("--search <text>", "only with this text in the request or the result")
    .option("--error <text>", "only with this text in the error, or in a failed tool's result")
    .option("--min-duration <time>", "only calls that took at least so long: 500ms, 2s, 1m", span)
    .option("--max-duration <time>", "only calls that took at most so long", span)
    .action((options: CallsOptions) => calls(context(), options));

  history
    .command("verify")
    .description("follow the hash chain over all calls: whether any was altered, removed or moved")
    .addOption(jsonOption())
    .action((_options: object, command: Command) => verifyCalls(context(), command.optsWithGlobals<Json>()));

  history
    .command("export")
    .description("print the calls that the options of `calls` choose, as a file: all of them without --limit")
    .addOption(
      new Option("--format <format>", "its form").choices(exportFormatSchema.options).default("jsonl"),
    )
    .action((_options: object, command: Command) =>
      exportCalls(context(), {
        ...command.optsWithGlobals<ExportOptions & { limit: number }>(),
        // What is enough for a look is no limit of an export, unless it is asked for.
        most:
          history.getOptionValueSource("limit") === "cli"
            ? history.opts<{ limit: number }>().limit
            : undefined,
      }),
    );
  history
    .command("import")
    .description(
      "take the calls of an export (JSONL, HAR or CSV) into the history, those that it does not have",
    )
    .argument("<file>", 'the export; "-" reads stdin')
    .addOption(jsonOption())
    .action((file: string, _options: object, command: Command) =>
      importCalls(context(), file, command.optsWithGlobals<Json>().json === true),
    );
  history
    .command("record")
    .description("print chosen calls as a recording, for `gatehouse mock`")
    .argument("<id...>", "as `gatehouse calls` shows them", callId)
    .action((ids: number[]) => recordCalls(context(), ids));
  history
    .command("replay")
    .description("make a recorded tool call again, as yourself")
    .argument("<id>", "as `gatehouse calls` shows it", count)
    .option("--arguments <json>", "these instead of the recorded ones")
    .addOption(jsonOption())
    .action((id: number, options: { arguments?: string }, command: Command) =>
      replayCall(context(), id, options.arguments, command.optsWithGlobals<OwnCallOptions>()),
    );

  program
    .command("backup")
    .description("copy the database, in use as it is, to a new file")
    .argument("<file>")
    .addOption(jsonOption())
    .action((file: string, options: Json) => backUp(context(), file, options));

  program
    .command("call")
    .description("call a tool as yourself; you are asked about it like about any other call")
    .argument("<server>")
    .argument("<tool>", "by its server's own name")
    .argument("[arguments]", "one JSON object", "{}")
    .option("--project <folder>", "the project folder that it is made for")
    .addOption(jsonOption())
    .action((server: string, tool: string, args: string, options: OwnCallOptions) =>
      callTool(context(), server, tool, args, options),
    );

  program
    .command("mock")
    .description("be an MCP server on stdio that answers from a recording of `gatehouse calls record`")
    .argument("<file>", "the recording")
    .option("--pace <factor>", "share of the recorded time that answers take, 1 as it was", pace, 0)
    .action((file: string, options: { pace: number }) => io.mock({ file, pace: options.pace }));
}
