import { z } from "zod";
import { accountSchema } from "./account.ts";
import { labelsSchema } from "./client.ts";
import { serverUsageSchema } from "./health.ts";
import { LOG_LEVELS } from "./log-level.ts";
import { type Problem, problemSchema } from "./problem.ts";

export { type Problem, problemSchema };

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

/** A server's name and how its lifecycle stands, without what it costs. */
export const serverFactsSchema = z.object({
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
  /** From the launch to the end of the handshake, of its last start, in milliseconds; null before its first. */
  startupMs: z.number().nullable().default(null),
  /** Lines on stdout that were no JSON-RPC message. */
  noiseLines: z.int(),
  /** Answers that came after their call was cancelled or had timed out; they were dropped. */
  lateAnswers: z.int().default(0),
  /** Answers to what had been answered already or was never asked; they were dropped, and are the server's fault. */
  strayAnswers: z.int().default(0),
  /** Where the person counts it in. */
  labels: labelsSchema.default({}),
});
export type ServerFacts = z.infer<typeof serverFactsSchema>;

export const serverSummarySchema = serverFactsSchema.extend(serverUsageSchema.shape);
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
  /** Where its entry in gatehouse.json holds what looks like a credential: "env GITHUB_TOKEN". Never the value. */
  plainSecrets: z
    .array(
      z.object({
        place: z.string(),
        /** Whether it can be kept as a secret: not in an argument, which cannot refer to one. */
        movable: z.boolean(),
      }),
    )
    .default([]),
  /** Who is signed in to it. */
  accounts: z.array(accountSchema).default([]),
});
export type ServerDetail = z.infer<typeof serverDetailSchema>;

/** See LOG_LEVELS. */
export const logLevelSchema = z.enum(LOG_LEVELS);

/** One line of a server's log. `text` holds no line break. */
export const logLineSchema = z.object({
  /** Milliseconds since the epoch; never less than that of the line before. */
  at: z.number(),
  /** `log` is a logging notification (notifications/message), `hub` what Gatehouse says about the server. */
  stream: z.enum(["stderr", "stdout", "log", "hub"]),
  text: z.string(),
  /** Of a logging notification, where it has one that MCP knows. */
  level: logLevelSchema.optional(),
  /** Of a logging notification, as the server calls it. */
  logger: z.string().optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;
export type LogLevel = z.infer<typeof logLevelSchema>;

/** Which lines of a log are wanted; all that is given must hold. */
export const logFilterSchema = z.object({
  /** Anywhere in the text or the logger's name, whatever its case. */
  search: z.string().min(1).max(200).optional(),
  /** Logging notifications at least so severe; lines without a level are left out. */
  level: logLevelSchema.optional(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

const SEVERITIES = new Map(logLevelSchema.options.map((level, index) => [level, index]));

/** Tells the lines that a filter lets through. */
export function logMatcher({ search, level }: LogFilter): (line: LogLine) => boolean {
  const needle = search?.toLowerCase();
  const least = level === undefined ? undefined : SEVERITIES.get(level);
  return (line) => {
    if (least !== undefined && (line.level === undefined || (SEVERITIES.get(line.level) ?? 0) < least))
      return false;
    return (
      needle === undefined ||
      line.text.toLowerCase().includes(needle) ||
      line.logger?.toLowerCase().includes(needle) === true
    );
  };
}
