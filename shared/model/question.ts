import { z } from "zod";
import { labelsSchema } from "./client.ts";
import { profileSchema, ruleSchema, serverConfigSchema } from "./config.ts";
import { callQuestionSchema, heldSchema, pairingSchema } from "./consent.ts";
import { passphraseSchema, secretValueSchema } from "./secret.ts";
import { launchSchema } from "./server.ts";

/** A change that a viewer may ask for and only an owner (or, headless, an operator) may make. */
export const changeSchema = z.discriminatedUnion("type", [
  /** With `keychain` what looks like a credential is set as secrets, and never shown or written with the rest. */
  z.object({
    type: z.literal("server.add"),
    name: z.string(),
    config: serverConfigSchema,
    keychain: z.boolean().optional(),
  }),
  z.object({ type: z.literal("server.moveSecrets"), name: z.string() }),
  z.object({ type: z.literal("server.remove"), name: z.string() }),
  z.object({ type: z.literal("server.enable"), name: z.string() }),
  z.object({ type: z.literal("server.disable"), name: z.string() }),
  z.object({ type: z.literal("server.restart"), name: z.string() }),
  /** For `gatehouse connect`: the token goes into the home folder, to nobody who asks or answers. */
  z.object({
    type: z.literal("client.add"),
    name: z.string(),
    profile: z.string().nullable().default(null),
  }),
  z.object({ type: z.literal("client.revoke"), name: z.string() }),
  z.object({
    type: z.literal("settings.set"),
    port: z.int().min(0).max(65_535).optional(),
    consentDefault: z.enum(["ask", "allow", "deny"]).optional(),
    secretStore: z.enum(["keychain", "file"]).optional(),
  }),
  z.object({
    type: z.literal("client.update"),
    name: z.string(),
    newName: z.string().optional(),
    profile: z.string().nullable().optional(),
    labels: labelsSchema.optional(),
  }),
  z.object({ type: z.literal("profile.set"), name: z.string(), profile: profileSchema }),
  z.object({ type: z.literal("profile.remove"), name: z.string() }),
  /** `at` is the place in the order, 0 the first; the end without. */
  z.object({ type: z.literal("rule.add"), rule: ruleSchema, at: z.int().min(0).optional() }),
  z.object({ type: z.literal("rule.replace"), id: z.string(), rule: ruleSchema }),
  z.object({ type: z.literal("rule.remove"), id: z.string() }),
  z.object({ type: z.literal("rule.move"), id: z.string(), to: z.int().min(0) }),
  /** The value stays with the hub: a question about it shows "(hidden)" in its place. */
  z.object({ type: z.literal("secret.set"), name: z.string(), value: secretValueSchema }),
  z.object({ type: z.literal("secret.remove"), name: z.string() }),
  /** Opens the file store, or chooses its passphrase; hidden in the same way. */
  z.object({ type: z.literal("secret.unlock"), passphrase: passphraseSchema }),
  /** Accepts what is held back, by their ids. */
  z.object({ type: z.literal("pins.accept"), ids: z.array(z.string()).min(1).max(1_000) }),
]);
export type Change = z.infer<typeof changeSchema>;

const questionKindSchema = z.enum(["call", "pair", "server", "tool", "config"]);

export const questionSchema = z.object({
  id: z.string(),
  kind: questionKindSchema,
  client: z.string().nullable(),
  server: z.string().nullable(),
  tool: z.string().nullable(),
  arguments: z.unknown(),
  askedAt: z.string(),
  deadline: z.string().nullable(),
  /** For kinds "server" and "config": what is asked for, in words, and for a server exactly what would run. */
  title: z.string(),
  change: changeSchema.nullable(),
  launch: launchSchema.nullable(),
  warnings: z.array(z.string()),
  /** Set for kind "call". */
  call: callQuestionSchema.nullable().default(null),
  /** Set for kind "pair". */
  pairing: pairingSchema.nullable().default(null),
  /** Set for kind "tool": what is held back of one server. */
  held: z.array(heldSchema).nullable().default(null),
});
export type Question = z.infer<typeof questionSchema>;

export const answerSchema = z.enum([
  "allow-once",
  "allow-session",
  "allow-hour",
  "allow-always",
  "approve",
  "deny",
]);
export type Answer = z.infer<typeof answerSchema>;
