import { z } from "zod";
import { nameSchema } from "./config.ts";

/** The name of one of several accounts at a server; "default" where none is named. */
export const accountNameSchema = nameSchema.default("default");

/**
 * An account that somebody has signed in with at a remote server. "ended": the issuer takes the sign-in no more, the
 * person has to sign in again. "waiting": renewing it fails at the moment and is tried again. "wants-more": the server
 * wants scopes that were not granted.
 */
export const accountSchema = z.object({
  name: z.string(),
  issuer: z.string(),
  /** Who signed in, as the issuer says: untrusted text. */
  subject: z.string().nullable(),
  scopes: z.array(z.string()),
  /** When the token runs out (ISO 8601), which it is renewed before; null: the issuer did not say. */
  expiresAt: z.string().nullable(),
  lastRefresh: z.string().nullable(),
  state: z.enum(["signed-in", "waiting", "wants-more", "ended"]),
  /** Why, where it is not simply signed in. */
  problem: z.string().nullable(),
});
export type AccountView = z.infer<typeof accountSchema>;

/** A sign-in under way, or how it ended. */
export const signInSchema = z.object({
  id: z.string(),
  server: z.string(),
  account: z.string(),
  state: z.enum(["open", "done", "failed", "cancelled"]),
  /** Why it failed or was cancelled. */
  message: z.string().nullable(),
});
