import type { CallDetail, CallSummary, Payload } from "../../shared/model/call.ts";

/** A good tool call as lists show it, changed as told. */
export const callSummary = (more: Partial<CallSummary> = {}): CallSummary => ({
  id: 1,
  startedAt: "2026-11-22T12:00:00.000Z",
  client: "claude",
  session: null,
  server: "files",
  tool: "read",
  method: "tools/call",
  status: "ok",
  durationUs: 1,
  times: { queue: 0, consent: 0, upstream: 1, hub: 0 },
  requestBytes: 1,
  resultBytes: 1,
  profile: null,
  project: null,
  rule: null,
  ...more,
});

/** A payload, whole unless said otherwise: text as it is, anything else as JSON. */
export const payload = (value: unknown, truncated = false): Payload => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { text, bytes: text.length, truncated };
};

/** The same call with payloads: an empty result. */
export const callDetail = (more: Partial<CallDetail> = {}): CallDetail => ({
  ...callSummary(),
  request: payload({ name: "read" }),
  result: payload({ content: [] }),
  error: null,
  ...more,
});
