/**
 * A process of its own for the keychain's library: it blocks a thread while a dialog is open, and some of it ends the
 * process where the keyring is locked. The hub must live on. Everything comes over the channel of its parent, and it
 * ends with that channel.
 */
import { sentenceOf } from "../../../shared/errors.ts";
import { type KeychainReply, type KeychainRequest, requestSchema } from "./protocol.ts";

type Keytar = typeof import("@github/keytar");

let loading: Promise<Keytar> | undefined;

async function carryOut(request: KeychainRequest): Promise<KeychainReply> {
  const { id, op, service, account } = request;
  let keytar: Keytar;
  try {
    loading ??= import("@github/keytar").then((loaded) => (loaded as { default?: Keytar }).default ?? loaded);
    keytar = await loading;
  } catch (error) {
    return { id, reason: "library", message: sentenceOf(error) };
  }
  try {
    switch (op) {
      case "get":
        return { id, value: await keytar.getPassword(service, account) };
      case "set":
        await keytar.setPassword(service, account, request.value);
        return { id, value: null };
      case "remove":
        return { id, value: (await keytar.deletePassword(service, account)) ? "removed" : null };
    }
  } catch (error) {
    return { id, reason: "service", message: sentenceOf(error) };
  }
}

process.on("message", (message) => {
  const request = requestSchema.safeParse(message);
  if (request.success) void carryOut(request.data).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
