import { Option } from "commander";
import { type AuditOptions, audit } from "../commands/audit.ts";
import { pause, resume } from "../commands/pause.ts";
import { type ServeOptions, serve } from "../commands/serve.ts";
import { printUiAddress, status } from "../commands/status.ts";
import type { Group, Json } from "./group.ts";
import { count, port } from "./option-values.ts";

/** Adds the commands about the hub itself. */
export function addHubCommands({ program, io, context, jsonOption }: Group): void {
  program
    .command("serve")
    .description("run the hub in this terminal")
    .option("--port <number>", "the port instead of the configured one; 0 picks a free one", port)
    .option("--no-ui", "do not serve the web UI")
    .addOption(new Option("--desktop").hideHelp())
    .addOption(new Option("--background").hideHelp())
    .action((options: ServeOptions) => serve(context(), options));

  program
    .command("connect")
    .description("be an MCP server on stdio that is the hub, for clients that speak only stdio")
    .option("--client <name>", 'the client\'s identity at the hub (default "connect")')
    .option("--server <name>", "this server alone, with its own names")
    .action((options: { client?: string; server?: string }) =>
      io.connect({ home: context().home, ...options }),
    );

  program
    .command("status")
    .description("show the running hub, its servers and clients")
    .addOption(jsonOption())
    .action((options: Json) => status(context(), options));

  program
    .command("pause")
    .description("refuse all calls until `gatehouse resume`, or until the hub ends")
    .addOption(jsonOption())
    .action((options: Json) => pause(context(), options));

  program
    .command("resume")
    .description("let calls through again")
    .addOption(jsonOption())
    .action((options: Json) => resume(context(), options));

  program
    .command("ui")
    .description("print an address that opens the running hub's web UI, once, within a minute")
    .addOption(jsonOption())
    .action((options: Json) => printUiAddress(context(), options));

  program
    .command("audit")
    .description("show administrative acts, newest first: who did what, from where")
    .addOption(jsonOption())
    .option("--limit <number>", "at most so many", count, 50)
    .option("--search <text>", "only with this text in the act or what it was about")
    .action((options: AuditOptions) => audit(context(), options));
}
