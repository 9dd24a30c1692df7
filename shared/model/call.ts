import { z } from "zod";

/** How a call ended. `tool_error` is a result with `isError`; `error` is a JSON-RPC error or a failed server. */
export const callStatusSchema = z.enum(["ok", "tool_error", "error", "denied", "cancelled", "timeout"]);
export type CallStatus = z.infer<typeof callStatusSchema>;

/** Where a call's time went, in microseconds; the parts add up to the call's duration. */
export const callTimesSchema = z.object({
  queue: z.int(),
  consent: z.int(),
  upstream: z.int(),
  hub: z.int(),
});
export type CallTimes = z.infer<typeof callTimesSchema>;

export const callSummarySchema = z.object({
  id: z.int(),
  /** ISO 8601, UTC, with milliseconds. */
  startedAt: z.string(),
  client: z.string().nullable(),
  /** A label of the session, not its id: the id is a capability. */
  session: z.string().nullable(),
  server: z.string().nullable(),
  tool: z.string().nullable(),
  method: z.string(),
  status: callStatusSchema,
  durationUs: z.int(),
  times: callTimesSchema,
  /** Sizes of params and of result or error, in bytes of JSON. */
  requestBytes: z.int(),
  resultBytes: z.int(),
  profile: z.string().nullable(),
  project: z.string().nullable(),
  rule: z.string().nullable(),
});
export type CallSummary = z.infer<typeof callSummarySchema>;

/** Raw JSON text, cut at a byte limit; kept as text so that no digit or key order is lost on the way. */
export const payloadSchema = z.object({ text: z.string(), bytes: z.int(), truncated: z.boolean() });
export type Payload = z.infer<typeof payloadSchema>;

export const callDetailSchema = callSummarySchema.extend({
  /** The request's params, the result object, and the JSON-RPC error object, as they went over the wire. */
  request: payloadSchema.nullable(),
  result: payloadSchema.nullable(),
  error: payloadSchema.nullable(),
});
export type CallDetail = z.infer<typeof callDetailSchema>;

export const callFilterSchema = z.object({
  server: z.string().optional(),
  tool: z.string().optional(),
  client: z.string().optional(),
  status: callStatusSchema.optional(),
  /** The client's project folder; `*` stands for any run of characters. */
  project: z.string().optional(),
  /** Only calls of servers or clients that carry this label. */
  environment: z.string().optional(),
  team: z.string().optional(),
  /** Only calls that started at or after this time, in milliseconds since the epoch. */
  since: z.number().optional(),
  /** Only calls that started before this time. */
  until: z.number().optional(),
  /** Case-insensitive substring of the request, the result or the error. */
  search: z.string().optional(),
});
export type CallFilter = z.infer<typeof callFilterSchema>;
