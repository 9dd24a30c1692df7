import {
  type AddClientOptions,
  addClient,
  type EditClientOptions,
  editClient,
  listClients,
  revokeClient,
  showClient,
} from "../commands/clients.ts";
import type { Group, Json } from "./group.ts";

/** Adds `gatehouse client`. */
export function addClientCommands({ program, context, jsonOption }: Group): void {
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
