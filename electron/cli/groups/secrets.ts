import { listSecrets, removeSecret, setSecret, unlockSecrets } from "../commands/secrets.ts";
import type { Group, Json } from "./group.ts";

/** Adds `gatehouse secret`. */
export function addSecretCommands({ program, context, jsonOption }: Group): void {
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
