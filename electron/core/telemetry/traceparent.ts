/** Where a call stands in a trace, as W3C Trace Context writes it (traceparent, version 00). */
export interface TraceParent {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** Whether whoever began the trace keeps it. */
  readonly sampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a traceparent; undefined for one that the recommendation has ignored (section 3.2.2). */
export function readTraceParent(text: string): TraceParent | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest] = FORM.exec(text) ?? [];
  // Version ff is invalid, and only later versions may have more fields.
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const STATE_KEY = "[a-z0-9][a-z0-9_*/@-]{0,255}";
const STATE_MEMBER = new RegExp(`^${STATE_KEY}=[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{1,256}$`);
const MOST_STATE_MEMBERS = 32;

/**
 * Reads a tracestate: its members as they came, without empty ones; undefined for one that is discarded as a whole, for
 * what a member is made of or for their number (W3C Trace Context section 3.3.1).
 */
export function readTraceState(text: string): string | undefined {
  const members = text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  if (members.length === 0 || members.length > MOST_STATE_MEMBERS) return undefined;
  return members.every((member) => STATE_MEMBER.test(member)) ? members.join(",") : undefined;
}

/** Writes a traceparent. */
export const writeTraceParent = ({ traceId, spanId, sampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
