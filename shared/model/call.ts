import { z } from "zod";

/** How a call ended. `tool_error` is a result with `isError`; `error` is a JSON-RPC error or a failed server. */
export const callStatusSchema = z.enum(["ok", "tool_error", "error", "denied", "cancelled", "timeout"]);
export type CallStatus = z.infer<typeof callStatusSchema>;

/** The name under which the person's own calls are recorded and asked about; no client may have it. */
export const OWN_CLIENT = "you";

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

/** Whether a recorded text has marks in place of parts that were not kept: secrets, and what `log.redact` names. */
export const hasPartsTakenOut = (text: string): boolean =>
  /\[redacted\]|\[secret:[A-Za-z0-9._\-:/]+\]/.test(text);

/** A message that went between client and server within a call, besides its request and its answer. */
export const callEventSchema = z.object({
  /** Microseconds since the call arrived. */
  at: z.int(),
  /** "gatehouse": it answered the server itself, as the client may not, or cannot, be asked. */
  from: z.enum(["server", "client", "gatehouse"]),
  kind: z.enum(["notification", "request", "response"]),
  method: z.string(),
  /** Of the whole message. */
  bytes: z.int(),
  /** How far a progress is, or the level of a log message; what else it said is not kept. */
  note: z.string().nullable(),
});
export type CallEvent = z.infer<typeof callEventSchema>;

export const callDetailSchema = callSummarySchema.extend({
  /** The request's params, the result object, and the JSON-RPC error object, as they went over the wire. */
  request: payloadSchema.nullable(),
  result: payloadSchema.nullable(),
  error: payloadSchema.nullable(),
  /** What went on within it, in order, the first 200; left out where nothing did. `moreEvents` came after them. */
  events: z.array(callEventSchema).optional(),
  moreEvents: z.int().optional(),
});
export type CallDetail = z.infer<typeof callDetailSchema>;

/** One value or several, of which one must fit; `*` stands for any run of characters. */
const textsSchema = z.union([z.string(), z.array(z.string()).min(1).max(100)]);
export type Texts = z.infer<typeof textsSchema>;
const statusesSchema = z.union([callStatusSchema, z.array(callStatusSchema).min(1).max(10)]);

/** What calls have that are wanted, or not wanted. */
const partiesSchema = z.object({
  server: textsSchema.optional(),
  tool: textsSchema.optional(),
  client: textsSchema.optional(),
  /** The client's project folder. */
  project: textsSchema.optional(),
  /** The session's label. */
  session: textsSchema.optional(),
  method: textsSchema.optional(),
  status: statusesSchema.optional(),
});

export const callFilterSchema = partiesSchema.extend({
  /** Only calls that fit none of these. */
  not: partiesSchema.optional(),
  /** Only calls of servers or clients that carry this label. */
  environment: z.string().optional(),
  team: z.string().optional(),
  /** Only calls that started at or after this time, or before that one, in milliseconds since the epoch. */
  since: z.number().optional(),
  until: z.number().optional(),
  /** Only calls that took at least, or at most, so many microseconds. */
  minDurationUs: z.number().min(0).optional(),
  maxDurationUs: z.number().min(0).optional(),
  /** Case-insensitive substring of the request, the result or the error. */
  search: z.string().max(10_000).optional(),
  /** Case-insensitive substring of the error, or of the result of a call whose tool failed. */
  error: z.string().max(10_000).optional(),
});
export type CallFilter = z.infer<typeof callFilterSchema>;

/** How many calls fit a filter, range by range of ids, newest first, so that a list knows what it has not read. */
export const callCountsSchema = z.object({
  /** Ids in a range: range `n` is the ids from `n * span` up to, without, `(n + 1) * span`. */
  span: z.int(),
  /** The ranges that hold calls that fit, and how many each holds. */
  ranges: z.array(z.int()),
  counts: z.array(z.int()),
  /** The newest call there was when it was counted, whether it fits or not; 0: none. */
  newest: z.int(),
});
export type CallCounts = z.infer<typeof callCountsSchema>;

/** How far a search for a text reached: while the index is made (anew), older calls may not be searched yet. */
export const searchedSchema = z.object({
  /** Calls searched, of so many there are; equal when it was all. By ids: removed calls between count. */
  through: z.int(),
  of: z.int(),
  /** There is no index and none can be made: older calls are never searched. */
  noIndex: z.literal(true).optional(),
});
export type Searched = z.infer<typeof searchedSchema>;

/** Whether older calls were not searched. */
export const isPartial = ({ through, of }: Pick<Searched, "through" | "of">): boolean => through < of;

/** How far a search reached that did not reach all, and why, in a sentence. */
export function reachSentence({ through, of, noIndex }: Searched): string {
  const reach = `Only the newest ${through.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} calls were searched: `;
  return noIndex === true
    ? `${reach}there is no index of the older ones, and none can be made; the hub's log says why.`
    : `${reach}the index of the older ones is being made.`;
}
