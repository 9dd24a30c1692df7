import { Option } from "commander";
import { logLevelSchema } from "../../../shared/model/server.ts";
import { type ServerLogsOptions, serverLogs } from "../commands/server-logs.ts";
import { type AddServerOptions, actOnServer, addServer, reviewServer } from "../commands/servers.ts";
import { type SignInOptions, signIn, signOut } from "../commands/sign-ins.ts";
import { listServers } from "../commands/status.ts";
import type { Group, Json } from "./group.ts";
import { collect, count } from "./option-values.ts";

/** Adds `gatehouse server`. */
export function addServerCommands({ program, context, jsonOption }: Group): void {
  const server = program.command("server").description("add, list and control MCP servers");
  server
    .command("add")
    .description("add a server: a command after --, a URL, or a snippet of any client (--json, or stdin)")
    .argument("[name]")
    .argument("[command...]", "the program and its arguments, after --")
    .option("--url <url>", "a remote server")
    .addOption(new Option("--type <type>", "the remote server's transport").choices(["http", "sse"]))
    .option("--header <header>", "'NAME: VALUE' for a remote server; repeatable", collect)
    .option("--env <pair>", "NAME=VALUE for a command; repeatable", collect)
    .option("--cwd <folder>", "where the command runs")
    .option("--prefix <text>", 'prefix of its tools\' names; "" for none')
    .option("--lazy", "start at first use (the default)")
    .option("--eager", "start with the hub")
    .option("--trust", "let clients call its tools without asking (adds a rule)")
    .option(
      "--plain",
      "leave what looks like a credential in gatehouse.json, instead of keeping it as a secret",
    )
    .option("--json <text>", "a snippet in any client's shape")
    .addHelpText(
      "after",
      "\nExample:\n  gatehouse server add everything -- npx -y @modelcontextprotocol/server-everything",
    )
    .action((name: string | undefined, command: string[], options: AddServerOptions) =>
      addServer(context(), name, command, options),
    );
  server
    .command("list")
    .description("list the servers")
    .addOption(jsonOption())
    .action((options: Json) => listServers(context(), options));
  server
    .command("login")
    .description("sign in to a remote server: prints the address to open in a browser, and waits")
    .argument("<name>")
    .option("--account <name>", "which of several accounts", "default")
    .addOption(jsonOption())
    .action((name: string, options: SignInOptions) => signIn(context(), name, options));
  server
    .command("logout")
    .description("sign out of a remote server: its tokens are revoked and deleted")
    .argument("<name>")
    .option("--account <name>", "which of several accounts", "default")
    .addOption(jsonOption())
    .action((name: string, options: SignInOptions) => signOut(context(), name, options));
  server
    .command("review")
    .description("show what a server has changed since it was approved, which is held back")
    .argument("<name>")
    .addOption(jsonOption())
    .option("--accept", "accept what is shown")
    .action((name: string, options: Json & { accept?: true }) => reviewServer(context(), name, options));
  server
    .command("logs")
    .description("show what a server has written on stderr and as logging notifications")
    .argument("<name>")
    .option("--follow", "go on with what comes, until the hub ends or this is interrupted")
    .option("--lines <number>", "so many of the last lines that fit", count, 100)
    .option("--search <text>", "only lines with this text, whatever its case")
    .addOption(
      new Option("--level <level>", "only logging notifications at least so severe").choices(
        logLevelSchema.options,
      ),
    )
    .option("--json", "print one JSON document; with --follow one for each line")
    .action((name: string, options: ServerLogsOptions) => serverLogs(context(), name, options));
  for (const [act, description] of [
    ["remove", "remove a server"],
    ["enable", "switch a server on"],
    ["disable", "switch a server off"],
    ["restart", "end a server's process and start it anew"],
  ] as const) {
    server
      .command(act)
      .description(description)
      .argument("<name>")
      .addOption(jsonOption())
      .action((name: string, options: Json) => actOnServer(context(), act, name, options));
  }
}
