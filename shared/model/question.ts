import { z } from "zod";
import { serverConfigSchema } from "./config.ts";
import { launchSchema } from "./server.ts";

/** A change that a viewer may ask for and only an owner (or, headless, an operator) may make. */
export const changeSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("server.add"), name: z.string(), config: serverConfigSchema }),
  z.object({ type: z.literal("server.remove"), name: z.string() }),
  z.object({ type: z.literal("server.enable"), name: z.string() }),
  z.object({ type: z.literal("server.disable"), name: z.string() }),
  z.object({ type: z.literal("server.restart"), name: z.string() }),
  z.object({ type: z.literal("client.revoke"), name: z.string() }),
  z.object({
    type: z.literal("settings.set"),
    port: z.int().min(0).max(65_535).optional(),
    consentDefault: z.enum(["ask", "allow", "deny"]).optional(),
  }),
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
});
export type Question = z.infer<typeof questionSchema>;

export const answerSchema = z.enum(["allow-once", "allow-session", "allow-always", "approve", "deny"]);
export type Answer = z.infer<typeof answerSchema>;
