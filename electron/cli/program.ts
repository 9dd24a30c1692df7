import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { GatehouseError } from "../../shared/errors.ts";
import { callStatusSchema } from "../../shared/model/call.ts";
import { exportFormatSchema } from "../../shared/model/export.ts";
import { type Answer, answerSchema } from "../../shared/model/question.ts";
import { logLevelSchema } from "../../shared/model/server.ts";
import { didYouMean } from "../hub/config/suggest.ts";
import { VERSION } from "../hub/version.ts";
import { type AuditOptions, audit } from "./commands/audit.ts";
import { type CallsOptions, calls } from "./commands/calls.ts";
import {
  type AddClientOptions,
  addClient,
  type EditClientOptions,
  editClient,
  listClients,
  revokeClient,
  showClient,
} from "./commands/clients.ts";
import { type Context, createContext } from "./commands/context.ts";
import { type DoctorOptions, doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { type ExportOptions, exportCalls, importCalls, recordCalls } from "./commands/exports.ts";
import { backUp, verifyCalls } from "./commands/history.ts";
import { callTool, type OwnCallOptions, replayCall } from "./commands/own-calls.ts";
import { pause, resume } from "./commands/pause.ts";
import { type AnswerOptions, answer, pending } from "./commands/questions.ts";
import { addRule, listRules, removeRule } from "./commands/rules.ts";
import { listSecrets, removeSecret, setSecret, unlockSecrets } from "./commands/secrets.ts";
import { type ServeOptions, serve } from "./commands/serve.ts";
import { type ServerLogsOptions, serverLogs } from "./commands/server-logs.ts";
import { type AddServerOptions, actOnServer, addServer, reviewServer } from "./commands/servers.ts";
import { type SignInOptions, signIn, signOut } from "./commands/sign-ins.ts";
import { listServers, printUiAddress, status } from "./commands/status.ts";
import type { Io } from "./io.ts";

interface Json {
  readonly json?: true;
}

/** The whole command line (design.md section 2). Nothing happens before it parses. */
export function createProgram(io: Io): Command {
  const program = new Command("gatehouse")
    .description("One local hub for every MCP client and server: supervised, asked for, recorded.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--home <folder>", "the home folder (else GATEHOUSE_HOME, else the platform's own place)")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage.");
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
  const context = (): Context => createContext(io, program.opts<{ home?: string }>().home);
  const jsonOption = (): Option =>
    new Option("--json", "print one JSON document, and nothing else, on stdout");

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

  program
    .command("backup")
    .description("copy the database, in use as it is, to a new file")
    .argument("<file>")
    .addOption(jsonOption())
    .action((file: string, options: Json) => backUp(context(), file, options));
  addHistoryCommands(history, context, jsonOption);

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

  program
    .command("audit")
    .description("show administrative acts, newest first: who did what, from where")
    .addOption(jsonOption())
    .option("--limit <number>", "at most so many", count, 50)
    .option("--search <text>", "only with this text in the act or what it was about")
    .action((options: AuditOptions) => audit(context(), options));

  program
    .command("pending")
    .description("show what waits for an answer")
    .addOption(jsonOption())
    .action((options: Json) => pending(context(), options));

  program
    .command("doctor")
    .description(
      "look over what keeps servers and clients from working; exit code 1 when something has failed",
    )
    .addOption(jsonOption())
    .option("--server <name>", "this server alone")
    .option("--report", "print plain text to be copied into a report, secrets stripped")
    .action((options: DoctorOptions) => doctor(context(), options));

  program
    .command("explain")
    .description("say what an error's code means, and what to do; without a code, list them")
    .argument("[code]", "as in `error: CODE: …`")
    .addOption(jsonOption())
    .action((code: string | undefined, options: Json) => explain(context(), code, options));

  program
    .command("ui")
    .description("print an address that opens the running hub's web UI, once, within a minute")
    .addOption(jsonOption())
    .action((options: Json) => printUiAddress(context(), options));

  program
    .command("answer")
    .description("answer a waiting question")
    .argument("<id>", "as `gatehouse pending` shows it")
    .addArgument(
      new Argument("<answer>", "`approve` is for questions that are not calls").choices(answerSchema.options),
    )
    .option("--reason <text>", "told to the client")
    .option("--narrow <key>", "with a lasting allow: one of the narrowings that `gatehouse pending` shows")
    .option("--arguments <json>", "with an allow of a call: send these arguments instead")
    .option("--profile <name>", "with approve of a client that connects: the profile it sees")
    .option("--no-profile", "with approve of a client that connects: it sees everything")
    .option("--name <name>", "with approve of a client that connects: what it is called here")
    .option("--trust", "with approve of a new server: let clients call its tools without asking")
    .action((id: string, given: Answer, options: AnswerOptions) => answer(context(), id, given, options));

  addClientCommands(program, context, jsonOption);
  addServerCommands(program, context, jsonOption);
  addRuleCommands(program, context, jsonOption);
  addSecretCommands(program, context, jsonOption);
  return program;
}

function addHistoryCommands(history: Command, context: () => Context, jsonOption: () => Option): void {
  history
    .command("export")
    .description("print the calls that the options of `calls` choose, as a file")
    .addOption(
      new Option("--format <format>", "its form").choices(exportFormatSchema.options).default("jsonl"),
    )
    .action((_options: object, command: Command) =>
      exportCalls(context(), command.optsWithGlobals<ExportOptions>()),
    );
  history
    .command("import")
    .description("take the calls of a JSONL export into the history")
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
}

/** Collects the ids of a list of arguments. Throws InvalidArgumentError. */
function callId(text: string, before: number[] | undefined): number[] {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be the number of a call.");
  return [...(before ?? []), Number(text)];
}

function pace(text: string): number {
  const factor = Number(text);
  if (!(factor >= 0 && factor <= 100)) throw new InvalidArgumentError("It must be a number from 0 to 100.");
  return factor;
}

function addSecretCommands(program: Command, context: () => Context, jsonOption: () => Option): void {
  const secret = program.command("secret").description("keep secrets in the keychain, for ${secret:NAME}");
  secret
    .command("set")
    .description("set a secret to what comes on stdin, or is typed unseen; its servers are started anew")
    .argument("<name>")
    .addOption(jsonOption())
    .action((name: string, options: Json) => setSecret(context(), name, options));
  secret
    .command("remove")
    .description("remove a secret")
    .argument("<name>")
    .addOption(jsonOption())
    .action((name: string, options: Json) => removeSecret(context(), name, options));
  secret
    .command("list")
    .description("show the secrets' names and which servers use them, never their values")
    .addOption(jsonOption())
    .action((options: Json) => listSecrets(context(), options));
  secret
    .command("unlock")
    .description("give the running hub the passphrase of the file of secrets, from stdin or typed unseen")
    .addOption(jsonOption())
    .action((options: Json) => unlockSecrets(context(), options));
}

function addRuleCommands(program: Command, context: () => Context, jsonOption: () => Option): void {
  const rule = program.command("rule").description("list, add and remove the rules about calls");
  rule
    .command("list")
    .description("show the rules in their order; the first that matches decides")
    .addOption(jsonOption())
    .action((options: Json) => listRules(context(), options));
  rule
    .command("add")
    .description("add a rule after all others")
    .argument("<rule>", "as JSON, in the form of gatehouse.json")
    .option("--at <number>", "at this place instead, from 1", count)
    .addOption(jsonOption())
    .action((text: string, options: Json & { at?: number }) => addRule(context(), text, options));
  rule
    .command("remove")
    .description("remove a rule")
    .argument("<id>", "as `gatehouse rule list` shows it")
    .addOption(jsonOption())
    .action((id: string, options: Json) => removeRule(context(), id, options));
}

function addClientCommands(program: Command, context: () => Context, jsonOption: () => Option): void {
  const client = program.command("client").description("add, list and revoke client identities");
  client
    .command("add")
    .description("make a client's identity and print its token, this once")
    .argument("<name>")
    .option("--profile <name>", "the profile it sees")
    .option(
      "--connect",
      "put the token where `gatehouse connect --client NAME` finds it, instead of printing it",
    )
    .addOption(jsonOption())
    .action((name: string, options: AddClientOptions) => addClient(context(), name, options));
  client
    .command("list")
    .description("list all clients, also the revoked")
    .addOption(jsonOption())
    .action((options: Json) => listClients(context(), options));
  client
    .command("show")
    .description("show a client and its live sessions")
    .argument("<name>")
    .addOption(jsonOption())
    .action((name: string, options: Json) => showClient(context(), name, options));
  client
    .command("edit")
    .description("change a client's name, profile or labels; takes effect at once")
    .argument("<name>")
    .option("--rename <name>", "another name; rules that name it follow")
    .option("--profile <name>", "the profile it sees")
    .option("--no-profile", "let it see everything")
    .option("--environment <label>", "its environment, to filter by")
    .option("--no-environment")
    .option("--team <label>", "its team, to filter by")
    .option("--no-team")
    .addOption(jsonOption())
    .action((name: string, options: EditClientOptions) => editClient(context(), name, options));
  client
    .command("revoke")
    .description("end a client's token and sessions")
    .argument("<name>")
    .addOption(jsonOption())
    .action((name: string, options: Json) => revokeClient(context(), name, options));
}

function addServerCommands(program: Command, context: () => Context, jsonOption: () => Option): void {
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

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return value;
}

/** A time like 500ms in microseconds. */
function span(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text);
  if (found === null) throw new InvalidArgumentError("a time like 500ms, 2s or 1m is needed.");
  const [, number, unit] = found;
  return Number(number) * ({ us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 }[unit ?? ""] ?? 1);
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("a number from 1 up is needed.");
  return value;
}
