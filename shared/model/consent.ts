import { z } from "zod";
import { processSchema } from "./client.ts";
import { ruleSchema } from "./config.ts";

/** How many things of each kind somebody would see. */
export const seenSchema = z.object({
  servers: z.array(z.string()),
  tools: z.int(),
  resources: z.int(),
  prompts: z.int(),
});
export type Seen = z.infer<typeof seenSchema>;

/** A client that wants to connect (question kind "pair"). */
export const pairingSchema = z.object({
  /** What the operating system says of the connecting socket; null where it does not tell. */
  process: processSchema.nullable(),
  /**
   * Which of its requests the process was seen at: its registration, one to the token endpoint, or (the weakest, as it
   * names nobody) the last one to /mcp that was refused. The login itself comes from a browser. Null without a process.
   */
  processFrom: z.enum(["registration", "token", "refused"]).nullable(),
  /** What the client calls itself: a claim, shown in quotes. */
  claimedName: z.string(),
  /** The address of its metadata document, whose host vouches for it; null when it registered itself. */
  clientUrl: z.string().nullable(),
  redirectUri: z.string(),
  /** The host (and port) of the redirect, or the scheme of a private one. */
  redirectHost: z.string(),
  /** A free name, made from the claimed one. */
  suggestedName: z.string(),
  /** What it will see, by profile; null is everything. The first is preselected. */
  choices: z.array(z.object({ profile: z.string().nullable(), seen: seenSchema })),
});
export type Pairing = z.infer<typeof pairingSchema>;

/** A rule that an answer may save, in words. */
export const offerSchema = z.object({
  /** Names the offer in the answer. */
  key: z.string(),
  /** What the rule says, whole: shown before it is saved. */
  words: z.string(),
  /** A short text for a button or an option: "only under ~/proj". */
  label: z.string(),
  rule: ruleSchema,
});
export type Offer = z.infer<typeof offerSchema>;

/** A call that waits for a person (question kind "call"). Everything of the server and the client is foreign text. */
export const callQuestionSchema = z.object({
  method: z.string(),
  project: z.string().nullable(),
  session: z.string().nullable(),
  /** The server's own claims about the tool. */
  title: z.string().nullable(),
  description: z.string().nullable(),
  annotations: z.record(z.string(), z.unknown()).nullable(),
  /** Raw JSON of the arguments (of the params for other methods), cut at 1 MB; `argumentsBytes` is their real size. */
  argumentsText: z.string(),
  argumentsBytes: z.int(),
  /** SHA-256 of the exact params that will be sent, hex. */
  hash: z.string(),
  /** Why it is asked, in one sentence: the rule or default that said "ask", or what makes it unusual. */
  why: z.string(),
  /** Raw JSON of the arguments of the last allowed call of this tool; null when there was none. */
  previousText: z.string().nullable(),
  /** How many identical calls wait for this one answer. */
  waiting: z.int(),
  /** Ways to narrow a lasting grant, widest last; the first is preselected. */
  narrowings: z.array(offerSchema),
  /** After like approvals: the narrowest rule that covers them all. */
  offer: offerSchema.nullable(),
  /** Whether the arguments may be edited before they are sent. */
  editable: z.boolean(),
});
export type CallQuestion = z.infer<typeof callQuestionSchema>;

/** A standing permission that came from an answer. */
export const grantSchema = z.object({
  id: z.string(),
  client: z.string(),
  /** Label of the session it ends with; null for any. */
  session: z.string().nullable(),
  words: z.string(),
  /** "once" is a late allow: one identical call. */
  scope: z.enum(["once", "session", "hour"]),
  expiresAt: z.string().nullable(),
  grantedAt: z.string(),
  uses: z.int(),
  lastUsedAt: z.string().nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

/** Something of a server that has changed or is new, held back until the person has seen it. */
export const heldSchema = z.object({
  /** Names it in an answer. */
  id: z.string(),
  server: z.string(),
  kind: z.enum(["tool", "prompt", "resource", "template", "instructions", "package"]),
  name: z.string(),
  change: z.enum(["new", "changed"]),
  /** What was approved; null for what is new. Pretty-printed text, foreign. */
  before: z.string().nullable(),
  after: z.string(),
  /** What looks suspicious, each a sentence: orders to the model, hidden characters, look-alikes. */
  flags: z.array(z.string()),
  since: z.string(),
});
export type Held = z.infer<typeof heldSchema>;

/** One rule as the Rules screen shows it. */
export const ruleViewSchema = z.object({
  id: z.string(),
  index: z.int(),
  rule: ruleSchema,
  words: z.string(),
  uses: z.int(),
  lastUsedAt: z.string().nullable(),
});
export type RuleView = z.infer<typeof ruleViewSchema>;

/** What would happen to a call, and why, rule by rule. */
export const ruleTestSchema = z.object({
  decision: z.enum(["allow", "ask", "deny"]),
  /** The rule, grant, built-in or default that decided. */
  by: z.string(),
  why: z.string(),
  steps: z.array(z.object({ by: z.string(), words: z.string(), matched: z.boolean(), why: z.string() })),
});
export type RuleTest = z.infer<typeof ruleTestSchema>;
