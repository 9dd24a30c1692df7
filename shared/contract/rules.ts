import { z } from "zod";
import { ruleSchema } from "../model/config.ts";
import { grantSchema, heldSchema, ruleTestSchema, ruleViewSchema } from "../model/consent.ts";
import { configure, done, method, nothing, read } from "./method.ts";

/** The rules, and what they would decide. */
export const ruleMethods = {
  "rules.list": method(
    read,
    nothing,
    z.object({
      rules: z.array(ruleViewSchema),
      fallback: z.enum(["ask", "allow", "deny"]),
      /** What no rule can overrule, in words. */
      builtIn: z.array(z.string()),
      presets: z.array(
        z.object({ key: z.string(), label: z.string(), words: z.string(), rules: z.array(ruleSchema) }),
      ),
    }),
  ),
  "rules.add": method(
    configure,
    z.object({ rule: ruleSchema, at: z.int().min(0).optional() }),
    ruleViewSchema,
  ),
  "rules.replace": method(configure, z.object({ id: z.string(), rule: ruleSchema }), ruleViewSchema),
  "rules.remove": method(configure, z.object({ id: z.string() }), done),
  "rules.move": method(configure, z.object({ id: z.string(), to: z.int().min(0) }), done),
  /** What a rule says, in words; a rule that cannot be used is an error that names the member. */
  "rules.words": method(read, z.object({ rule: ruleSchema }), z.object({ words: z.string() })),
  /** What would happen to a call; `rules` is a draft to test instead of those in force. */
  "rules.test": method(
    read,
    z.object({
      client: z.string(),
      server: z.string(),
      tool: z.string(),
      method: z.string().default("tools/call"),
      /** Raw JSON of the arguments. */
      arguments: z.string().max(1_000_000).default("{}"),
      project: z.string().nullable().default(null),
      rules: z.array(ruleSchema).max(10_000).optional(),
    }),
    ruleTestSchema,
  ),
  /** The same over the recorded tool calls since a time (milliseconds since the epoch), the newest 10,000 at most. */
  "rules.replay": method(
    read,
    z.object({ since: z.number(), rules: z.array(ruleSchema).max(10_000).optional() }),
    z.object({
      calls: z.int(),
      allowed: z.int(),
      asked: z.int(),
      denied: z.int(),
      /** Calls whose decision would be another than with the rules in force, newest first, 100 at most. */
      changed: z.array(
        z.object({
          id: z.int(),
          server: z.string().nullable(),
          tool: z.string().nullable(),
          inForce: z.enum(["allow", "ask", "deny"]),
          proposed: z.enum(["allow", "ask", "deny"]),
        }),
      ),
    }),
  ),
} as const;

/** Answers that are remembered and no rules. */
export const grantMethods = {
  "grants.list": method(read, nothing, z.object({ grants: z.array(grantSchema) })),
  "grants.revoke": method(read, z.object({ id: z.string() }), done),
} as const;

/** What servers offer otherwise than was accepted. */
export const pinMethods = {
  /** What is held back of all servers, or of one. */
  "pins.list": method(
    read,
    z.object({ server: z.string().optional() }),
    z.object({ held: z.array(heldSchema) }),
  ),
  "pins.accept": method(configure, z.object({ ids: z.array(z.string()).min(1).max(1_000) }), done),
} as const;
