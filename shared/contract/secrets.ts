import { z } from "zod";
import { passphraseSchema, secretSchema, secretStoreSchema, secretValueSchema } from "../model/secret.ts";
import { configure, done, method, named, nothing, operate, read } from "./method.ts";

/** Secrets, by name; their values only ever go in. */
export const secretMethods = {
  /** Names, never values; also those that a server needs and nobody has set. Does not open the store. */
  "secrets.list": method(
    read,
    nothing,
    z.object({ store: z.enum(["keychain", "file"]), secrets: z.array(secretSchema) }),
  ),
  /** Opens the store to find out whether it can be used. */
  "secrets.status": method(read, nothing, secretStoreSchema),
  /** The servers that run with it are started anew, one after the other. */
  "secrets.set": method(
    configure,
    named.extend({ value: secretValueSchema }),
    z.object({
      restarted: z.array(z.string()),
      /** Whether it is taken out of logs and results: not when it is too short to be told from other text. */
      redacted: z.boolean(),
    }),
  ),
  /** `servers` are those that still name it. */
  "secrets.remove": method(configure, named, z.object({ servers: z.array(z.string()) })),
  /** Opens the file store until the hub ends. Where no passphrase was chosen yet this one is, which takes `configure`. */
  "secrets.unlock": method(operate, z.object({ passphrase: passphraseSchema }), done),
} as const;
