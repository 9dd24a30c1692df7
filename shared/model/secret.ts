import { z } from "zod";
import { problemSchema } from "./server.ts";

/** A stored secret, or a name that a server needs and nobody has set; never the value. */
export const secretSchema = z.object({
  name: z.string(),
  /** When its value was last set (ISO 8601); null: it is needed, and not set. */
  setAt: z.string().nullable(),
  /** The servers whose configuration names it. */
  servers: z.array(z.string()),
});
export type Secret = z.infer<typeof secretSchema>;

/** Where secrets lie, and whether they can be used now. */
export const secretStoreSchema = z.object({
  store: z.enum(["keychain", "file"]),
  /** "new": the file store has no passphrase yet. "locked": its passphrase was not given since the hub started. */
  state: z.enum(["ready", "new", "locked", "unavailable"]),
  problem: problemSchema.nullable(),
});
export type SecretStoreState = z.infer<typeof secretStoreSchema>;

/** Most characters of a secret's value. */
const LONGEST_SECRET = 1_000_000;
export const secretValueSchema = z
  .string()
  .min(1, "a secret must not be empty")
  .max(LONGEST_SECRET)
  .regex(/^[^\0]*$/, "a secret must not hold a NUL character");
/** The passphrase of the file store. */
export const passphraseSchema = z.string().min(1).max(10_000);
