import { z } from "zod";
import { labelsSchema } from "./client.ts";

export const serverStateSchema = z.enum([
  "disabled",
  "stopped",
  "starting",
  "ready",
  "degraded",
  "stopping",
  "failed",
  "needs-auth",
]);
export type ServerState = z.infer<typeof serverStateSchema>;

const transportSchema = z.enum(["stdio", "http", "sse"]);

/** Something about a server that a person should see: a code, a sentence, and what to do. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
});
export type Problem = z.infer<typeof problemSchema>;

export const serverSummarySchema = z.object({
  name: z.string(),
  state: serverStateSchema,
  transport: transportSchema,
  enabled: z.boolean(),
  /** Number of tools in the last known catalogue; null when it was never learnt. */
  tools: z.int().nullable(),
  restarts: z.int(),
  lastError: z.string().nullable(),
  pid: z.int().nullable(),
  /** The protocol revision in use, once known. */
  revision: z.string().nullable(),
  /** Calls since local midnight. */
  callsToday: z.int(),
  /** When a failed server is tried again (ISO 8601), or null. */
  retryAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  /** Lines on stdout that were no JSON-RPC message. */
  noiseLines: z.int(),
  /** Where the person counts it in. */
  labels: labelsSchema.default({}),
});
export type ServerSummary = z.infer<typeof serverSummarySchema>;

/** A tool as its server describes it. Everything but `exposedName` is the server's claim. */
export const toolSchema = z.object({
  name: z.string(),
  exposedName: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** Raw JSON text. */
  inputSchema: z.string().nullable(),
  outputSchema: z.string().nullable(),
  annotations: z.record(z.string(), z.unknown()).nullable(),
});
export type Tool = z.infer<typeof toolSchema>;

/** What would run or be connected to, whole and untruncated. Values of env and headers never leave the hub. */
export const launchSchema = z.object({
  transport: transportSchema,
  command: z.string().nullable(),
  args: z.array(z.string()),
  cwd: z.string().nullable(),
  url: z.string().nullable(),
  envNames: z.array(z.string()),
  headerNames: z.array(z.string()),
});
export type Launch = z.infer<typeof launchSchema>;

/** What happens to a tool call, and what says so: "rules[2]" or "consent.default". */
export const verdictSchema = z.object({ decision: z.enum(["allow", "ask", "deny"]), by: z.string() });
export type Verdict = z.infer<typeof verdictSchema>;

export const serverDetailSchema = serverSummarySchema.extend({
  prefix: z.string(),
  launch: launchSchema,
  toolList: z.array(toolSchema),
  /** What happens to calls of its tools where no rule for a certain client, profile or tool says otherwise. */
  consent: verdictSchema,
  problems: z.array(problemSchema),
});
export type ServerDetail = z.infer<typeof serverDetailSchema>;

export const logLineSchema = z.object({
  at: z.number(),
  stream: z.enum(["stderr", "stdout", "hub"]),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
