import { z } from "zod";
import { callEventSchema, callStatusSchema } from "../../../shared/model/call.ts";
import { membersOf } from "../../core/jsonrpc/json.ts";
import { rawOf, whole } from "../../core/mcp/stateless-era/edits.ts";
import type { CallEvents, CallRow } from "../ports/storage.ts";

const encoder = new TextEncoder();
const texts = ["client", "session", "server", "tool", "profile", "project", "rule"] as const;
/** Longer than anything that is recorded, in characters. */
const LONGEST_NAME = 10_000;
/** Messages within a call that are recorded at most, and the length of their texts. */
const MOST_EVENTS = 200;
const shortText = z.string().max(100);
const natural = z.int().min(0);
const eventsSchema = z.array(
  callEventSchema.extend({ at: natural, bytes: natural, method: shortText, note: shortText.nullable() }),
);
/** The members of what stands for a payload that was not exported whole (`callJson`). */
const CUT = "text,bytes,truncated";
/** What an imported call's session begins with, so that nobody takes it for one that this hub has seen. */
const IMPORTED = "imported/";

/**
 * A line of a JSONL export as a row of the log; payloads keep their bytes. Throws an Error whose sentence says what is
 * wrong with the line.
 */
export function importedRow(line: string): CallRow {
  // An editor may have put a byte order mark before the first.
  const bytes = encoder.encode(line.replace(/^\ufeff/, ""));
  const members = new Map(membersOf(bytes, whole(bytes)).map(({ key, value }) => [key, value]));
  const value = (key: string): unknown => {
    const span = members.get(key);
    return span === undefined ? undefined : JSON.parse(new TextDecoder().decode(rawOf(bytes, span)));
  };
  const payload = (key: string): Uint8Array | null => {
    const span = members.get(key);
    if (span === undefined) return null;
    const raw = rawOf(bytes, span);
    // A payload that was too long to be exported whole says so itself; what is left of it is not what was sent.
    if (
      raw[0] !== 0x7b ||
      membersOf(raw, whole(raw))
        .map(({ key }) => key)
        .join() === CUT
    )
      return null;
    return raw.slice();
  };
  const began = value("startedAt");
  // Of a number nobody knows what it counts, and from when.
  const startedAt = typeof began === "string" ? Date.parse(began) : Number.NaN;
  if (Number.isNaN(startedAt)) throw new Error("startedAt is no time");
  const status = callStatusSchema.safeParse(value("status"));
  if (!status.success) throw new Error(`status must be one of ${callStatusSchema.options.join(", ")}`);
  const method = value("method");
  if (typeof method !== "string" || method === "" || method.length > LONGEST_NAME)
    throw new Error("method is missing, or too long");
  const times = value("times");
  const time = (key: string): number =>
    microseconds(
      typeof times === "object" && times !== null ? Reflect.get(times, key) : undefined,
      `times.${key}`,
    );
  const named = Object.fromEntries(texts.map((key) => [key, textOrNull(value(key), key)])) as Record<
    (typeof texts)[number],
    string | null
  >;
  const [durationUs, consentUs] = [microseconds(value("durationUs"), "durationUs"), time("consent")];
  if (consentUs > durationUs) throw new Error("times.consent is longer than durationUs");
  const [request, result, error] = [payload("request"), payload("result"), payload("error")];
  const events = eventsOf(value("events"), value("moreEvents"));
  const size = (key: string): number | null => {
    const bytes = value(key);
    return typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
  };
  const answer = result === null && error === null ? size("resultBytes") : null;
  const answered = status.data === "ok" || status.data === "tool_error";
  return {
    ...named,
    session: `${IMPORTED}${ownSession(named.session)}`,
    startedAt,
    clientId: null,
    method,
    status: status.data,
    durationUs,
    queueUs: time("queue"),
    consentUs,
    upstreamUs: time("upstream"),
    hubUs: time("hub"),
    ...{ request, result, error, events },
    sizes: {
      request: request === null ? size("requestBytes") : null,
      result: answered ? answer : null,
      error: answered ? null : answer,
    },
  };
}

/** What went on within a call; undefined where its line tells of nothing. Throws an Error for what cannot be. */
function eventsOf(told: unknown, more: unknown): CallEvents | undefined {
  if (told === undefined || told === null) return undefined;
  const events = eventsSchema.safeParse(told);
  const counted = natural.safeParse(more ?? 0);
  if (!events.success || !counted.success) throw new Error("events are not what goes on within a call");
  const kept = events.data.slice(0, MOST_EVENTS);
  return { events: kept, more: counted.data + events.data.length - kept.length };
}

/** A session's label without the mark of what is imported. */
export const ownSession = (session: string | null): string =>
  session?.startsWith(IMPORTED) ? session.slice(IMPORTED.length) : (session ?? "");

function textOrNull(value: unknown, key: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new Error(`${key} must be text or null`);
  if (value.length > LONGEST_NAME) throw new Error(`${key} is longer than ${LONGEST_NAME} characters`);
  return value;
}

function microseconds(value: unknown, key: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${key} must be a whole number of microseconds`);
  return value;
}
