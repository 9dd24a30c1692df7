/**
 * The state that a stateless client carries between the rounds of one request (Multi Round-Trip Requests: Server
 * Requirements). It passes through the client and is attacker-controlled on its way back, so it is signed and bound to
 * who asked and to what was asked, it ends, and it is taken once. It is not secret: it names nothing that the client
 * does not know, except the upstream key, which must be a random handle.
 */
import type { Envelope, Member } from "../../jsonrpc/envelope.ts";
import { encodeJson } from "../../jsonrpc/json.ts";
import { fromBase64Url, toBase64Url } from "./base64.ts";
import { rawOf } from "./edits.ts";
import { REQUEST_META_KEYS } from "./meta.ts";

/** What a retry must have in common with the request that was answered with a state. */
export interface StateBinding {
  /** The authenticated client's identity. */
  readonly client: string;
  readonly method: string;
  readonly server: string;
  /** The tool's or prompt's name or the URI, as the client says it. */
  readonly subject: string;
  /** See `hashParams`. */
  readonly paramsHash: string;
}

export interface StatePayload extends StateBinding {
  /** The upstream call that waits, or whatever else the hub finds its place again by. */
  readonly upstream: string;
  /** Milliseconds since the epoch; from then on the state is refused. */
  readonly expiresAt: number;
  /** Random; what is remembered so that the state is taken once. */
  readonly nonce: string;
}

/**
 * Why a state is not taken. `malformed`, `forged`, `expired` and `used` are invalid params (-32602). `other_request`:
 * it is genuine and of another client or request; a retry that differs is a new call, and starts from the beginning.
 */
export type StateFault = "malformed" | "forged" | "expired" | "used" | "other_request";

const VERSION = "g1";
const LONGEST = 16_384;
const encoder = new TextEncoder();
const FIELDS = ["client", "method", "server", "subject", "paramsHash", "upstream", "nonce"] as const;

/** The state as a text for `requestState`. `sign` gives the MAC of the bytes, under a key that only the hub has. */
export function sealState(payload: StatePayload, sign: (bytes: Uint8Array) => Uint8Array): string {
  const { client, method, server, subject, paramsHash, upstream, expiresAt, nonce } = payload;
  const fields = { client, method, server, subject, paramsHash, upstream, expiresAt, nonce };
  const signed = `${VERSION}.${toBase64Url(encodeJson(fields))}`;
  return `${signed}.${toBase64Url(sign(encoder.encode(signed)))}`;
}

/** What `openState` needs of the hub. */
export interface StateChecks {
  /** Whether the MAC is the bytes' own, compared in constant time. */
  readonly verify: (bytes: Uint8Array, mac: Uint8Array) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the retry is bound to. */
  readonly binding: StateBinding;
  /**
   * Takes a nonce: true the first time, false ever after (it may be forgotten once `expiresAt` has passed). Asked last,
   * so that only a state that is otherwise good is used up.
   */
  readonly take: (nonce: string, expiresAt: number) => boolean;
}

/** The payload of a state that is genuine, unexpired, of this request and not used before; else why not. */
export function openState(text: string, checks: StateChecks): StatePayload | StateFault {
  if (text.length > LONGEST) return "malformed";
  const [version, body = "", mac = "", ...rest] = text.split(".");
  if (version !== VERSION || rest.length > 0) return "malformed";
  const macBytes = fromBase64Url(mac);
  const bodyBytes = fromBase64Url(body);
  if (macBytes === undefined || bodyBytes === undefined || macBytes.length === 0) return "malformed";
  if (!checks.verify(encoder.encode(`${version}.${body}`), macBytes)) return "forged";
  const payload = readPayload(bodyBytes);
  if (payload === undefined) return "malformed";
  if (checks.now >= payload.expiresAt) return "expired";
  const { client, method, server, subject, paramsHash } = checks.binding;
  const same =
    payload.client === client &&
    payload.method === method &&
    payload.server === server &&
    payload.subject === subject &&
    payload.paramsHash === paramsHash;
  if (!same) return "other_request";
  return checks.take(payload.nonce, payload.expiresAt) ? payload : "used";
}

function readPayload(bytes: Uint8Array): StatePayload | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const complete = FIELDS.every((key) => typeof fields[key] === "string");
  return complete && Number.isFinite(fields.expiresAt) ? (fields as unknown as StatePayload) : undefined;
}

/** Members of params that only the rounds themselves carry, and `_meta`, of which some members count. */
const ROUND_MEMBERS: ReadonlySet<string> = new Set(["inputResponses", "requestState", "_meta"]);
/** Members of `_meta` that differ between two rounds of one request and say nothing of what is asked. */
const VOLATILE_META: ReadonlySet<string> = new Set([
  ...REQUEST_META_KEYS,
  "progressToken",
  "traceparent",
  "tracestate",
  "baggage",
]);

/**
 * The hash of what a request asks for: its params without `inputResponses` and `requestState`, and of `_meta` all but
 * the progress token, the era's four request members (version, client info, capabilities, log level) and the three of
 * trace context. The order of these members and white space between tokens do not count; anything else does, also the
 * order of members further down and how a string or number is spelled: a difference only makes the retry a new call.
 */
export function hashParams(
  bytes: Uint8Array,
  envelope: Envelope,
  hash: (pieces: readonly Uint8Array[]) => string,
): string {
  const pieces: Uint8Array[] = [];
  const add = (kind: string, members: readonly Member[], skip: ReadonlySet<string>): void => {
    const kept = members.filter(({ key }) => !skip.has(key));
    kept.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    for (const { key, value } of kept) {
      const text = compact(rawOf(bytes, value));
      // Lengths in front: no two lists of members give the same bytes.
      pieces.push(encoder.encode(`${kind}${JSON.stringify(key)}${text.length}:`), text);
    }
  };
  add("p", envelope.paramsMembers, ROUND_MEMBERS);
  add("m", envelope.metaMembers, VOLATILE_META);
  return hash(pieces);
}

/** Raw JSON without the white space between its tokens. */
function compact(raw: Uint8Array): Uint8Array {
  const out = new Uint8Array(raw.length);
  let length = 0;
  let inString = false;
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i] as number;
    if (inString) {
      out[length++] = byte;
      if (byte === 0x5c) out[length++] = raw[++i] as number;
      else if (byte === 0x22) inString = false;
    } else if (byte > 0x20) {
      out[length++] = byte;
      inString = byte === 0x22;
    }
  }
  return out.subarray(0, length);
}
