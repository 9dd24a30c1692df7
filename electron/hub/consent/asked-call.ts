import { createHash } from "node:crypto";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { encodeJson, membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { type Edit, joinParts, splice } from "../../core/jsonrpc/splice.ts";
import { readTarget, type Target } from "../../core/mcp/session-era/targets.ts";
import type { Call } from "../pipeline/call.ts";

/** Bytes of arguments that a question shows at most; its real size stands beside. */
const SHOWN_BYTES = 1024 * 1024;

/** The methods whose params have a member `arguments`, which a person may edit. */
const WITH_ARGUMENTS: ReadonlySet<string> = new Set(["tools/call", "prompts/get"]);

type Message = Pick<Call, "bytes" | "envelope" | "method">;

/** Whether the arguments of such a request may be edited before it is sent. */
export const isEditable = (method: string): boolean => WITH_ARGUMENTS.has(method);

/** What a person has to see of a call: the arguments of a tool or prompt, else the whole params. Raw JSON. */
export function shownArguments({ bytes, envelope, method }: Message): Uint8Array {
  const span = WITH_ARGUMENTS.has(method) ? argumentsSpan(envelope) : envelope.params;
  return span === undefined ? EMPTY : bytes.subarray(span.start, span.end);
}

/** Raw JSON as text, cut at the most that is shown, on the border of a character. */
export function shownText(raw: Uint8Array): string {
  if (raw.length <= SHOWN_BYTES) return textOf(raw, { start: 0, end: raw.length });
  let end = SHOWN_BYTES;
  // A byte that continues a character does not begin one.
  while (((raw[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return textOf(raw, { start: 0, end });
}

/** The value for those who read JSON; null for what is too large to be worth it. */
export function parsedArguments(raw: Uint8Array): unknown {
  return raw.length > SHOWN_BYTES ? null : (JSON.parse(shownText(raw)) as unknown);
}

/** The arguments of a recorded request's params, as text; null when there are none. */
export function recordedArguments(method: string, params: string): string | null {
  if (!WITH_ARGUMENTS.has(method)) return params;
  try {
    const bytes = new TextEncoder().encode(params);
    const span = membersOf(bytes, { start: 0, end: bytes.length }).find(({ key }) => key === "arguments");
    return span === undefined ? null : textOf(bytes, span.value);
  } catch (error) {
    if (error instanceof ScanError) return null;
    throw error;
  }
}

/** SHA-256 of the exact bytes of the params, hex: what is approved is what is sent. */
export function exactHash({ bytes, envelope }: Pick<Call, "bytes" | "envelope">): string {
  const { params } = envelope;
  return createHash("sha256")
    .update(params === undefined ? EMPTY : bytes.subarray(params.start, params.end))
    .digest("hex");
}

/** Whether a call is, at its write, what a person has approved, if one has: its params, and no edit of the arguments. */
export function isAsApproved(call: Call, edits: readonly Edit[]): boolean {
  if (call.approved === undefined) return true;
  if (exactHash(call) !== call.approved) return false;
  const span = argumentsSpan(call.envelope);
  return span === undefined || edits.every(({ start, end }) => end <= span.start || start >= span.end);
}

/** A message with other arguments, scanned anew; everything else in it is as it came. */
export interface Edited {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  readonly target: Target;
}

/** Puts other arguments into a request; a sentence when the text is no JSON object. */
export function withArguments({ bytes, envelope }: Message, text: string): Edited | string {
  const raw = Buffer.from(text.trim());
  try {
    membersOf(raw, { start: 0, end: raw.length });
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return `the arguments are no JSON object: ${error.message}`;
  }
  const edited = Buffer.from(joinParts(splice(bytes, [editOf(bytes, envelope, raw)])));
  let scanned: Envelope;
  try {
    scanned = scanMessage(edited, { duplicates: "deep" });
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return `the arguments cannot be sent: ${error.message}`;
  }
  const target = readTarget(edited, scanned);
  return typeof target === "string" ? target : { bytes: edited, envelope: scanned, target };
}

function editOf(bytes: Buffer, envelope: Envelope, raw: Uint8Array) {
  const span = argumentsSpan(envelope);
  if (span !== undefined) return { ...span, bytes: raw };
  // There were none: they become the first member of the params, which have at least a name.
  const at = bytes.indexOf(0x7b, envelope.params?.start ?? 0) + 1;
  return { start: at, end: at, bytes: joinParts([encodeJson("arguments"), COLON, raw, COMMA]) };
}

const EMPTY = new TextEncoder().encode("{}");
const COLON = new TextEncoder().encode(":");
const COMMA = new TextEncoder().encode(",");

function argumentsSpan(envelope: Envelope): Span | undefined {
  return envelope.paramsMembers.find(({ key }) => key === "arguments")?.value;
}
